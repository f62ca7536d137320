"""Mails of one fact that are sent together are asked for and composed once, and each reader still gets their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.follows.models import Channel, Reach, Seat
from portal.notifications import kinds
from portal.outbox import preparing, rendering
from portal.outbox.drain import drain, run_errands
from portal.outbox.models import Mail
from portal.outbox.preparing import prepare
from tests.factories.members import UserFactory
from tests.harness.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db
Door = Callable[..., Channel]


@pytest.fixture
def asked(own_kinds: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For whom the kind of the tests was asked for its context; it is the same for all."""
    people: list[int] = []
    kind = kinds.kind_called("tests.door-open")
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
        stop = message["List-Unsubscribe"].strip("<>")
        for part in ("plain", "html"):
            body = message.get_body((part,)).get_content()
            assert stop in body
            assert "readers-own-token" not in body
        links.add(stop)
    assert len(links) == 5


def test_who_may_no_longer_see_it_gets_nothing_though_it_is_composed_for_the_others(
    asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    channel, people = door(Reach.SEATED), [UserFactory() for _ in range(3)]
    for person in people:
        Seat.objects.create(channel=channel, user=person)
    happen(*people, about=channel)
    run_errands()
    Seat.objects.filter(user=people[1]).delete()
    drain()
    assert {delivery.recipients[0] for delivery in sink.deliveries} == {people[0].email, people[2].email}


def test_languages_and_zones_are_composed_for_each(
    asked: list[int], door: Door, happen: Callable[..., Any], sink: SmtpSink
) -> None:
    happen(*[UserFactory(time_zone=zone) for zone in ("UTC", "Asia/Tokyo", "UTC")], about=door())
    drain()
    assert len(asked) == 2


def test_several_mails_are_prepared_by_as_many_queries_as_one(
    asked: list[int], door: Door, happen: Callable[..., Any]
) -> None:
    channel, costs = door(), []
    for number, count in enumerate((1, 9)):
        happen(*[UserFactory() for _ in range(count)], about=channel, key=f"door:{number}")
        run_errands()
        mails = list(Mail.objects.filter(state="queued"))
        with CaptureQueriesContext(connection) as queries:
            prepare(mails)
            assert all(rendering.render(mail) for mail in mails)
        costs.append(len(queries))
        Mail.objects.update(state="suppressed")
    assert costs[0] == costs[1]
