"""What a summary says, asked when it is sent: the person's ten lines, each with what, why and where."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation

from portal.incoming.queries import is_paused
from portal.notifications.envelope import list_headers
from portal.notifications.kinds import kind_called
from portal.notifications.models import Digest, Notification
from portal.notifications.settling import Wanted, is_read
from portal.notifications.stopping import DIGEST, stop_token
from portal.notifications.ways import Way, Weight
from portal.outbox import composing
from portal.outbox.models import Mail
from portal.outbox.registry import rebuild
from portal.outbox.rendering import renders

LINES = 10
# So many are asked whether they may still be seen; a summary of more says only that there are more.
ASKED = 60


@dataclass(frozen=True)
class SummaryLine:
    """One notice as a summary tells it."""

    headline: str
    reason: str
    url: str
    at: datetime
    thing: str
    weight: str
    actor: int | None


@renders("digest")
def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The message, or None when nothing is left of it, all read, gone or no longer wanted, or no mail gets there."""
    rows = Digest.objects.select_related("person").annotate(address_is_paused=is_paused("person__email"))
    digest = rows.filter(pk=mail.subject_id).first()
    if digest is None or not digest.person.is_member or digest.address_is_paused:
        return None
    with translation.override(digest.person.language), timezone.override(digest.person.zone):
        lines, more = told_in(digest, timezone.now())
        return _message(digest, pick(lines), more) if lines else None


def told_in(digest: Digest, at: datetime) -> tuple[list[SummaryLine], int]:
    """What the person may see, wants and has not read, newest first, and how many more there are than were asked."""
    rows = digest.notices.select_related("fact", "person", "channel", "mark").order_by("-at", "-pk")
    notices = [notice for notice in rows if not is_read(notice) and kind_called(notice.kind)]
    wanted = Wanted(notices, at)
    ways = {notice: wanted.way(notice) for notice in notices}
    later = [notice for notice in notices if _waits(digest, ways[notice], paused=wanted.is_paused(notice))]
    for notice in later:
        _put_back(notice, Way.WEEKLY if ways[notice] == Way.WEEKLY else digest.cadence)
    gone = {*later, *(notice for notice in notices if ways[notice] in {Way.NOTHING, Way.LIST})}
    left = [notice for notice in notices if notice not in gone]
    lines = [line for notice in left[:ASKED] if (line := _line(notice, digest.person))]
    return lines, len(left[ASKED:])


def _waits(digest: Digest, way: str, *, paused: bool) -> bool:
    """Whether it belongs into a later summary: the person has paused, or slowed down to one a week."""
    return way not in {Way.NOTHING, Way.LIST} and (paused or (way == Way.WEEKLY and digest.cadence == Way.DAILY))


def _put_back(notice: Notification, cadence: str) -> None:
    Notification.objects.filter(pk=notice.pk).update(way=cadence, waiting=True, digest=None)


def _line(notice: Notification, person: Any) -> SummaryLine | None:
    kind: Any = kind_called(notice.kind)
    fact = rebuild(notice.fact.name, notice.fact.payload)
    if kind.context(fact, person) is None:
        return None
    return SummaryLine(
        headline=kind.headline(fact),
        reason=kind.reason_for(fact, notice.route),
        url=settings.SITE_URL + kind.url(fact),
        at=notice.at,
        thing=notice.channel.title if notice.channel else "",
        weight=kind.weight_for(notice.route),
        actor=notice.fact.by_id,
    )


def pick(lines: Iterable[SummaryLine], limit: int = LINES) -> tuple[list[SummaryLine], int]:
    """At most `limit` lines from as many people as there are, and how many are left out.

    What speaks to the person goes first, then the newest of everybody in turn, so that whoever writes most does not
    push the others out. Those picked stand newest first.
    """
    everything = list(lines)
    ranks = {Weight.ADDRESSED: 0, Weight.NEWS: 1, Weight.AROUND: 2}
    turns: dict[int | None, int] = defaultdict(int)
    ordered = []
    for line in sorted(everything, key=lambda line: (ranks[Weight(line.weight)], -line.at.timestamp())):
        turns[line.actor] += 1
        ordered.append((ranks[Weight(line.weight)] > 0, turns[line.actor], line))
    ordered.sort(key=lambda each: each[:2])
    picked = [line for _rank, _turn, line in ordered[:limit]]
    return sorted(picked, key=lambda line: line.at, reverse=True), len(everything) - len(picked)


def _message(digest: Digest, picked: tuple[Sequence[SummaryLine], int], unasked: int) -> EmailMultiAlternatives:
    lines, left_out = picked
    person = digest.person
    stop = settings.SITE_URL + reverse("notifications:stop", args=[stop_token(person.pk, DIGEST)])
    context = {
        "person": person,
        "weekly": digest.cadence == Way.WEEKLY,
        "lines": lines,
        "total": len(lines) + left_out + unasked,
        "more": left_out + unasked,
        "list_url": settings.SITE_URL + reverse("notifications:list"),
        "unsubscribe_url": stop,
        "settings_url": settings.SITE_URL + reverse("notifications:settings"),
    }
    headers = list_headers(f"{digest.cadence}-summary", stop)
    return composing.compose("notifications/email/digest", person.email, context, headers=headers)
