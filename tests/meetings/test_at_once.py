"""Several people, or one impatient one, at the same moment: one meeting, one notice, one membership, one lead left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.meetings import operations
from portal.meetings.models import Meeting, Reply
from portal.outbox.models import Fact
from tests.factories.meetings import agenda, details, make_channel, make_meeting
from tests.factories.members import UserFactory
from tests.factories.workinggroups import make_group
from workinggroups import operations as groups
from workinggroups.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def all_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that begin together; what each gave or raised."""
    gate = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_one_form_sent_many_times_is_one_meeting() -> None:
    channel, host, given = make_channel(), UserFactory(), details()
    now = timezone.now()

    def send() -> Meeting:
        return operations.arrange(channel=channel, details=given, rows=agenda("A"), key="a" * 32, by=host, at=now)

    made = all_at_once([send] * AT_ONCE)
    assert {getattr(each, "pk", each) for each in made} == {Meeting.objects.get().pk}
    assert Meeting.objects.get().agenda.count() == 1


def test_many_clicks_on_publish_are_one_fact() -> None:
    meeting, host = make_meeting(state="draft"), UserFactory()

    def click() -> Meeting:
        return operations.publish(meeting=meeting, version=1, tell=True, by=host, at=timezone.now())

    done = all_at_once([click] * AT_ONCE)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Fact.objects.filter(name="meetings.AgendaPublished").count() == 1


def test_of_many_who_save_the_same_version_one_wins_and_the_others_are_told() -> None:
    meeting, host = make_meeting(state="draft"), UserFactory()

    def save(name: str) -> Callable[[], Meeting]:
        return lambda: operations.set_agenda(meeting=meeting, rows=agenda(name), version=1, by=host, at=timezone.now())

    done = all_at_once([save(f"By {number}") for number in range(AT_ONCE)])
    assert sum(isinstance(each, operations.Conflict) for each in done) == AT_ONCE - 1
    assert Meeting.objects.get().version == 2
    assert Meeting.objects.get().agenda.count() == 1


def test_many_clicks_on_reply_are_one_reply() -> None:
    meeting, person = make_meeting(), UserFactory()

    def click() -> Reply:
        return operations.reply(meeting=meeting, answer="yes", by=person, at=timezone.now())

    done = all_at_once([click] * AT_ONCE)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Reply.objects.count() == 1


def test_many_clicks_on_join_are_one_membership() -> None:
    group, person = make_group(), UserFactory()

    def click() -> Membership:
        return groups.join(group=group, kind="practitioner", by=person, at=timezone.now())

    done = all_at_once([click] * AT_ONCE)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Membership.objects.filter(user=person).count() == 1
    assert Fact.objects.filter(name="workinggroups.MemberJoined").count() == 1


def test_leads_who_leave_together_leave_one_behind() -> None:
    leads = [UserFactory() for _number in range(4)]
    group = make_group(lead=leads[0])
    for lead in leads[1:]:
        groups.appoint(group=group, user=lead, role="lead", by=None, at=timezone.now())
    calls = [lambda lead=lead: groups.leave(group=group, by=lead, at=timezone.now()) for lead in leads]
    done = all_at_once(calls)
    assert sum(isinstance(each, groups.NotPossible) for each in done) == 1
    assert Membership.objects.leads().count() == 1
