"""A profile as one viewer sees it: the only thing that templates, lists, mails and exports are given of a person.

Every field passes `rules.may_see`, so that a field somebody hides is gone from every surface at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from members.choices import language_name
from members.eyes import eyes_of
from members.rules import Eyes, may_see
from portal.core.cards import PersonCard


@dataclass(frozen=True, kw_only=True)
class Label:
    """One value of a vocabulary: its slug for addresses, its words for people."""

    slug: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address elsewhere with the words its owner gave it."""

    label: str
    url: str


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
    pronouns: str = ""
    pronunciation: str = ""
    photo: str = ""
    organisation: str = ""
    organisation_slug: str = ""
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
    links: tuple[Link, ...] = ()
    email: str = ""
    phone: str = ""
    member_since: datetime | None = None
    confirmed: datetime | None = None
    public: bool = False
    shows_contributions: bool = False

    @property
    def short_name(self) -> str:
        """What one would call the person in a sentence; the whole of a name that is one word."""
        return self.name.split(" ", 1)[0]


def see(profile: Any, viewer: Any) -> SeenProfile:
    """The profile through the eyes of `viewer`, an account or a stand-in; what is hidden from them stays empty."""
    eyes = eyes_of(viewer, profile)
    visible = _visible(profile, eyes, _READ)
    return SeenProfile(
        handle=profile.handle,
        url=profile.get_absolute_url(),
        own=eyes.owner,
        card=_card(profile, visible),
        public=may_see("name", profile=profile, eyes=Eyes(visitor=True)),
        shows_contributions=may_see("contributions", profile=profile, eyes=eyes),
        **visible,
    )


def see_card(profile: Any, viewer: Any) -> PersonCard:
    """The card alone: reads no more than `with_card_data()` and `with_ties_to(viewer)` brought."""
    return _card(profile, _visible(profile, eyes_of(viewer, profile), _CARD_FIELDS))


def see_in_list(profile: Any, viewer: Any) -> SeenProfile:
    """What a line of the directory shows: the card, and what somebody can be asked and looks for."""
    eyes = eyes_of(viewer, profile)
    visible = _visible(profile, eyes, (*_CARD_FIELDS, "ask_about", "looking_for"))
    card = _card(profile, visible)
    return SeenProfile(handle=profile.handle, url=profile.get_absolute_url(), own=eyes.owner, card=card, **visible)


def _visible(profile: Any, eyes: Eyes, fields: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in fields:
        if may_see(name, profile=profile, eyes=eyes):
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
        photo=visible.get("photo", ""),
    )


def photo_url(profile: Any, size: str) -> str:
    """Where the photo of a profile is served; "" where there is none."""
    picture = getattr(profile, "picture", None)
    if picture is None:
        return ""
    return f"{reverse('members:photo', args=[profile.handle, size])}?v={picture.digest[:8]}"


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
    if profile.organisation is None:
        return {"organisation": profile.organisation_proposed}
    return {"organisation": profile.organisation.name, "organisation_slug": profile.organisation.slug}


def _stage(profile: Any) -> dict[str, Any]:
    return {"stage": profile.stage.slug, "stage_label": profile.stage.label} if profile.stage else {}


def _links(profile: Any) -> dict[str, Any]:
    return {"links": tuple(Link(label=row["label"], url=row["url"]) for row in profile.links)}


# One reader for each field that `rules.FIELDS` names and a page shows; "contributions" are rows of other things.
_READ = {
    "name": lambda profile: {"name": profile.user.name},
    "kind": lambda profile: {"kind": profile.kind, "kind_label": profile.get_kind_display()},
    "pronouns": lambda profile: {"pronouns": profile.pronouns, "pronunciation": profile.pronunciation},
    "photo": lambda profile: {"photo": photo_url(profile, "small")},
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
    "languages": lambda profile: {"languages": tuple(map(language_name, profile.languages))},
    "bio": lambda profile: {"bio": profile.bio},
    "links": _links,
    "email": lambda profile: {"email": profile.contact_email or profile.user.email},
    "phone": lambda profile: {"phone": profile.phone},
    "member_since": lambda profile: {"member_since": profile.member_since},
    "confirmed": lambda profile: {"confirmed": profile.last_confirmed},
}
_CARD_FIELDS = ("name", "kind", "photo", "role", "organisation", "level")
