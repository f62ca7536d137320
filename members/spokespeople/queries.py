"""The register of spokespeople, for its page and for whatever page wants to name who can speak about its subject."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.choices import language_name
from members.models import Profile, SpokenLanguage, Spokesperson
from members.seen import see_card
from members.spokespeople.rules import FORMATS, is_near_its_end
from portal.core.cards import PersonCard
from portal.core.rules import is_staff_member
from portal.taxonomy.models import ServiceLine

NAMED = 3
LONGEST_VALUE = 60
FORMAT_WORDS = {name: Spokesperson._meta.get_field(name).verbose_name for name in FORMATS}


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the register; empty means anything."""

    service: str = ""
    language: str = ""
    format: str = ""

    @property
    def any(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.service or self.language or self.format)


@dataclass(frozen=True, kw_only=True)
class SeenSpokesperson:
    """A line of the register."""

    card: PersonCard
    handle: str
    subject: str
    service_lines: Sequence[str]
    challenges: Sequence[str]
    languages: Sequence[str]
    formats: Sequence[Any]
    travel: Any
    notice_days: int
    public: bool
    expires_at: datetime


def wanted_from(params: QueryDict) -> Wanted:
    """What an address asks for; what the register could not hold is dropped."""
    service, language, shape = (params.get(name, "")[:LONGEST_VALUE] for name in ("service", "language", "format"))
    return Wanted(service, language, shape if shape in FORMATS else "")


def spokespeople(
    viewer: Any, at: datetime, wanted: Wanted | None = None, *, lines: Iterable[str] = ()
) -> QuerySet[Profile]:
    """Members whose consent holds and whom `viewer` may see, by name, each with `user.spokesperson` at hand.

    `lines` are slugs of service lines: those come who named one of them.
    """
    rows = Spokesperson.objects.visible_to(viewer).current(at)
    slugs = list(lines)
    if slugs:
        rows = rows.filter(service_lines__slug__in=slugs)
    if wanted:
        rows = rows.filter(_condition(wanted))
    people = (
        Profile.objects.visible_to(viewer)
        .with_ties_to(viewer)
        .listed()
        .filter(user__spokesperson__in=rows.values("pk"))
    )
    return people.with_card_data().select_related("user__spokesperson").order_by("sort_name", "pk")


def _condition(wanted: Wanted) -> Q:
    condition = Q()
    if wanted.service:
        named = ServiceLine.objects.filter(Q(slug=wanted.service) | Q(parent__slug=wanted.service))
        through = Spokesperson.service_lines.through.objects.filter(serviceline__in=named.values("pk"))
        condition &= Q(pk__in=through.values("spokesperson"))
    if wanted.language:
        condition &= Q(pk__in=SpokenLanguage.objects.filter(code=wanted.language).values("spokesperson"))
    if wanted.format:
        condition &= Q(**{wanted.format: True})
    return condition


def who_can_speak(viewer: Any, at: datetime, *, lines: Iterable[str]) -> list[tuple[PersonCard, str]]:
    """For the page of something in these service lines: up to three people and what they can tell; one query."""
    slugs = list(lines)
    if not slugs:
        return []
    return [
        (see_card(row, viewer), row.user.spokesperson.subject) for row in spokespeople(viewer, at, lines=slugs)[:NAMED]
    ]


def see(rows: Iterable[Profile], viewer: Any) -> list[SeenSpokesperson]:
    """Lines of the register, as `viewer` may see the people."""
    return [_see(profile, viewer) for profile in rows]


def with_details(people: QuerySet[Profile]) -> QuerySet[Profile]:
    """What `see` reads beside the rows: three queries, however many people."""
    return people.prefetch_related(
        "user__spokesperson__service_lines", "user__spokesperson__challenges", "user__spokesperson__languages"
    )


def _see(profile: Profile, viewer: Any) -> SeenSpokesperson:
    row = profile.user.spokesperson
    return SeenSpokesperson(
        card=see_card(profile, viewer),
        handle=profile.handle,
        subject=row.subject,
        service_lines=sorted(line.label for line in row.service_lines.all()),
        challenges=sorted(challenge.label for challenge in row.challenges.all()),
        languages=sorted(language_name(each.code) for each in row.languages.all()),
        formats=[FORMAT_WORDS[name] for name in FORMATS if getattr(row, name)],
        travel=row.get_travel_display(),
        notice_days=row.notice_days,
        public=row.scope == Spokesperson.Scope.PUBLIC,
        expires_at=row.expires_at,
    )


# --- what can be chosen -----------------------------------------------------------------------------------------


def choices(viewer: Any, at: datetime) -> dict[str, list[tuple[str, Any]]]:
    """The service lines and languages that somebody in the register has: no choice leads to an empty page."""
    rows = Spokesperson.objects.visible_to(viewer).current(at).values("pk")
    through = Spokesperson.service_lines.through.objects.filter(spokesperson__in=rows)
    lines = ServiceLine.objects.filter(pk__in=through.values("serviceline")).order_by("label")
    codes = SpokenLanguage.objects.filter(spokesperson__in=rows).values_list("code", flat=True).distinct()
    return {
        "service": list(lines.values_list("slug", "label")),
        "language": sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold()),
        "format": list(FORMAT_WORDS.items()),
    }


# --- one's own, and the staff's ---------------------------------------------------------------------------------


def own_consent(user: Any) -> Spokesperson | None:
    """The consent of whoever asks, also one that has ended; None when there never was one."""
    rows = Spokesperson.objects.visible_to(user).filter(person=user)
    return rows.prefetch_related("service_lines", "challenges", "languages").first()


def standing_of(row: Spokesperson, at: datetime) -> Any:
    """Where a consent stands, in words."""
    if row.withdrawn_at:
        return _("Withdrawn")
    if row.expires_at <= at:
        return _("Ran out")
    return _("Runs out soon") if is_near_its_end(row.expires_at, at) else _("Holds")


@dataclass(frozen=True)
class Consent:
    """A consent as staff see it."""

    card: PersonCard
    subject: str
    standing: Any
    scope: Any
    consented_at: datetime
    expires_at: datetime


def consents(viewer: Any) -> QuerySet[Profile]:
    """Every consent there has been, for staff: those that run out first stand first."""
    if not is_staff_member(viewer):
        return Profile.objects.none()
    rows = Profile.objects.visible_to(viewer).with_card_data().with_ties_to(viewer).exclude(user__spokesperson=None)
    return rows.select_related("user__spokesperson").order_by("user__spokesperson__expires_at", "pk")


def see_consents(rows: Iterable[Profile], viewer: Any, at: datetime) -> list[Consent]:
    """Consents with where they stand."""
    return [
        Consent(
            see_card(profile, viewer),
            row.subject,
            standing_of(row, at),
            row.get_scope_display(),
            row.consented_at,
            row.expires_at,
        )
        for profile in rows
        for row in [profile.user.spokesperson]
    ]
