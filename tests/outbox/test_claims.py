"""A due row is one worker's at a time; a worker that died gives it back when its lease ends."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.outbox.leases import claim
from portal.outbox.models import Mail
from portal.outbox.sending import send_due
from tests.harness.smtp_sink import SmtpSink

ORDER = ("due_at", "pk")


def take(limit: int = 10) -> list[Mail]:
    return claim(Mail.objects.unsent(), now=timezone.now(), limit=limit, order=ORDER)


@pytest.mark.django_db
def test_what_one_holds_another_does_not_get(queue: Callable[..., Mail]) -> None:
    for number in range(5):
        queue(f"m{number}")
    assert len(take(3)) == 3
    assert len(take(3)) == 2
    assert take(3) == []


@pytest.mark.django_db
def test_a_lease_that_ended_is_anybody_s(queue: Callable[..., Mail]) -> None:
    mail = queue("m")
    first = take()[0]
    Mail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = take()[0]
    assert first.pk == second.pk == mail.pk
    assert first.lease_token != second.lease_token


@pytest.mark.django_db
def test_what_is_not_due_is_left_alone(queue: Callable[..., Mail]) -> None:
    queue("later", due_at=timezone.now() + timedelta(minutes=1))
    assert take() == []


@pytest.mark.django_db
def test_a_lease_lasts_as_long_as_the_settings_say(queue: Callable[..., Mail], settings: Any) -> None:
    settings.OUTBOX_LEASE_SECONDS = 40
    queue("m")
    now = timezone.now()
    row = claim(Mail.objects.unsent(), now=now, limit=1, order=ORDER)[0]
    assert row.lease_until == now + timedelta(seconds=40)


def at_the_same_moment(workers: int, work: Callable[[], Any]) -> list[Any]:
    """What each of the workers returned, begun together; a fault in one is raised here."""
    start = threading.Barrier(workers)

    def begin() -> Any:
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(begin) for _ in range(workers)]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("workers", [2, 6])
def test_workers_at_the_same_moment_share_the_rows_between_them(queue: Callable[..., Mail], workers: int) -> None:
    rows = {queue(f"m{number}").pk for number in range(60)}

    def work() -> list[int]:
        mine, misses = [], 0
        while misses < 3:
            taken = take(4)
            mine += [mail.pk for mail in taken]
            misses += not taken
        return mine

    shares = at_the_same_moment(workers, work)
    assert sorted(pk for share in shares for pk in share) == sorted(rows)


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_moment_send_every_mail_once(queue: Callable[..., Mail], sink: SmtpSink) -> None:
    for number in range(40):
        queue(f"m{number}")

    def work() -> int:
        sent = 0
        while handled := send_due(5).handled:
            sent += handled
        return sent

    assert sum(at_the_same_moment(3, work)) == 40
    assert sorted(sink.taken().values()) == [1] * 40
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}
