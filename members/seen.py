"""A profile as one viewer sees it: the only thing that templates, lists and mails are given of a person.

The e-mail address is not in it. Every field passes `rules.may_see`, so that a field somebody hides is gone from
every surface at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from members.choices import language_name
from members.rules import may_see
from portal.core.cards import PersonCard


@dataclass(frozen=True, kw_only=True)
class Label:
    """One value of a vocabulary: its slug for addresses, its words for people."""

    slug: str
    label: str


@dataclass(frozen=True, kw_only=True)
class SeenProfile:
    """What a viewer sees; a field that is hidden from them is empty."""

    handle: str
    card: PersonCard
    url: str
    own: bool
    name: str = ""
    kind: str = ""
    kind_label: Any = ""
    role: str = ""
    organisation: str = ""
    level: str = ""
    level_mark: str = ""
    country: str = ""
    country_name: str = ""
    place: str = ""
    zone: ZoneInfo | None = None
    stage: str = ""
    stage_label: str = ""
    service_lines: tuple[Label, ...] = ()
    ask_about: tuple[str, ...] = ()
    looking_for: tuple[str, ...] = ()
    willing_to: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    bio: str = ""
    member_since: datetime | None = None
    public: bool = False
    shows_contributions: bool = False

    @property
    def short_name(self) -> str:
        """What one would call the person in a sentence; the whole of a name that is one word."""
        return self.name.split(" ", 1)[0]


def see(profile: Any, viewer: Any) -> SeenProfile:
    """The profile through the eyes of `viewer`; every field that is hidden from them stays empty."""
    visible = _visible(profile, viewer, _READ)
    return SeenProfile(
        handle=profile.handle,
        url=profile.get_absolute_url(),
        own=getattr(viewer, "pk", None) == profile.user_id,
        card=_card(profile, visible),
        public=profile.visibility == "public",
        shows_contributions=may_see("contributions", profile=profile, viewer=viewer),
        **visible,
    )


def see_card(profile: Any, viewer: Any) -> PersonCard:
    """The card alone: reads no more than `with_card_data()` brought."""
    return _card(profile, _visible(profile, viewer, _CARD_FIELDS))


def _visible(profile: Any, viewer: Any, fields: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in fields:
        if may_see(name, profile=profile, viewer=viewer):
            found |= _READ[name](profile)
    return found


def _card(profile: Any, visible: dict[str, Any]) -> PersonCard:
    return PersonCard(
        name=visible.get("name", ""),
        key=profile.handle,
        url=profile.get_absolute_url(),
        mark=visible.get("level_mark", ""),
        role=visible.get("role", ""),
        organisation=visible.get("organisation", ""),
        kind=visible.get("kind", ""),
        kind_label=visible.get("kind_label", ""),
    )


def _level(profile: Any) -> dict[str, Any]:
    organisation = profile.organisation
    return {"level": organisation.level.label, "level_mark": organisation.level.mark} if organisation else {}


def _country(profile: Any) -> dict[str, Any]:
    organisation = profile.organisation
    if not organisation:
        return {}
    country = organisation.country
    return {"country": country.code, "country_name": country.name, "place": organisation.place}


def _organisation(profile: Any) -> dict[str, Any]:
    return {"organisation": profile.organisation.name if profile.organisation else profile.organisation_proposed}


def _stage(profile: Any) -> dict[str, Any]:
    return {"stage": profile.stage.slug, "stage_label": profile.stage.label} if profile.stage else {}


# One reader for each field that `rules.FIELDS` names and a page shows.
_READ = {
    "name": lambda profile: {"name": profile.user.name},
    "kind": lambda profile: {"kind": profile.kind, "kind_label": profile.get_kind_display()},
    "role": lambda profile: {"role": profile.role},
    "organisation": _organisation,
    "level": _level,
    "country": _country,
    "time_zone": lambda profile: {"zone": profile.user.zone},
    "stage": _stage,
    "service_lines": lambda profile: {
        "service_lines": tuple(Label(slug=line.slug, label=line.label) for line in profile.service_lines.all())
    },
    "ask_about": lambda profile: {"ask_about": tuple(each.tag.name for each in profile.expertise.all())},
    "looking_for": lambda profile: {"looking_for": profile.looking_for_lines},
    "willing_to": lambda profile: {"willing_to": tuple(str(each.get_what_display()) for each in profile.offers.all())},
    "languages": lambda profile: {"languages": tuple(language_name(each.code) for each in profile.languages.all())},
    "bio": lambda profile: {"bio": profile.bio},
    "member_since": lambda profile: {"member_since": profile.member_since},
}
_CARD_FIELDS = ("name", "kind", "role", "organisation", "level")
