"""The harness: what would be a review comment elsewhere is a failing test here.

Undefined template variables, warnings, connections beyond loopback, and a GET that writes fail the test that
causes them.
"""

import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.harness.writes import refuse_writes

pytest_plugins = ["tests.personas"]

# Playwright's driver runs an event loop in the test's thread; Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def _own_folders(settings: object, tmp_path: Path) -> None:
    """Files that a test writes are gone after it."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"  # type: ignore[attr-defined]
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _get_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GET through the test client may only write sessions, cache and the declared append-only tables."""
    original = Client.get

    def get(self: Client, *args: object, **kwargs: object) -> object:
        with connection.execute_wrapper(refuse_writes):
            return original(self, *args, **kwargs)

    monkeypatch.setattr(Client, "get", get)


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in ordinary tests: they drain themselves."""
    monkeypatch.setattr("portal.outbox.bell.ring", lambda: None)
