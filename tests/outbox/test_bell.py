"""The doorbell never raises, never waits long, and is not rung again while nobody answers."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.celery import app
from portal.outbox import bell, tasks
from portal.outbox.bell import ring  # the harness silences the one that commits ring
from tests.harness.services import free_port


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "_quiet_until", 0.0)


@pytest.fixture
def _away(settings: Any) -> Iterator[None]:
    """The broker's port is closed."""
    yield from _broker_at(settings, free_port())


@pytest.fixture
def _silent(settings: Any) -> Iterator[None]:
    """The broker takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield from _broker_at(settings, listener.getsockname()[1])


def _broker_at(settings: Any, port: int) -> Iterator[None]:
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
    before = app.conf.broker_url
    app.conf.broker_url = settings.REDIS_URL
    yield
    app.conf.broker_url = before


def seconds_of(call: Any) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_a_ring_leaves_one_message_that_asks_for_nothing_in_particular() -> None:
    with app.connection_for_read() as broker:
        broker.default_channel.queue_purge("celery")
        ring()
        message = broker.SimpleQueue("celery").get(timeout=2)
        message.ack()
    assert message.headers["task"] == "portal.outbox.tasks.drain"
    assert message.payload[:2] == [[], {}]
    assert message.headers["expires"] is not None


@pytest.mark.parametrize("trouble", ["_away", "_silent"])
def test_a_broker_in_trouble_costs_little_and_then_nothing(trouble: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(trouble)
    ring()  # imports what kombu needs for Redis
    bell._quiet_until = 0.0
    assert seconds_of(ring) < 0.5  # 50 ms and a busy machine
    assert bell._quiet_until > time.monotonic() + bell.QUIET_SECONDS / 2
    assert seconds_of(ring) < 0.01


@pytest.mark.usefixtures("_silent")
def test_the_bell_rings_again_after_the_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    ring()
    monkeypatch.setattr(bell, "_quiet_until", time.monotonic() - 1)
    ring()
    assert bell._quiet_until > time.monotonic()


@pytest.mark.django_db
def test_the_task_bears_any_number_of_calls_and_arguments_of_newer_code() -> None:
    for _ in range(3):
        tasks.drain(added_later=True)


def test_two_runs_of_the_task_end_before_a_container_is_killed() -> None:
    assert 2 * tasks.RUN_SECONDS + 1 < 10
