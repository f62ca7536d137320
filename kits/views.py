"""The shelf of kits, a kit's page, and its files from private storage."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import quote_etag

from kits import operations, queries
from kits.models import Kit, Release
from portal.core.access import visible_or_404
from portal.core.policies import PUBLIC
from portal.notifications.hearing import with_hearing
from portal.notifications.operations import read_about


@PUBLIC
def shelf(request: HttpRequest) -> HttpResponse:
    """`/kits/`: the kits there are."""
    return render(request, "kits/shelf.html", {"kits": list(queries.kits(request.user))})


@PUBLIC
def kit(request: HttpRequest, slug: str) -> HttpResponse:
    """`/kits/<slug>/`: what is inside, the newest release, what changed."""
    rows = with_hearing(Kit.objects.select_related("channel").filter(live=True), request.user)
    found = visible_or_404(rows, request.user, slug=slug)
    read_about(channel=found.channel, by=request.user, at=timezone.now(), news=found.hears_news)
    return render(request, "kits/kit.html", queries.page_of(found, request.user))


@PUBLIC
def archive(request: HttpRequest, slug: str, version: str) -> FileResponse:
    """`/kits/<slug>/<version>/download/`: everything in one zip."""
    release = _release(request, slug, version)
    operations.note_download(release=release, file=None, by=request.user, at=timezone.now())
    return _served(release.archive, release.archive_filename, "application/zip", release.archive_sha256)


@PUBLIC
def file(request: HttpRequest, slug: str, version: str, filename: str) -> FileResponse:
    """`/kits/<slug>/<version>/files/<filename>`: one file."""
    release = _release(request, slug, version)
    found = queries.released_file(release, filename)
    if found is None:
        raise Http404
    operations.note_download(release=release, file=found, by=request.user, at=timezone.now())
    return _served(found.file, found.filename, found.media_type, found.sha256)


def _release(request: HttpRequest, slug: str, version: str) -> Release:
    found = visible_or_404(Kit.objects.filter(live=True), request.user, slug=slug)
    release = Release.objects.select_related("kit").filter(kit=found, version=version).first()
    if release is None:
        raise Http404
    return release


def _served(stored: Any, filename: str, media_type: str, sha256: str) -> FileResponse:
    response = FileResponse(stored.open("rb"), as_attachment=True, filename=filename, content_type=media_type)
    response["ETag"] = quote_etag(sha256)
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}  # type: ignore[attr-defined]
    return response
