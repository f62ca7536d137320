"""Writes: arrange, change, set the agenda, publish, cancel, reply, sum up.

Everything a host saves names the version it was read at; when somebody else saved in between, nothing is
written and `Conflict` is raised, so that no work is lost unseen.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.follows.models import Channel
from portal.meetings import facts, rules
from portal.meetings.models import AgendaItem, Meeting, Reply, slug_of
from portal.outbox.operations import record


class Conflict(Exception):
    """Somebody else saved this meeting since it was read; `current` is how it is now."""

    def __init__(self, current: Meeting) -> None:
        self.current = current
        super().__init__(_("Somebody else changed this meeting while you were writing."))


class NotPossible(Exception):
    """The meeting is in a state that does not allow this; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a host types about a meeting. `fold` says which of two equal wall times, where there are two."""

    title: str
    local_date: date
    local_time: time
    zone: str
    minutes: int
    kind: str = Meeting.Kind.TELECONFERENCE
    purpose: str = ""
    fold: int = 0
    location_note: str = ""
    join_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of an agenda; `item_id` names the item it was read from, None for a new one."""

    title: str
    minutes: int
    kind: str = AgendaItem.Kind.INFORM
    owner_id: int | None = None
    owner_name: str = ""
    notes: str = ""
    paper_url: str = ""
    item_id: int | None = None


def arrange(
    *, channel: Channel, details: Details, rows: Sequence[Row] = (), key: str = "", by: Any, at: datetime
) -> Meeting:
    """Begin a meeting as a draft that only hosts and staff see.

    `key` names the form it was typed into: sent twice, it is one meeting. Raises NoSuchTime when the clocks of
    the zone jump over the time.
    """
    uid = _uid(key)
    taken = Meeting.objects.filter(uid=uid).first()
    if taken is not None and _is_same_form(taken, channel, by):
        return taken
    meeting = Meeting(channel=channel, uid=_uid("") if taken else uid, arranged_by=by, changed_by=by, changed_at=at)
    _apply(meeting, details)
    try:
        with transaction.atomic():
            meeting.save()
            _write_agenda(meeting, rows)
    except IntegrityError:
        taken = Meeting.objects.filter(uid=uid).first()  # sent twice, and the other one was a moment earlier
        if taken is None or not _is_same_form(taken, channel, by):
            raise
        return taken
    return meeting


def _is_same_form(meeting: Meeting, channel: Channel, by: Any) -> bool:
    return meeting.channel_id == channel.pk and meeting.arranged_by_id == getattr(by, "pk", None)


def _uid(key: str) -> str:
    return f"{key or secrets.token_hex(16)}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}"


@transaction.atomic
def change(
    *, meeting: Meeting, details: Details, version: int, rows: Sequence[Row] | None = None, by: Any, at: datetime
) -> Meeting:
    """Change what a meeting is and, when `rows` are given, its agenda, in one step.

    A draft changes silently. Of an announced meeting the calendars get a new revision; when its time, zone,
    length or title changed, a fact tells those concerned. Raises Conflict, NotPossible, NoSuchTime.
    """
    current = _hold(meeting, version)
    if current.state == rules.CANCELLED:
        raise NotPossible(_("A cancelled meeting keeps its page as it was."))
    old = Meeting(title=current.title, starts_at=current.starts_at, ends_at=current.ends_at, zone=current.zone)
    _apply(current, details)
    if rows is not None:
        _write_agenda(current, rows)
    _save_changed(current, by, at)
    if current.state == rules.PUBLISHED and rules.says_otherwise(old, current):
        _record_change(old, current, by, at)
    return current


@transaction.atomic
def keep_wall_time(*, meeting: Meeting, at: datetime) -> bool:
    """Derive the moment anew, because the rules of its zone may have changed since; True when it moved.

    What the arranger typed stays true: 14:00 in the meeting's zone. People are told as of any other change.
    Raises NoSuchTime when the new rules have no such time.
    """
    current = _hold(meeting, None)
    old = Meeting(title=current.title, starts_at=current.starts_at, ends_at=current.ends_at, zone=current.zone)
    current.settle_moment()
    if current.starts_at == old.starts_at:
        return False
    _save_changed(current, current.changed_by, at)
    if current.state == rules.PUBLISHED:
        _record_change(old, current, None, at)
    return True


@transaction.atomic
def set_agenda(*, meeting: Meeting, rows: Sequence[Row], version: int, by: Any, at: datetime) -> Meeting:
    """Replace the agenda by `rows`, in their order; items that come back keep their address. Raises Conflict."""
    current = _hold(meeting, version)
    _write_agenda(current, rows)
    _save_changed(current, by, at)
    return current


@transaction.atomic
def publish(*, meeting: Meeting, version: int, tell: bool, by: Any, at: datetime) -> Meeting:
    """Announce a draft, or tell people of the agenda of a meeting that is announced already.

    People are told of each version at most once: a second click changes nothing. Nobody is told of a meeting
    that is over. Raises Conflict when the meeting changed since it was reviewed, NotPossible when cancelled.
    """
    current = _hold(meeting, version)
    if current.state == rules.CANCELLED:
        raise NotPossible(_("This meeting was cancelled."))
    first = current.state == rules.DRAFT
    if first:
        current.state, current.published_at = Meeting.State.PUBLISHED, at
    tell = tell and rules.can_be_told_of(current, at) and current.told_version != version
    if not first and not tell:
        return current
    if tell:
        current.told_version = version
    current.save(update_fields=["state", "published_at", "told_version", "updated_at"])
    key = f"meetings.AgendaPublished:{current.pk}:{version}:{'told' if tell else 'quiet'}"
    record(facts.AgendaPublished(**_about(current), tell=tell), key=key, by=by, at=at)
    return current


@transaction.atomic
def cancel(*, meeting: Meeting, reason: str, by: Any, at: datetime) -> Meeting:
    """Call an announced meeting off; its page stays, with the reason. Cancelling twice changes nothing.

    Raises NotPossible for a draft (discard it), for one that is over, and without a reason.
    """
    current = _hold(meeting, None)
    if current.state == rules.CANCELLED:
        return current
    if not rules.can_be_cancelled(current, at):
        raise NotPossible(_("Only a meeting that is announced and not over can be cancelled."))
    if not reason.strip():
        raise NotPossible(_("Say why it is cancelled: people planned for it."))
    current.state, current.cancel_reason = Meeting.State.CANCELLED, reason.strip()
    _save_changed(current, by, at)
    fact = facts.MeetingCancelled(**_about(current), reason=current.cancel_reason)
    record(fact, key=f"meetings.MeetingCancelled:{current.pk}:{current.sequence}", by=by, at=at)
    return current


@transaction.atomic
def discard(*, meeting: Meeting, version: int) -> None:
    """Throw a draft away. Raises Conflict, and NotPossible for what was ever announced."""
    current = _hold(meeting, version)
    if current.state != rules.DRAFT:
        raise NotPossible(_("An announced meeting is cancelled, not thrown away: its page stays."))
    current.delete()


@transaction.atomic
def sum_up(*, meeting: Meeting, summary: str, version: int, by: Any, at: datetime) -> Meeting:
    """Write down what came out. Raises Conflict, and NotPossible before the meeting began."""
    current = _hold(meeting, version)
    if not rules.takes_summary(current, at):
        raise NotPossible(_("A summary can be written once the meeting has begun."))
    current.summary = summary
    _save_changed(current, by, at)
    return current


@transaction.atomic
def reply(*, meeting: Meeting, answer: str, by: Any, at: datetime) -> Reply:
    """Say whether `by` comes; the last answer counts. Raises NotPossible when it is over or cancelled."""
    if not rules.takes_replies(meeting, at):
        raise NotPossible(_("This meeting takes no more replies."))
    given, _made = Reply.objects.update_or_create(
        meeting=meeting, person=by, defaults={"answer": Reply.Answer(answer), "at": at}
    )
    return given


def _hold(meeting: Meeting, version: int | None) -> Meeting:
    """The row as it is now, held until the end of the transaction; Conflict when it is another version."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("channel")
    current = rows.get(pk=meeting.pk)
    if version is not None and current.version != version:
        raise Conflict(current)
    return current


def _apply(meeting: Meeting, details: Details) -> None:
    for name, value in asdict(details).items():
        setattr(meeting, name, value)
    meeting.slug = slug_of(details.title)
    meeting.settle_moment()


def _save_changed(meeting: Meeting, by: Any, at: datetime) -> None:
    """A new version; for what calendars already hold also a new revision."""
    meeting.version += 1
    meeting.changed_by, meeting.changed_at = by, at
    if meeting.state != rules.DRAFT:
        meeting.sequence += 1
    meeting.save()


def _write_agenda(meeting: Meeting, rows: Sequence[Row]) -> None:
    known = {item.pk: item for item in meeting.agenda.all()}
    kept: list[AgendaItem] = []
    for position, row in enumerate(rows):
        item = known.pop(row.item_id, None) or AgendaItem(meeting=meeting)
        item.position = position
        for name in ("title", "minutes", "kind", "owner_id", "owner_name", "notes", "paper_url"):
            setattr(item, name, getattr(row, name))
        kept.append(item)
    AgendaItem.objects.filter(pk__in=known).delete()
    for item in kept:
        item.save()


def _record_change(old: Meeting, new: Meeting, by: Any, at: datetime) -> None:
    if rules.is_over(old, at) and rules.is_over(new, at):
        return  # a correction of the record: nobody has to plan anew
    fact = facts.MeetingChanged(
        **_about(new),
        old_title=old.title,
        old_starts_at=old.starts_at.isoformat(),
        old_ends_at=old.ends_at.isoformat(),
        old_zone=old.zone,
        moved=(old.starts_at, old.ends_at, old.zone) != (new.starts_at, new.ends_at, new.zone),
    )
    record(fact, key=f"meetings.MeetingChanged:{new.pk}:{new.sequence}", by=by, at=at)


def _about(meeting: Meeting) -> dict[str, Any]:
    """What every fact says of its meeting."""
    return {
        "meeting_id": meeting.pk,
        "channel_id": meeting.channel_id,
        "title": meeting.title,
        "channel_title": meeting.channel.title,
        "url": meeting.get_absolute_url(),
        "starts_at": meeting.starts_at.isoformat(),
        "zone": meeting.zone,
    }
