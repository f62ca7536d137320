"""A due row is one worker's at a time; a worker that died gives it back when its lease ends."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.outbox.leases import claim
from portal.outbox.models import Mail
from portal.outbox.sending import send_due

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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("workers", [2, 6])
def test_workers_at_the_same_moment_share_the_rows_between_them(queue: Callable[..., Mail], workers: int) -> None:
    rows = {queue(f"m{number}").pk for number in range(60)}
    start, taken, faults = threading.Barrier(workers), [], []

    def work() -> None:
        try:
            start.wait()
            misses = 0
            while misses < 3:
                mine = take(4)
                taken.extend(mail.pk for mail in mine)
                misses += not mine
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(taken) == sorted(rows)


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_moment_send_every_mail_once(queue: Callable[..., Mail], sink: Any, settings: Any) -> None:
    settings.OUTBOX_BATCH = 5
    for number in range(40):
        queue(f"m{number}")

    def work() -> None:
        try:
            while send_due(5).handled:
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sink.taken().values()) == [1] * 40
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}
