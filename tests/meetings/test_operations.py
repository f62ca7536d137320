"""The states of a meeting, what the database itself refuses, and what follows when a country moves its clocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import User
from portal.desk.queues import waiting
from portal.follows.models import Channel
from portal.meetings import operations, rules
from portal.meetings.models import Meeting, slug_of
from portal.meetings.tasks import keep_wall_times
from portal.outbox.models import Fact
from tests.factories.meetings import details, make_meeting

NOW = timezone.now()


def attempt(verb: str, meeting: Meeting, by: User) -> bool:
    """Whether the operation is allowed."""
    common: dict[str, Any] = {"meeting": meeting, "by": by, "at": timezone.now()}
    calls: dict[str, Callable[[], Any]] = {
        "change": lambda: operations.change(details=details(meeting.starts_at), version=meeting.version, **common),
        "publish": lambda: operations.publish(version=meeting.version, tell=False, **common),
        "cancel": lambda: operations.cancel(reason="Because.", **common),
        "discard": lambda: operations.discard(meeting=meeting, version=meeting.version),
        "sum_up": lambda: operations.sum_up(summary="Done.", version=meeting.version, **common),
        "reply": lambda: operations.reply(answer="yes", **common),
    }
    try:
        calls[verb]()
    except operations.NotPossible as refusal:
        return not str(refusal)  # a refusal says why
    return True


ALLOWED = {
    ("draft", "coming"): {"change", "publish", "discard"},
    ("published", "coming"): {"change", "publish", "cancel", "reply"},
    ("published", "running"): {"change", "publish", "cancel", "reply", "sum_up"},
    ("published", "over"): {"change", "publish", "sum_up"},
    ("cancelled", "coming"): {"cancel"},
}
STARTS = {"coming": timedelta(days=2), "running": timedelta(minutes=-10), "over": timedelta(days=-2)}


@pytest.mark.parametrize(("state", "time"), ALLOWED)
@pytest.mark.parametrize("verb", ["change", "publish", "cancel", "discard", "sum_up", "reply"])
def test_only_the_steps_that_a_state_allows_are_taken(
    state: str, time: str, verb: str, channel: Channel, lead: User
) -> None:
    meeting = make_meeting(channel, state=state, start=timezone.now() + STARTS[time])
    assert attempt(verb, meeting, lead) == (verb in ALLOWED[state, time])


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 0},
        {"minutes": 6000},
        {"state": "published"},
        {"state": "cancelled", "published_at": NOW},
        {"cancel_reason": "why"},
        {"ends_at": NOW - timedelta(days=900)},
        {"fold": 2},
    ],
)
def test_the_database_refuses_what_no_operation_writes(changes: dict[str, Any], channel: Channel) -> None:
    draft = make_meeting(channel, state="draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=draft.pk).update(**changes)


def test_a_text_that_cannot_be_stored_is_refused_on_every_write(channel: Channel) -> None:
    with pytest.raises(ValidationError):
        make_meeting(channel, title="a\x00b")


def test_a_rolled_back_change_tells_nobody(channel: Channel, lead: User) -> None:
    draft = make_meeting(channel, state="draft")
    with transaction.atomic():
        operations.publish(meeting=draft, version=1, tell=True, by=lead, at=timezone.now())
        transaction.set_rollback(True)
    assert Meeting.objects.get().state == "draft"
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Costs & levels", "costs-levels"), ("会議", "meeting"), ("x" * 300, "x" * 80), ("---", "meeting")],
)
def test_every_title_has_a_slug(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_the_wall_time_stays_when_a_country_moves_its_clocks(
    channel: Channel, sent: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    meeting = make_meeting(channel, zone="Europe/London")
    true_start = meeting.starts_at
    # As if the rules had been others when it was arranged.
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=true_start - timedelta(hours=1), ends_at=true_start - timedelta(hours=1) + timedelta(minutes=60)
    )
    keep_wall_times()
    after = Meeting.objects.get()
    assert (after.starts_at, after.local_time, after.version) == (true_start, meeting.local_time, meeting.version + 1)
    assert after.sequence == meeting.sequence + 1
    keep_wall_times()
    mails = sent()
    assert len(mails) == 2, "host and reader, once"
    assert all(mail.subject.startswith("New time: ") for mail in mails)


def test_agenda_and_summary_are_due_within_ten_days() -> None:
    class Example:
        state = "published"
        starts_at = NOW + timedelta(days=9)

    assert rules.agenda_is_due(Example, NOW, has_agenda=False)
    assert not rules.agenda_is_due(Example, NOW, has_agenda=True)
    Example.starts_at = NOW + timedelta(days=11)
    assert not rules.agenda_is_due(Example, NOW, has_agenda=False)


def test_the_desk_lists_meetings_that_nobody_summed_up(channel: Channel, lead: User, staff: User) -> None:
    due = make_meeting(channel, start=timezone.now() - timedelta(days=11))
    make_meeting(channel, start=timezone.now() - timedelta(days=9))
    make_meeting(channel, state="draft", start=timezone.now() - timedelta(days=20))
    queue = next(each for each in waiting(staff) if each.queue.slug == "meetings-without-summary")
    assert (queue.count, [item.url for item in queue.items]) == (1, [due.get_absolute_url()])
    operations.sum_up(meeting=due, summary="Done.", version=due.version, by=lead, at=timezone.now())
    queue = next(each for each in waiting(staff) if each.queue.slug == "meetings-without-summary")
    assert queue.count == 0


def test_discarding_takes_the_draft_and_its_agenda(channel: Channel, lead: User, client_of: Any) -> None:
    draft = make_meeting(channel, state="draft")
    url = f"{draft.get_absolute_url()}discard/"
    client_of(lead).post(url, {"version": "7"})
    assert Meeting.objects.exists(), "of a version nobody has seen"
    client_of(lead).post(url, {"version": draft.version})
    assert not Meeting.objects.exists()
