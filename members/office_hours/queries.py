"""Reads about office hours: what is offered with the places that are free, and who has taken one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.urls import reverse

from members.models import Booking, OfficeHours
from members.office_hours import rules
from members.queries import cards_by_user
from portal.core.cards import PersonCard
from portal.meetings.zones import city_of

ON_A_PROFILE = 3


@dataclass(frozen=True)
class Slot:
    """One coming hour. `booking` is the address of the viewer's own place in it."""

    day: date
    begins: datetime
    ends: datetime
    free: int
    taken: int
    off: bool = False
    booking: str = ""


@dataclass(frozen=True, kw_only=True)
class SeenHours:
    """Office hours as one member sees them; the link is not among it."""

    pk: int
    url: str
    own: bool
    host: PersonCard
    topics: str
    weekday: Any
    clock: time
    zone: ZoneInfo
    city: str
    minutes: int
    places: int
    stopped: bool
    slots: Sequence[Slot]

    @property
    def bookable(self) -> Slot | None:
        """The next hour in which the viewer can take a place."""
        return next((slot for slot in self.slots if slot.free and not slot.off and not slot.booking), None)


@dataclass(frozen=True, kw_only=True)
class SeenBooking:
    """A booked place as one of the two sees it. `other` is None when they are no longer to be seen."""

    pk: int
    url: str
    hours_url: str
    hosting: bool
    other: PersonCard | None
    topics: str
    question: str
    begins: datetime
    ends: datetime
    zone: ZoneInfo
    link: str
    cancelled: bool
    cancelled_by_me: bool
    cancellable: bool


def see(rows: Iterable[OfficeHours], viewer: Any, at: datetime) -> list[SeenHours]:
    """Hours through the eyes of a member, in two queries more; those of people who are not to be seen are left out."""
    found = list(rows)
    cards = cards_by_user({row.person_id for row in found}, viewer)
    taken = _Taken()
    standing = Booking.objects.standing().filter(hours__in=[row.pk for row in found], starts_at__gt=at)
    for hours, day, person, pk in standing.values_list("hours", "day", "person", "pk"):
        taken.number[hours, day] += 1
        if person == viewer.pk:
            taken.mine[hours, day] = reverse("members:booking", kwargs={"pk": pk})
    return [_see(row, viewer, cards[row.person_id], taken, at) for row in found if row.person_id in cards]


@dataclass
class _Taken:
    """Places by hours and day: how many, and the address of the viewer's own."""

    number: Counter[tuple[int, date]] = field(default_factory=Counter)
    mine: dict[tuple[int, date], str] = field(default_factory=dict)


def _see(row: OfficeHours, viewer: Any, host: PersonCard, taken: _Taken, at: datetime) -> SeenHours:
    slots = [
        Slot(
            day=day,
            begins=begins,
            ends=begins + timedelta(minutes=row.minutes),
            free=max(0, row.places - taken.number[row.pk, day]),
            taken=taken.number[row.pk, day],
            off=day.isoformat() in row.days_off,
            booking=taken.mine.get((row.pk, day), ""),
        )
        for day, begins in rules.days(row.weekday, row.clock, row.tz, at)
    ]
    return SeenHours(
        pk=row.pk,
        url=row.get_absolute_url(),
        own=row.person_id == viewer.pk,
        host=host,
        topics=row.topics,
        weekday=row.get_weekday_display(),
        clock=row.clock,
        zone=row.tz,
        city=city_of(row.zone),
        minutes=row.minutes,
        places=row.places,
        stopped=row.stopped_at is not None,
        slots=slots if row.stopped_at is None else (),
    )


def on_offer(viewer: Any) -> QuerySet[OfficeHours]:
    """What the viewer can take a place in, their own included, the newest offer first."""
    return OfficeHours.objects.visible_to(viewer).filter(stopped_at=None).order_by("-pk")


def of_person(person_id: int, viewer: Any, at: datetime) -> list[SeenHours]:
    """What one member offers, for their profile."""
    return see(on_offer(viewer).filter(person=person_id)[:ON_A_PROFILE], viewer, at)


def bookings(viewer: Any, at: datetime) -> list[SeenBooking]:
    """The coming places that somebody has, or has given, the soonest first."""
    rows = Booking.objects.visible_to(viewer).standing().filter(starts_at__gt=at - timedelta(minutes=rules.LONGEST))
    return see_bookings(rows.select_related("hours").order_by("starts_at", "pk")[:20], viewer, at)


def see_bookings(rows: Iterable[Booking], viewer: Any, at: datetime) -> list[SeenBooking]:
    """Places through the eyes of one of the two; one query for the cards of all the others."""
    found = list(rows)
    others = {row.person_id if row.hours.person_id == viewer.pk else row.hours.person_id for row in found}
    cards = cards_by_user(others, viewer)
    return [_see_booking(row, viewer, cards, at) for row in found]


def _see_booking(row: Booking, viewer: Any, cards: dict[int, PersonCard], at: datetime) -> SeenBooking:
    hosting = row.hours.person_id == viewer.pk
    other = cards.get(row.person_id if hosting else row.hours.person_id)
    cancelled = row.cancelled_at is not None
    return SeenBooking(
        pk=row.pk,
        url=row.get_absolute_url(),
        hours_url=row.hours.get_absolute_url(),
        hosting=hosting,
        other=other,
        topics=row.hours.topics,
        question=row.question,
        begins=row.starts_at,
        ends=row.starts_at + timedelta(minutes=row.hours.minutes),
        zone=row.hours.tz,
        link="" if cancelled or not other else row.hours.link,
        cancelled=cancelled,
        cancelled_by_me=cancelled and row.cancelled_by_id == viewer.pk,
        cancellable=not cancelled and row.starts_at > at,
    )


def most_taken(hours: OfficeHours, at: datetime) -> int:
    """How many places are taken in the fullest of the coming hours: fewer cannot be offered."""
    rows = Booking.objects.standing().filter(hours=hours, starts_at__gt=at)
    counted = rows.values("day").annotate(taken=Count("pk")).order_by("-taken").values_list("taken", flat=True)
    return counted.first() or 0
