"""Somebody else holds SQLite's write lock: short is waited out, long is an honest 503."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from portal.follows.models import Follow
from portal.follows.operations import open_channel
from portal.outbox.drain import drain
from tests.faults.stage import Stage, wait_until
from tests.faults.test_kills import outcome
from tests.harness.smtp_sink import SmtpSink

AWAY = "The database is away"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def locked(seconds: float) -> Iterator[None]:
    """Another connection writes for so long."""
    holds = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        holds.set()
        time.sleep(seconds)
        other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    holds.wait()
    try:
        yield
    finally:
        thread.join()


def test_a_lock_of_three_seconds_is_waited_out(
    member: Any, client_of: Callable[[Any], Client], figure: Callable[..., None]
) -> None:
    channel, client = open_channel(kind="door", title="Door", url="/", audience="public"), client_of(member)
    with locked(3):
        began = time.monotonic()
        response = client.post(f"/follow/{channel.pk}/", {"want": "1"})
        drain()
        waited = time.monotonic() - began
    figure(AWAY, "SQLite locked for 3 s: a form is saved after", seconds=round(waited, 1))
    assert response.status_code == 302
    assert Follow.objects.count() == 1
    assert 2 < waited < 10


@pytest.mark.faults
def test_a_lock_of_thirty_seconds_is_a_503_and_nothing_is_half_written(
    member: Any, client_of: Callable[[Any], Client], figure: Callable[..., None]
) -> None:
    channel, client = open_channel(kind="door", title="Door", url="/", audience="public"), client_of(member)
    client.raise_request_exception = False
    with locked(30):
        began = time.monotonic()
        response = client.post(f"/follow/{channel.pk}/", {"want": "1"})
        waited = time.monotonic() - began
    figure(AWAY, "SQLite locked for 30 s: 503 after", seconds=round(waited, 1))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert not Follow.objects.exists()
    assert client.post(f"/follow/{channel.pk}/", {"want": "1"}).status_code == 302


def _send_under_a_lock(seconds: float, sink: SmtpSink, on_stage: Stage, mails: Callable[[int], None]) -> dict[str, int]:
    """The lock comes in the middle of the run."""
    sink.delay_seconds = 0.01
    mails(60)
    sender = on_stage.sender()
    wait_until(lambda: sink.attempts >= 15, "mails flow", sender)
    with locked(seconds):
        pass
    return outcome(sink, 60)


def test_a_sender_waits_for_a_lock_of_three_seconds(
    sink: SmtpSink, on_stage: Stage, mails: Callable[[int], None], figure: Callable[..., None]
) -> None:
    found = _send_under_a_lock(3, sink, on_stage, mails)
    figure(AWAY, "SQLite locked for 3 s in the middle of sending", **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)


@pytest.mark.faults
def test_a_sender_outlives_a_lock_of_thirty_seconds(
    sink: SmtpSink, on_stage: Stage, mails: Callable[[int], None], figure: Callable[..., None]
) -> None:
    """Longer than SQLite's own patience: what the server has taken is noted when the lock is gone."""
    on_stage.environment["OUTBOX_LEASE_SECONDS"] = "120"
    found = _send_under_a_lock(30, sink, on_stage, mails)
    figure(AWAY, "SQLite locked for 30 s in the middle of sending", **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
