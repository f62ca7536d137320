"""Writes: offer hours, take a place, give it back, take a day off; and what time and departures do."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.models import Booking, OfficeHours, User
from members.office_hours import facts, queries, rules
from members.reach.operations import hold
from portal.outbox.operations import record

BATCH = 200
# Coming places one member can have, so that nobody books a month of somebody's time.
MOST_BOOKED = 5


class NotPossible(ValueError):
    """The rules stand in the way; the message says which, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a member offers. Day and time hold by the clock of `zone`, summer and winter."""

    topics: str
    weekday: int
    clock: time
    zone: str
    minutes: int
    places: int
    link: str


@transaction.atomic
def offer(*, what: Offer, key: str, by: User, at: datetime) -> OfficeHours:
    """Offer an hour a week. `key` names the form: sent twice, it is offered once. Raises NotPossible."""
    hold(by)
    mine = OfficeHours.objects.filter(person=by)
    there = mine.filter(key=key).first()
    if there:
        return there
    if mine.filter(stopped_at=None).count() >= rules.MOST_OFFERED:
        raise NotPossible(_("You offer five hours a week already. Stop one of them first."))
    return OfficeHours.objects.create(
        person=by,
        key=key,
        topics=what.topics,
        weekday=what.weekday,
        clock=what.clock,
        zone=what.zone,
        minutes=what.minutes,
        places=what.places,
        link=what.link,
    )


@transaction.atomic
def change(*, hours: OfficeHours, topics: str, link: str, places: int, by: User, at: datetime) -> None:
    """Reword, or change link and places; the time stays, because people have booked it. Raises NotPossible."""
    row = _held(hours, by)
    taken = queries.most_taken(row, at)
    if places < taken:
        words = ngettext(
            "%(n)d place is taken already. Offer at least as many.",
            "%(n)d places are taken already. Offer at least as many.",
            taken,
        )
        raise NotPossible(words % {"n": taken})
    row.topics, row.link, row.places = topics, link, places
    row.save(update_fields=["topics", "link", "places", "updated_at"])


@transaction.atomic
def stop(*, hours: OfficeHours, by: User, at: datetime) -> None:
    """Offer it no more. Places that are taken stand; each can still be cancelled."""
    row = _held(hours, by)
    OfficeHours.objects.filter(pk=row.pk, stopped_at=None).update(stopped_at=at, updated_at=at)


@transaction.atomic
def take_day_off(*, hours: OfficeHours, day: date, by: User, at: datetime) -> int:
    """Not on this day: nobody can book it, and who has a place is told; how many those were. Raises NotPossible."""
    row = _held(hours, by)
    if day not in _open_days(row, at):
        raise NotPossible(_("There is no such hour to come."))
    row.days_off = sorted({*_days_to_come(row, at), day.isoformat()})
    row.save(update_fields=["days_off", "updated_at"])
    return _cancel(Booking.objects.filter(hours=row, day=day), by=by, at=at)


@transaction.atomic
def work_after_all(*, hours: OfficeHours, day: date, by: User, at: datetime) -> None:
    """The day can be booked again; places that were cancelled stay so."""
    row = _held(hours, by)
    row.days_off = [each for each in _days_to_come(row, at) if each != day.isoformat()]
    row.save(update_fields=["days_off", "updated_at"])


def _held(hours: OfficeHours, by: User) -> OfficeHours:
    """The row, locked, so that nobody books meanwhile. Raises NotPossible for who does not offer it."""
    row = OfficeHours.objects.select_for_update(no_key=True).filter(pk=hours.pk, person=by).first()
    if row is None:
        raise NotPossible(_("Only whoever offers an hour can change it."))
    return row


def _days_to_come(hours: OfficeHours, at: datetime) -> list[str]:
    today = at.astimezone(hours.tz).date().isoformat()
    return [day for day in hours.days_off if day >= today]


def _open_days(hours: OfficeHours, at: datetime) -> dict[date, datetime]:
    return dict(rules.days(hours.weekday, hours.clock, hours.tz, at))


# --- places -----------------------------------------------------------------------------------------------------


@transaction.atomic
def book(*, hours: OfficeHours, day: date, question: str, by: User, at: datetime) -> Booking:
    """Take a place on this day; whoever offers it is told. Having one already, that one is given. Raises NotPossible.

    The row of the hours is locked while places are counted: the last one is taken once.
    """
    hold(by)
    row = OfficeHours.objects.visible_to(by).filter(pk=hours.pk, stopped_at=None)
    held = OfficeHours.objects.select_for_update(no_key=True).filter(pk__in=row.values("pk")).first()
    begins = _open_days(held, at).get(day) if held else None
    if held is None or begins is None or day.isoformat() in held.days_off:
        raise NotPossible(_("This hour can no longer be booked."))
    if held.person_id == by.pk:
        raise NotPossible(_("This is your own hour."))
    standing = Booking.objects.standing()
    there = standing.filter(hours=held, day=day, person=by).first()
    if there:
        return there
    if standing.filter(hours=held, day=day).count() >= held.places:
        raise NotPossible(_("The last place has just been taken. Choose another week."))
    if standing.filter(person=by, starts_at__gt=at).count() >= MOST_BOOKED:
        raise NotPossible(_("You have five places to come already. Give one back first."))
    booking = Booking.objects.create(
        hours=held,
        day=day,
        starts_at=begins,
        person=by,
        question=question,
        booked_at=at,
        remind_at=rules.remind_at(begins, at),
    )
    record(facts.HourBooked(**_about(booking)), key=f"members.hour-booked:{booking.pk}", by=by, at=at)
    return booking


@transaction.atomic
def cancel(*, booking: Booking, by: User, at: datetime) -> None:
    """Give a place back, or as its host take it away; the other is told. Raises NotPossible once it has begun."""
    mine = Booking.objects.visible_to(by).filter(pk=booking.pk)
    if not _cancel(mine, by=by, at=at) and not mine.exclude(cancelled_at=None).exists():
        raise NotPossible(_("This hour has begun: it can no longer be cancelled."))


def _cancel(rows: QuerySet[Booking], *, by: User | None, at: datetime) -> int:
    """Cancel those of these that stand and are still to come, each with its fact; how many that were."""
    found = list(rows.standing().filter(starts_at__gt=at).select_related("hours").order_by("pk"))
    changed = 0
    for booking in found:
        if (
            not Booking.objects.standing()
            .filter(pk=booking.pk)
            .update(cancelled_at=at, cancelled_by=by, remind_at=None)
        ):
            continue
        key = f"members.booking-cancelled:{booking.pk}"
        record(facts.BookingCancelled(**_about(booking)), key=key, by=by, at=at)
        changed += 1
    return changed


def _about(booking: Booking) -> dict[str, Any]:
    return {
        "booking_id": booking.pk,
        "host_id": booking.hours.person_id,
        "person_id": booking.person_id,
        "starts_at": booking.starts_at.isoformat(),
    }


# --- what time and departures do --------------------------------------------------------------------------------


@transaction.atomic
def end_all_of(*, person: User, at: datetime) -> int:
    """Somebody left or was suspended: nothing of theirs can be booked, and places on both sides are cancelled."""
    OfficeHours.objects.filter(person=person, stopped_at=None).update(stopped_at=at, updated_at=at)
    theirs = Booking.objects.filter(Q(person=person) | Q(hours__person=person))
    return _cancel(theirs, by=person, at=at)


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Tell both of hours that begin within a day, once; how many were due."""
    due = Booking.objects.standing().filter(remind_at__lte=at).select_related("hours").order_by("remind_at", "pk")
    rows = list(due[:BATCH])
    for booking in rows:
        if booking.starts_at > at:
            record(facts.HourNear(**_about(booking)), key=f"members.hour-near:{booking.pk}", by=None, at=at)
    Booking.objects.filter(pk__in=[booking.pk for booking in rows]).update(remind_at=None)
    return len(rows)


@transaction.atomic
def keep_wall_times(*, at: datetime) -> int:
    """Zones change by law, and an hour keeps the time on its host's wall: how many coming places moved."""
    moved = 0
    coming = Booking.objects.standing().filter(starts_at__gt=at).select_related("hours").order_by("pk")
    for booking in coming.iterator(chunk_size=500):
        hours = booking.hours
        begins = rules.starts_at(booking.day, hours.clock, hours.tz)
        if begins and begins != booking.starts_at:
            due = rules.remind_at(begins, at) if booking.remind_at else None
            Booking.objects.filter(pk=booking.pk).update(starts_at=begins, remind_at=due)
            moved += 1
    return moved
