"""The portal's settings for tests: a folder and a Redis database for each parallel runner, nothing shared.

The database is a file, not memory: other processes and threads meet it under the same locks as in production.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

RUNNER = os.environ.get("PYTEST_XDIST_WORKER", "main")

# What a developer's shell may hold must not decide what is tested.
for _name in list(os.environ):
    if _name in {
        "DEBUG",
        "REQUIRE_SECOND_FACTOR",
        "PORTAL_ENV",
        "SITE_URL",
        "ALLOWED_HOSTS",
        "EMAIL_URL",
        "PORT",
        "OUTBOX_TRANSPORT",
        "MAIL_EVENTS_SECRET",
        "BOUNCE_ADDRESS",
        "REPLY_ADDRESS",
    } or (_name.startswith(("AWS_", "COMMUNITY_", "OIDC_"))):
        del os.environ[_name]


def _folder() -> Path:
    """Made by the first process; runners and programs that tests start inherit it."""
    base = os.environ.get("PORTAL_TEST_DATA")
    if not base:
        base = os.environ["PORTAL_TEST_DATA"] = tempfile.mkdtemp(prefix="portal-tests-")
        atexit.register(shutil.rmtree, base, ignore_errors=True)
    folder = Path(base) / RUNNER
    (folder / "static").mkdir(parents=True, exist_ok=True)
    return folder


os.environ["PORTAL_DATA"] = str(_folder())
if os.environ.get("REDIS_URL"):
    _number = int(RUNNER.removeprefix("gw")) + 1 if RUNNER.startswith("gw") else 0
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{_number}"

from portal.settings import *  # noqa: E402, F403 - after the environment it reads
from portal.settings import DATA_DIR, DATABASES, STORAGES, TEMPLATES  # noqa: E402
from tests.harness.templates import UndefinedVariable  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
# Argon2 is slow by design; no test is about its speed.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nothing was collected: addresses without a fingerprint, served from where the files are.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# How many queries a page takes must not depend on when its process last looked.
MAIL_DELAY_LOOK_SECONDS = None
# A template that names something nobody gave it is a mistake, not an empty string.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable()
