"""Mails of one fact that go out together are composed once; each reader gets their own, or none, as of that moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.follows.models import Channel, Reach, Seat
from portal.incoming.models import AddressHealth
from portal.notifications import choosing, kinds
from portal.notifications.models import Wishes
from portal.notifications.operations import set_level
from portal.outbox import preparing
from portal.outbox.drain import drain, run_errands
from tests.factories.members import UserFactory
from tests.harness.smtp_sink import SmtpSink
from tests.notifications.conftest import AT

pytestmark = pytest.mark.django_db
Door = Callable[..., Channel]
SLUG, HOUR = "tests.door-open", timedelta(hours=1)


@pytest.fixture
def asked(own_kinds: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For whom the kind of the tests was asked for its context; it is the same for all."""
    people: list[int] = []
    kind = kinds.kind_called(SLUG)
    original = type(kind).context

    def context(self: Any, fact: Any, person: Any) -> Any:
        people.append(person.pk)
        return original(self, fact, person)

    monkeypatch.setattr(preparing, "FRESH_SECONDS", 60)  # however slow the machine
    monkeypatch.setattr(type(kind), "same_for_all", True)
    monkeypatch.setattr(type(kind), "context", context)
    return people


def test_each_reader_gets_their_own_address_and_links(
    asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    people = [UserFactory() for _ in range(5)]
    happen(*people, about=door())
    drain()
    assert len(asked) == 1
    links = set()
    for person, delivery in zip(people, sorted(sink.deliveries, key=lambda each: each.recipients), strict=True):
        message = delivery.message
        assert (delivery.recipients, message["To"]) == ((person.email,), person.email)
        stop = message["List-Unsubscribe"].strip().strip("<>")
        for part in ("plain", "html"):
            body = message.get_body((part,)).get_content()
            assert stop in body
            assert "readers-own-token" not in body
        links.add(stop)
    assert len(links) == 5


CHANGES: dict[str, Callable[[Any, Channel], object]] = {
    "loses the seat": lambda person, channel: Seat.objects.filter(user=person).delete(),
    "is suspended": lambda person, channel: type(person).objects.filter(pk=person.pk).update(is_active=False),
    "mutes the thing": lambda person, channel: set_level(channel=channel, level="muted", by=person, at=AT),
    "mutes all such": lambda person, channel: choosing.choose_ways(ways={SLUG: "list"}, by=person, at=AT),
    "wants one mail a week": lambda person, channel: Wishes.objects.create(person=person, brake="weekly"),
    "wants no mail": lambda person, channel: Wishes.objects.create(person=person, brake="stop"),
    "pauses": lambda person, channel: Wishes.objects.create(person=person, paused_until=timezone.now() + 9 * HOUR),
    "is the reader of an address that failed": lambda person, channel: AddressHealth.objects.create(
        address=person.email, paused_at=timezone.now(), cause="complaint"
    ),
    "is erased": lambda person, channel: person.delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_while_the_others_are_sent_is_noticed(
    change: str, asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    """Everybody's mail is prepared when the first goes out; then somebody is no longer to get theirs."""
    channel, people = door(Reach.SEATED), [UserFactory() for _ in range(4)]
    for person in people:
        Seat.objects.create(channel=channel, user=person)
    addresses, gone = [person.email for person in people], people[2].pk
    happen(*people, about=channel)
    run_errands()
    left = [lambda: CHANGES[change](people[2], channel)]

    def meanwhile() -> bool:
        if len(sink.deliveries) == 1 and left:
            left.pop()()
        return False

    drain(enough=meanwhile)
    assert not left
    subject = sink.deliveries[0].message["Subject"]  # a summary may have become due
    told = [delivery.recipients[0] for delivery in sink.deliveries if delivery.message["Subject"] == subject]
    assert sorted(told) == sorted({*addresses} - {addresses[2]})
    assert len([key for key in asked if key != gone]) == 1  # it was composed once, for the others


def test_languages_and_zones_are_composed_for_each(
    asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    happen(*[UserFactory(time_zone=zone) for zone in ("UTC", "Asia/Tokyo", "UTC")], about=door())
    drain()
    assert len(asked) == 2


def test_a_mail_more_is_a_question_and_a_note_more(
    asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    channel, costs = door(), []
    for number, count in enumerate((1, 3, 9)):
        happen(*[UserFactory() for _ in range(count)], about=channel, key=f"door:{number}")
        run_errands()
        with CaptureQueriesContext(connection) as queries:
            drain()
        costs.append(len(queries))
    assert costs[1] - costs[0] == 2 * 2
    assert costs[2] - costs[1] == 6 * 2
    assert len(sink.deliveries) == 13


def test_the_kinds_that_are_the_same_for_all_take_no_answers_and_are_no_talk() -> None:
    alike = [kind for kind in kinds.all_kinds() if kind.same_for_all]
    assert {kind.slug for kind in alike} >= {"kits.released", "notifications.announcement"}
    for kind in alike:
        assert not kind.conversation
        assert type(kind).reply_to is kinds.Kind.reply_to
