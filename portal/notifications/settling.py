"""What a mail tells of in the end, asked when it is sent: who was told something may have lost it meanwhile.

A notice that the person may no longer see, has muted, or has read while it was talk, is left out. One that the person
would by now rather have in a summary goes there. What is left is what the mail tells of; nothing left, no mail.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from portal.follows.models import Channel
from portal.follows.queries import who_may_see
from portal.incoming.queries import is_paused
from portal.notifications.kinds import Kind, kind_called
from portal.notifications.models import Level, Notification, Preference, Wishes
from portal.notifications.rules import level_for, way_for
from portal.notifications.ways import CADENCES, Way
from portal.outbox.models import Mail


class UnknownKind(LookupError):
    """A notice is of a kind that was removed from the code, or that only newer code has."""


class Wanted:
    """How the people of some notices want each of them now, from a handful of queries for all."""

    def __init__(self, notices: Sequence[Notification], at: datetime) -> None:
        people = {notice.person_id for notice in notices}
        self._at = at
        self._wishes = Wishes.objects.in_bulk(people)
        self._ways = _ways(people)
        self._levels = _levels(notices)
        self._seen = _seen(notices)

    def way(self, notice: Notification) -> str:
        """How it reaches its person now; NOTHING when it may not."""
        kind = known(notice)
        if kind.transactional:
            return Way.MAIL
        if not notice.person.is_member or (notice.person_id, notice.channel_id) not in self._seen:
            return Way.NOTHING
        line = kind.line_for(notice.route)
        level = level_for(
            self._levels.get((notice.person_id, notice.channel_id, notice.thread), "") if notice.thread else "",
            self._levels.get((notice.person_id, notice.channel_id, ""), ""),
        )
        return way_for(
            wishes=self._wishes_of(notice),
            chosen=self._ways.get((notice.person_id, line), ""),
            weight=kind.weight_for(notice.route),
            level=level,
            at=self._at,
        )

    def is_paused(self, notice: Notification) -> bool:
        """Whether its person wants neither mail nor summary for now."""
        return self._wishes_of(notice).is_paused(self._at)

    def _wishes_of(self, notice: Notification) -> Wishes:
        return self._wishes.get(notice.person_id) or Wishes()


def known(notice: Notification) -> Kind:
    """The kind of a notice. Raises UnknownKind."""
    kind = kind_called(notice.kind)
    if kind is None:
        raise UnknownKind(notice.kind)
    return kind


def settle(mails: Iterable[Mail], at: datetime) -> dict[int, list[Notification]]:
    """For each mail the notices that it tells of, oldest first; a mail that is missing is not to be sent.

    Writes where the others go instead. A notice of a kind that this code does not know is left as it is.
    """
    leads = {mail.subject_id: mail.pk for mail in mails if mail.subject_id}
    mine = Q(pk__in=leads) | Q(joins__in=leads)
    rows = Notification.objects.filter(mine, way=Way.MAIL).select_related("fact", "person", "channel", "mark")
    notices = list(rows.annotate(address_is_paused=is_paused("person__email")).order_by("at", "pk"))
    wanted = Wanted(notices, at)
    told: dict[int, list[Notification]] = defaultdict(list)
    for notice in notices:
        way = Way.MAIL if kind_called(notice.kind) is None else _way_to(notice, wanted)
        if way == Way.MAIL and not (is_read(notice) and known(notice).conversation):
            told[leads[notice.joins_id or notice.pk]].append(notice)
        else:
            _put_elsewhere(notice, way)
    _keep_slots(notices, {lead: told[mail] for lead, mail in leads.items() if mail in told})
    return told


def _way_to(notice: Notification, wanted: Wanted) -> str:
    """As it is wanted; to an address that takes no mail, what is about the account alone."""
    way = wanted.way(notice)
    return Way.LIST if notice.address_is_paused and not known(notice).transactional else way  # type: ignore[attr-defined]


def set_aside(notices: Iterable[Notification]) -> None:
    """Their mail does not go out after all: they are in the list, and it counts among no day's mails."""
    keys = [notice.pk for notice in notices]
    Notification.objects.filter(pk__in=keys).update(way=Way.LIST, joins=None, mail_day=None, mail_slot=None)


def _put_elsewhere(notice: Notification, way: str) -> None:
    """It is in the list, and in the next summary where the person has that by now."""
    waits = way in CADENCES and not is_read(notice)
    Notification.objects.filter(pk=notice.pk).update(
        way=way if waits else Way.LIST, waiting=waits, joins=None, mail_day=None, mail_slot=None
    )


def _keep_slots(notices: Sequence[Notification], told: dict[int, list[Notification]]) -> None:
    """A mail that goes out without the notice that led it counts among the day's mails all the same."""
    for lead in notices:
        left = told.get(lead.pk)
        if left and lead.mail_slot and lead not in left:
            Notification.objects.filter(pk=left[0].pk).update(mail_day=lead.mail_day, mail_slot=lead.mail_slot)


def is_read(notice: Notification) -> bool:
    """Whether it has a read mark; the rows come with it."""
    return getattr(notice, "mark", None) is not None


def _ways(people: set[int]) -> dict[tuple[int, str], str]:
    rows = Preference.objects.filter(person__in=people).values_list("person_id", "kind", "way")
    return {(person, kind): way for person, kind, way in rows}


def _levels(notices: Sequence[Notification]) -> dict[tuple[int, int, str], str]:
    rows = Level.objects.filter(
        person__in={notice.person_id for notice in notices}, channel__in={notice.channel_id for notice in notices}
    )
    return {(row.person_id, row.channel_id, row.thread): row.level for row in rows}


def _seen(notices: Sequence[Notification]) -> set[tuple[int, int | None]]:
    """Who may see which channel now; one query for each channel."""
    seen: set[tuple[int, int | None]] = set()
    channels: dict[int, Channel] = {}
    people: dict[int, set[int]] = defaultdict(set)
    for notice in notices:
        if notice.channel is None:
            seen.add((notice.person_id, None))
        else:
            channels[notice.channel_id] = notice.channel
            people[notice.channel_id].add(notice.person_id)
    for pk, channel in channels.items():
        asked: Any = get_user_model()._default_manager.filter(pk__in=people[pk])
        seen |= {(person, pk) for person in who_may_see(channel, asked).values_list("pk", flat=True)}
    return seen
