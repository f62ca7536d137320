"""Many people are told by as many queries as few, in pieces that no statement's time limit ends."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.follows.models import Channel
from portal.notifications import operations, writing
from portal.notifications.models import Notification, Preference, Wishes
from portal.notifications.operations import StillContended
from portal.outbox.drain import run_errands
from portal.outbox.models import Errand, Mail
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db
Door = Callable[..., Channel]


@pytest.mark.parametrize("at_a_time", [4, 20_000])
def test_telling_costs_no_query_for_a_person(
    door: Door, happen: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(writing, "AT_A_TIME", at_a_time)
    channel, costs = door(), []
    for number, people in enumerate((2, 12)):
        happen(*[UserFactory() for _ in range(people)], about=channel, key=f"door:{number}")
        with CaptureQueriesContext(connection) as queries:
            run_errands()
        costs.append(len(queries))
    pieces = -(-12 // at_a_time) - -(-2 // at_a_time)
    assert costs[1] - costs[0] <= 8 * pieces
    assert (Notification.objects.count(), Mail.objects.count()) == (14, 14)


def test_everybody_is_told_once_however_many_pieces_it_takes(
    door: Door, happen: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "AT_A_TIME", 3)
    people = [UserFactory() for _ in range(11)]
    Wishes.objects.create(person=people[0], brake="stop")
    Preference.objects.create(person=people[1], kind="tests.door-open", way="daily")
    Preference.objects.create(person=people[2], kind="tests.door-open", way="nothing")
    happen(*people, about=door())
    run_errands()
    ways = dict(Notification.objects.values_list("person", "way"))
    assert ways == {
        people[0].pk: "list",
        people[1].pk: "daily",
        **{person.pk: "mail" for person in people[3:]},
    }
    assert set(Mail.objects.values_list("person", flat=True)) == {person.pk for person in people[3:]}
    assert set(Notification.objects.filter(waiting=True).values_list("person", flat=True)) == {people[1].pk}
    for mail in Mail.objects.select_related("person"):
        assert (mail.key, mail.address) == (f"notice:{mail.subject_id}", mail.person.email)


def test_an_errand_that_runs_again_adds_nothing(door: Door, happen: Callable[..., Any]) -> None:
    happen(*[UserFactory() for _ in range(3)], about=door())
    run_errands()
    before = set(Notification.objects.values_list("pk", flat=True))
    Errand.objects.update(state="waiting")
    run_errands()
    assert set(Notification.objects.values_list("pk", flat=True)) == before
    assert Mail.objects.count() == 3


def test_when_nobody_can_be_written_for_the_errand_comes_back_later(
    door: Door, happen: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when others take the slots of the same people again and again."""
    monkeypatch.setattr(operations, "write_notices", lambda people, *, shared: 0)
    happen(UserFactory(), about=door())
    run_errands()
    errand = Errand.objects.get()
    assert (errand.state, errand.attempts) == ("waiting", 1)
    assert StillContended.__name__ in errand.problem
