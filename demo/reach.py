"""How the demonstration's members reach each other: introductions, letters, office hours, spokespeople."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from demo.progress import Progress
from members.introductions import operations as introductions
from members.letters import operations as letters
from members.models import Booking, ContactChoices, Introduction, OfficeHours, Profile, Spokesperson, User
from members.office_hours import operations as hours
from members.office_hours import rules
from members.spokespeople import operations as spokespeople
from portal.taxonomy.models import Challenge, ServiceLine

CONTENT = Path(__file__).parent / "content" / "reach.yaml"


def load(progress: Progress, now: datetime) -> None:
    """Make what is missing; what is there, members may have answered or changed, and it is left alone."""
    rows = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    people = {profile.handle: profile.user for profile in Profile.objects.select_related("user")}
    with transaction.atomic():
        _doors(rows, people)
        for row in rows["introductions"]:
            _introduction(row, people, now)
        for row in rows["letters"]:
            _letter(row, people, now)
    progress.done(f"{len(rows['introductions'])} introductions, {len(rows['letters'])} message")
    with transaction.atomic():
        for row in rows["hours"]:
            _hours(row, people, now)
        for row in rows["spokespeople"]:
            _spokesperson(row, people, now)
    progress.done(f"{len(rows['hours'])} office hours, {len(rows['spokespeople'])} spokespeople")


def _doors(rows: dict[str, Any], people: dict[str, User]) -> None:
    """Letters by choice, once; providers as the profile says, as long as it says nothing else."""
    for handle in rows["takes_letters"]:
        _choices, fresh = ContactChoices.objects.get_or_create(person=people[handle], defaults={"letters": True})
        if fresh and handle in rows["lets_providers_in"]:
            Profile.objects.filter(handle=handle).update(providers_may_contact=True)


def _introduction(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    asker, person = people[row["asker"]], people[row["person"]]
    if Introduction.objects.between(asker, person).exists():
        return
    asked = now - timedelta(days=row["asked"])
    made = introductions.ask(person=person, purpose=row["purpose"], by=asker, at=asked)
    if "accepted" in row:
        introductions.accept(introduction=made, by=person, at=now - timedelta(days=row["accepted"]))


def _letter(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    sender, person = people[row["sender"]], people[row["person"]]
    at = now - timedelta(days=row["sent"])
    letters.send(person=person, text=row["text"], key="demonstration", by=sender, at=at)


def _hours(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    host = people[row["host"]]
    if OfficeHours.objects.filter(person=host).exists():
        return
    what = hours.Offer(
        topics=row["topics"],
        weekday=row["weekday"],
        clock=time.fromisoformat(row["clock"]),
        zone=host.zone.key,
        minutes=row["minutes"],
        places=row["places"],
        link=row["link"],
    )
    made = hours.offer(what=what, key="demonstration", by=host, at=now - timedelta(days=30))
    booked = row.get("booked")
    if booked and not Booking.objects.filter(hours=made).exists():
        day, _begins = next(iter(rules.days(made.weekday, made.clock, made.tz, now)))
        guest = people[booked["person"]]
        hours.book(hours=made, day=day, question=booked["question"], by=guest, at=now)


def _spokesperson(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    person = people[row["person"]]
    if Spokesperson.objects.filter(person=person).exists():
        return
    terms = spokespeople.Terms(
        subject=row["subject"],
        service_lines=list(ServiceLine.objects.filter(slug__in=row["service_lines"])),
        challenges=list(Challenge.objects.filter(slug__in=row["challenges"])),
        languages=row["languages"],
        formats=row["formats"],
        travel=row["travel"],
        notice_days=row["notice_days"],
        scope=row["scope"],
    )
    spokespeople.agree(terms=terms, by=person, at=now - timedelta(days=row["agreed"]))
