"""Several workers at the same moment: one notice, six mails a day, one summary, and nothing said is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.notifications import choosing, digests, operations
from portal.notifications.models import Digest, Notification
from portal.notifications.settling import settle
from portal.outbox.leases import claim
from portal.outbox.models import Fact, Mail
from portal.outbox.operations import record
from portal.outbox.registry import Envelope
from tests.factories.members import UserFactory
from tests.notifications.conftest import AT, DoorIsOpen, DoorOpened, SomebodySpoke, Spoken

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
THREAD = "tests.thread:1"


def all_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that begin together; what each gave."""
    gate = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def fact_of(content: Any, key: str) -> Fact:
    with transaction.atomic():
        return record(content, key=key, by=None, at=AT)


def telling(kind: Any, content: Any, row: Fact) -> Callable[[], None]:
    envelope = Envelope(fact_id=row.pk, at=AT, by_id=None)
    return lambda: operations.notify(kind=kind, fact=content, envelope=envelope)


def test_one_fact_told_by_many_workers_is_one_notice_and_one_mail() -> None:
    content = DoorOpened(None, (UserFactory().pk,))
    row = fact_of(content, "door:1")
    all_at_once([telling(DoorIsOpen(), content, row)] * AT_ONCE)
    assert Notification.objects.count() == Mail.objects.count() == 1


def test_of_eight_facts_at_once_six_are_mailed_and_none_is_lost() -> None:
    content = DoorOpened(None, (UserFactory().pk, UserFactory().pk))
    rows = [fact_of(content, f"door:{number}") for number in range(AT_ONCE)]
    all_at_once([telling(DoorIsOpen(), content, row) for row in rows])
    for person in content.for_ids:
        mine = Notification.objects.filter(person=person)
        assert sorted(mine.filter(way="mail").values_list("mail_slot", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert mine.filter(way="daily", waiting=True).count() == 2
    assert Mail.objects.count() == 12


@pytest.mark.parametrize("number", range(5))
def test_what_is_said_while_the_mail_goes_out_is_in_it_or_in_the_next(number: int) -> None:
    person = UserFactory()
    choosing.choose_preset(preset="everything", by=person, at=AT)
    content = Spoken(None, THREAD, seated=(person.pk,))
    telling(SomebodySpoke(), content, fact_of(content, "first"))()
    second = telling(SomebodySpoke(), content, fact_of(content, "second"))

    def send() -> list[int]:
        now = AT + timedelta(minutes=10)
        mails = claim(Mail.objects.unsent(), now=now, limit=10, order=("pk",), state=Mail.State.SENDING)
        return [notice.pk for notices in settle(mails, now).values() for notice in notices]

    _nothing, sent = all_at_once([second, send])
    left = settle(list(Mail.objects.filter(state=Mail.State.QUEUED)), AT)
    later = [notice.pk for notices in left.values() for notice in notices]
    assert sorted(sent + later) == sorted(Notification.objects.values_list("pk", flat=True))


def test_many_workers_make_one_summary() -> None:
    person = UserFactory()
    choosing.choose(kind=DoorIsOpen.slug, way="daily", by=person)
    content = DoorOpened(None, (person.pk,))
    telling(DoorIsOpen(), content, fact_of(content, "door:1"))()
    now = AT + timedelta(days=2)
    all_at_once([lambda: digests.make_due_digests(at=now)] * AT_ONCE)
    made = Digest.objects.exclude(day=None).get()
    assert (made.day, Notification.objects.get().digest) == (timezone.localdate(now, person.zone), made)
    # One that was planned while the first was being made finds nothing to tell, and goes.
    digests.make_due_digests(at=now + timedelta(days=2))
    assert Digest.objects.count() == Mail.objects.filter(renderer="digest").count() == 1
