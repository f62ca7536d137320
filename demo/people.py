"""Organisations and eighty invented members, four of whom can sign in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from demo.accounts import PASSWORD
from demo.portraits import portrait
from demo.progress import Progress
from members import operations
from members.folding import fold
from members.models import Expertise, Organisation, Profile, ProfileOffer, User
from members.profiles.operations import set_photo
from members.profiles.photos import made_of
from members.rules import chosen, opened_to
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage

CONTENT = Path(__file__).parent / "content"


def load(progress: Progress, now: datetime) -> None:
    """Make what is missing; what is there, members may have changed, and it is left alone."""
    with transaction.atomic():
        organisations = _organisations(_read("organisations.yaml"))
    progress.done(f"{len(organisations)} organisations")
    rows = _read("people.yaml")
    with transaction.atomic():
        fresh = _people(rows, organisations, now)
    progress.done(f"{len(rows)} members, {len(fresh)} of them new")
    progress.done(f"{_portraits(fresh, now)} portraits")


def _read(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))


def _organisations(rows: list[dict[str, Any]]) -> dict[str, Organisation]:
    levels = {level.slug: level for level in JurisdictionLevel.objects.all()}
    Organisation.objects.bulk_create(
        (
            Organisation(
                slug=row["slug"],
                name=row["name"],
                other_names=row["other_names"],
                level=levels[row["level"]],
                country=row["country"],
                place=row["place"],
                body=row["kind_of_body"],
                search_text="\n".join(fold(name) for name in (row["name"], *row["other_names"])),
            )
            for row in rows
        ),
        ignore_conflicts=True,
    )
    return {organisation.slug: organisation for organisation in Organisation.objects.all()}


def _people(rows: list[dict[str, Any]], organisations: dict[str, Organisation], now: datetime) -> set[str]:
    """Make the members who are not there yet; their handles."""
    known = set(Profile.objects.values_list("handle", flat=True))
    known_addresses = set(User.objects.values_list("email", flat=True))
    fresh = [row for row in rows if row["handle"] not in known and row["email"] not in known_addresses]
    _accounts(fresh, now)
    users = {user.email: user for user in User.objects.filter(email__in=[row["email"] for row in fresh])}
    stages = {stage.slug: stage for stage in Stage.objects.all()}
    Profile.objects.bulk_create(
        Profile(
            user=users[row["email"]],
            handle=row["handle"],
            kind=row["kind"],
            organisation=organisations[row["organisation"]],
            role=row["role"],
            stage=stages[row["stage"]],
            looking_for="\n".join(row["looking_for"]),
            bio=row["bio"],
            languages=row["languages"],
            shown_to=row["visibility"],
            audiences=opened_to(row["visibility"]),
            member_since=now - timedelta(days=row["joined_days_ago"]),
            confirmed_at=now - timedelta(days=row["joined_days_ago"] % 340),
        )
        for row in fresh
    )
    _rows_of(fresh)
    _choices({row["handle"] for row in fresh}, now)
    operations.reindex(Profile.objects.filter(handle__in=[row["handle"] for row in fresh]))
    for row in fresh:
        if row.get("account") == "staff":
            operations.make_staff(person=users[row["email"]])
    return {row["handle"] for row in fresh}


def _choices(handles: set[str], now: datetime) -> None:
    """What some of them added to their profiles, and whom they show it to."""
    for row in _read("profiles.yaml"):
        if row["handle"] not in handles:
            continue
        profile = Profile.objects.get(handle=row["handle"])
        for name in ("pronouns", "pronunciation", "links", "phone", "contact_email"):
            setattr(profile, name, row.get(name, getattr(profile, name)))
        profile.shown_to = row.get("shown_to", profile.shown_to)
        profile.audiences = chosen(profile.audiences | row.get("audiences", {}))
        profile.providers_may_contact = row.get("providers_may_contact", False)
        profile.leads_may_contact = row.get("leads_may_contact", False)
        if "confirmed_days_ago" in row:
            profile.confirmed_at = now - timedelta(days=row["confirmed_days_ago"])
        profile.save()


def _portraits(handles: set[str], now: datetime) -> int:
    """Drawn faces for those of the new members who have one: shapes and colours, nobody's likeness. How many."""
    drawn = [row["handle"] for row in _read("profiles.yaml") if row.get("portrait") and row["handle"] in handles]
    for profile in Profile.objects.filter(handle__in=drawn).select_related("user"):
        set_photo(person=profile.user, made=made_of(portrait(profile.handle)), by=profile.user, at=now)
    return len(drawn)


def _accounts(rows: list[dict[str, Any]], now: datetime) -> None:
    """One hash for the four accounts that sign in; the others have none and could not if they would."""
    password, unusable = make_password(PASSWORD) if rows else "", make_password(None)
    User.objects.bulk_create(
        User(
            email=row["email"],
            name=row["name"],
            standing=User.Standing.MEMBER,
            time_zone=row["time_zone"],
            password=password if row.get("account") else unusable,
            date_joined=now - timedelta(days=row["joined_days_ago"]),
        )
        for row in rows
    )
    confirmed(row["email"] for row in rows if row.get("account"))


def confirmed(addresses: Iterable[str]) -> None:
    """The record of allauth that an address is confirmed: without it, signing in asks for a code first."""
    users = User.objects.filter(email__in=list(addresses))
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users),
        ignore_conflicts=True,
    )


def _rows_of(rows: list[dict[str, Any]]) -> None:
    """Everything that hangs on a profile."""
    fresh = Profile.objects.filter(handle__in=[row["handle"] for row in rows])
    profiles = {profile.handle: profile for profile in fresh}
    lines = {line.slug: line for line in ServiceLine.objects.all()}
    through = Profile.service_lines.through
    through.objects.bulk_create(
        through(profile=profiles[row["handle"]], serviceline=lines[slug])
        for row in rows
        for slug in row["service_lines"]
    )
    ProfileOffer.objects.bulk_create(
        ProfileOffer(profile=profiles[row["handle"]], what=what) for row in rows for what in row["willing_to"]
    )
    names = [name for row in rows for name in row["ask_about"]]
    subjects = dict(zip(dict.fromkeys(names), operations.subjects_called(dict.fromkeys(names)), strict=True))
    Expertise.objects.bulk_create(
        Expertise(content_object=profiles[row["handle"]], tag=subjects[name])
        for row in rows
        for name in row["ask_about"]
    )
