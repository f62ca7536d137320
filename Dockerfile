# syntax=docker/dockerfile:1
# One image for web, worker, beat and the migration step. It runs as a user without rights; code and static files
# belong to root, and only /data is written.

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
# The lock is complete and carries hashes: nothing is resolved here, and nothing else is accepted.
RUN /venv/bin/pip install --no-deps --require-hashes -r requirements.txt

FROM python:3.12-slim AS portal
ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_DATA=/data \
    MEDIA_ROOT=/data/media \
    PRIVATE_MEDIA_ROOT=/data/private \
    STATIC_ROOT=/app/static-collected \
    WEB_CONCURRENCY=2
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal /data /data/media /data/private
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Development settings on purpose: no secret is needed to name and compress files, so none is in a layer.
RUN PORTAL_DATA=/tmp/build python manage.py collectstatic --noinput \
    && python -m compileall -q portal members cases kits workinggroups demo scripts \
    && rm -rf /tmp/build
ENV PORTAL_ENV=production
USER portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "scripts.healthy"]
# The control socket of gunicorn would need a home folder; heartbeats belong in memory, not on the container's disk.
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--threads", "4", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", "--max-requests", "5000", "--max-requests-jitter", "500"]
