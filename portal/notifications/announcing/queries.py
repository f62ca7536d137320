"""Reads: how far an announcement has got, and who would be told."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from portal.notifications.announcing.circles import label_of
from portal.notifications.announcing.models import Announcement
from portal.notifications.facts import AnnouncementSent
from portal.notifications.models import Notification
from portal.notifications.queries import Told, who_will_be_told
from portal.notifications.ways import CADENCES, Way
from portal.outbox.models import Errand, Mail

SLUG = "notifications.announcement"


@dataclass(frozen=True)
class Progress:
    """How far it has got. `written`: whether every notice is there; until then the numbers still grow."""

    written: bool
    people: int
    mails_sent: int
    mails_waiting: int
    mails_not_sent: int
    in_summary: int
    listed: int
    opened: int

    @property
    def mails(self) -> int:
        """All mails of it."""
        return self.mails_sent + self.mails_waiting + self.mails_not_sent

    @property
    def percent(self) -> int:
        """Of its mails, how many have gone out or will not."""
        return 100 * (self.mails - self.mails_waiting) // self.mails if self.mails else 100 * self.written

    @property
    def done(self) -> bool:
        """Whether nothing more will go out."""
        return self.written and not self.mails_waiting

    @property
    def stats(self) -> list[tuple[int, str]]:
        """The figures that staff look at: always the first four, and of the others those that are not nought."""
        refused = (self.mails_not_sent, _("mails refused, or no longer wanted"))
        others = [(self.in_summary, _("in a summary")), (self.listed, _("in the portal only"))]
        return [
            (self.people, _("people told")),
            (self.mails_sent, _("mails sent")),
            (self.mails_waiting, _("mails waiting")),
            (self.opened, _("opened in the portal")),
            *(each for each in (refused, *others) if each[0]),
        ]


@dataclass(frozen=True)
class Line:
    """One announcement in the list."""

    announcement: Announcement
    circle: str


def announcements(user: Any) -> list[Line]:
    """The newest fifty, drafts first."""
    rows = Announcement.objects.visible_to(user).select_related("by")
    drafts = list(rows.filter(state=Announcement.State.DRAFT).order_by("-pk")[:50])
    sent = list(rows.exclude(state=Announcement.State.DRAFT).order_by("-sent_at", "-pk")[:50])
    words = {row.circle: label_of(row.circle) for row in [*drafts, *sent]}
    return [Line(row, words[row.circle]) for row in [*drafts, *sent]]


def would_be_told(announcement: Announcement, *, by: Any, at: datetime) -> Told:
    """The numbers before it is sent, from the queries that then decide."""
    fact = AnnouncementSent(announcement_id=announcement.pk, title=announcement.title, circle=announcement.circle)
    return who_will_be_told(kind=SLUG, fact=fact, by=by, at=at)


def progress(announcement: Announcement) -> Progress:
    """Three queries, however many people are told."""
    told = Notification.objects.filter(fact=announcement.fact_id)
    ways: Counter[str] = Counter(dict(told.values_list("way").annotate(Count("pk"))))
    mails = Mail.objects.filter(renderer="notification", subject_id__in=told.filter(way=Way.MAIL).values("pk"))
    states: Counter[str] = Counter(dict(mails.values_list("state").annotate(Count("pk"))))
    waiting = sum(states[state] for state in Mail.UNSENT)
    errands = Errand.objects.filter(fact=announcement.fact_id, state=Errand.State.WAITING)
    return Progress(
        written=not errands.exists(),
        people=sum(ways.values()),
        mails_sent=states[Mail.State.SENT],
        mails_waiting=waiting,
        mails_not_sent=sum(states.values()) - states[Mail.State.SENT] - waiting,
        in_summary=sum(ways[cadence] for cadence in CADENCES),
        listed=ways[Way.LIST],
        opened=told.filter(mark__isnull=False).count(),
    )
