"""How complete a profile is, and what is missing, each with the way to the very field. Rules without a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

STALE_AFTER = timedelta(days=365)
DAYS_OF_A_MONTH = 30.44


@dataclass(frozen=True)
class Part:
    """Something a profile can hold. `weight` of 100: how much it helps peers to find and to ask."""

    label: Any
    weight: int
    anchor: str
    filled: Callable[[Any], bool]
    page: str = "/members/me/edit/"

    @property
    def url(self) -> str:
        """Where it is filled in."""
        return f"{self.page}#{self.anchor}"


PARTS = (
    Part(_("what you do there"), 14, "id_role", lambda profile: bool(profile.role)),
    Part(
        _("your organisation"),
        12,
        "id_organisation",
        lambda profile: bool(profile.organisation_id or profile.organisation_proposed),
    ),
    Part(_("what you can be asked about"), 18, "id_ask_about", lambda profile: bool(profile.expertise.all())),
    Part(_("what you are looking for"), 12, "id_looking_for", lambda profile: bool(profile.looking_for)),
    Part(_("what you are willing to do"), 6, "id_willing_to_0", lambda profile: bool(profile.offers.all())),
    Part(_("your service lines"), 10, "id_service_lines", lambda profile: bool(profile.service_lines.all())),
    Part(_("your stage"), 4, "id_stage", lambda profile: bool(profile.stage_id)),
    Part(_("your languages"), 4, "id_languages", lambda profile: bool(profile.languages)),
    Part(_("a few sentences about you"), 10, "id_bio", lambda profile: bool(profile.bio)),
    Part(
        _("a photo"), 6, "id_photo", lambda profile: getattr(profile, "picture", None) is not None, "/members/me/photo/"
    ),
    Part(_("a link"), 4, "id_links", lambda profile: bool(profile.links)),
)


@dataclass(frozen=True)
class Completeness:
    """How much of a profile is there, in percent, and what is missing, the most useful first."""

    percent: int
    missing: Sequence[Part]


def completeness_of(profile: Any) -> Completeness:
    """Reads what `with_everything()` brought."""
    missing = [part for part in PARTS if not part.filled(profile)]
    lacking = sum(part.weight for part in missing)
    return Completeness(100 - lacking, sorted(missing, key=lambda part: -part.weight))


def months_since_confirmed(confirmed: datetime | None, now: datetime) -> int:
    """Whole months since a profile was last confirmed, once that is more than a year; 0 before."""
    if confirmed is None or now - confirmed < STALE_AFTER:
        return 0
    return int((now - confirmed).days / DAYS_OF_A_MONTH)
