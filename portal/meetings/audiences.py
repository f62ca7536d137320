"""Who would hear of what a host is about to do: the same question that is answered again when it is done."""

from datetime import datetime
from typing import Any

from portal.meetings import facts, rules
from portal.meetings.models import Meeting
from portal.notifications.queries import NOBODY, Told, who_will_be_told


def _fact(fact_class: type, meeting: Meeting, **more: Any) -> Any:
    return fact_class(
        meeting_id=meeting.pk,
        channel_id=meeting.channel_id,
        title=meeting.title,
        channel_title=meeting.channel.title,
        url="",
        starts_at=meeting.starts_at.isoformat(),
        zone="",
        **more,
    )


def of_agenda(meeting: Meeting, *, by: Any, at: datetime) -> Told:
    """Who hears when `by` publishes the meeting and tells; nobody when it is over, cancelled or told already."""
    if not rules.can_be_told_of(meeting, at) or meeting.told_version == meeting.version:
        return NOBODY
    return who_will_be_told(kind="meetings.agenda-published", fact=_fact(facts.AgendaPublished, meeting), by=by)


def of_change(meeting: Meeting, *, by: Any, at: datetime) -> Told:
    """Who hears when `by` moves or renames the meeting; nobody while it is a draft."""
    if meeting.state != rules.PUBLISHED or rules.is_over(meeting, at):
        return NOBODY
    fact = _fact(
        facts.MeetingChanged,
        meeting,
        old_title="",
        old_starts_at=meeting.starts_at.isoformat(),
        old_ends_at="",
        old_zone="",
    )
    return who_will_be_told(kind="meetings.changed", fact=fact, by=by)


def of_cancelling(meeting: Meeting, *, by: Any, at: datetime) -> Told:
    """Who hears when `by` calls the meeting off."""
    if not rules.can_be_cancelled(meeting, at):
        return NOBODY
    return who_will_be_told(kind="meetings.cancelled", fact=_fact(facts.MeetingCancelled, meeting, reason=""), by=by)
