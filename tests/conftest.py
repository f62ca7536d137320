"""The harness: what would be a review comment elsewhere is a failing test here.

Undefined template variables, warnings, connections beyond loopback, and a GET that writes fail the test that
causes them.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.harness.writes import refuse_writes
from tests.second_factor import give_app, prove

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
def _signed_in_with_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever a test signs in without the sign-in page has proved a second factor: leads and staff need one.

    Tests of the second factor itself sign in through the page, or say `second_factor=False`.
    """
    original = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None, *, second_factor: bool = True) -> None:
        original(self, user, backend)
        if second_factor:
            give_app(user)
            prove(self, user)

    monkeypatch.setattr(Client, "force_login", force_login)


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in ordinary tests: they drain themselves."""
    monkeypatch.setattr("portal.outbox.bell.ring", lambda: None)
