"""How people reach each other, for tests: somebody with a rounded profile, requests, letters, hours, consents."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from members import operations as people
from members.letters import operations as letters
from members.models import ContactChoices, Introduction, Letter, OfficeHours, Profile, Spokesperson, User
from members.office_hours import operations as hours
from members.office_hours import rules
from members.reach.forms import new_key
from members.spokespeople import operations as spokes
from portal.taxonomy.models import Challenge, ServiceLine, Stage
from tests.factories.members import OrganisationFactory, ProfileFactory

SECRET_LINK = "https://meet.example/cnry-secret-room"


def peer(
    name: str = "",
    *,
    lines: tuple[str, ...] = (),
    asks: tuple[str, ...] = (),
    wishes: tuple[str, ...] = (),
    offers: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    stage: str = "",
    zone: str = "UTC",
    level: str = "county",
    **fields: Any,
) -> Profile:
    """A member with whatever of their work is named."""
    if name:
        fields["user__name"] = name
    if "organisation" not in fields:
        fields["organisation"] = OrganisationFactory(level_slug=level, country=fields.pop("country", "GB"))
    profile = ProfileFactory(
        stage=Stage.objects.filter(slug=stage).first(),
        looking_for="\n".join(wishes),
        languages=list(languages),
        user__time_zone=zone,
        **fields,
    )
    profile.service_lines.set(ServiceLine.objects.filter(slug__in=lines))
    for what in offers:
        profile.offers.create(what=what)
    profile.expertise.model.objects.bulk_create(
        profile.expertise.model(content_object=profile, tag=tag) for tag in people.subjects_called(asks)
    )
    people.reindex(Profile.objects.filter(pk=profile.pk))
    return profile


def allow(person: User, *, providers: bool | None = None, **choices: bool) -> User:
    """Somebody who allows this much."""
    if choices:
        ContactChoices.objects.update_or_create(person=person, defaults=choices)
    if providers is not None:
        Profile.objects.filter(user=person).update(providers_may_contact=providers)
    return person


def ask(asker: User, person: User, *, days_ago: float = 0, **fields: Any) -> Introduction:
    """A request as it stands after some days; `state` and the rest as given."""
    at = timezone.now() - timedelta(days=days_ago)
    return Introduction.objects.create(
        asker=asker, person=person, asked_at=at, **{"purpose": "I would like to compare prices.", **fields}
    )


def introduced(asker: User, person: User, *, days_ago: float = 0) -> Introduction:
    """An introduction that was accepted so many days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    more = {"settled_at": at, "ask_help_at": at + timedelta(days=30)}
    return ask(asker, person, days_ago=days_ago + 1, state="accepted", **more)


def write(sender: User, person: User, text: str = "How did you price it?", at: datetime | None = None) -> Letter:
    """A letter that was sent."""
    allow(person, letters=True)
    return letters.send(person=person, text=text, key=new_key(), by=sender, at=at or timezone.now())


def offer(host: User, at: datetime | None = None, **fields: Any) -> OfficeHours:
    """An hour a week: Wednesdays at 15:00 in London, one place, half an hour."""
    what = {
        "topics": "Price lists",
        "weekday": 2,
        "clock": time(15),
        "zone": "Europe/London",
        "minutes": 30,
        "places": 1,
        "link": SECRET_LINK,
    }
    return hours.offer(what=hours.Offer(**what | fields), key=new_key(), by=host, at=at or timezone.now())


def speaks(person: User, at: datetime | None = None, **fields: Any) -> Spokesperson:
    """A consent that holds for twelve months from `at`: payroll, English, panels, members."""
    lines = ServiceLine.objects.filter(slug__in=fields.pop("lines", ["payroll"]))
    challenges = Challenge.objects.filter(slug__in=fields.pop("challenges", []))
    terms = {
        "subject": "How we priced payroll",
        "service_lines": list(lines),
        "challenges": list(challenges),
        "languages": ["en"],
        "formats": ["panel"],
        "travel": "online",
        "notice_days": 14,
        "scope": "community",
    }
    return spokes.agree(terms=spokes.Terms(**terms | fields), by=person, at=at or timezone.now())


def stage_reach(person: User, other: User) -> dict[str, Any]:
    """One row of each sort between two people, for the matrix of permissions: `other` asked and was written to."""
    mine, theirs = offer(person), offer(other)
    at = timezone.now()
    day, _begins = next(iter(rules.days(theirs.weekday, theirs.clock, theirs.tz, at)))
    return {
        "an-introduction": ask(other, person).pk,
        "a-letter": write(person, other).pk,
        "an-hour": mine.pk,
        "a-booking": hours.book(hours=theirs, day=day, question="", by=person, at=at).pk,
    }
