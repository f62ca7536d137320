"""How somebody is told: the words for it, and the three presets.

A preset is a named bundle over what a kind weighs; what somebody chose for one kind goes before it, a level for the
thing itself before that, and a brake or a pause slows down whatever they say.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a notice reaches somebody. All but NOTHING stand in the portal's list as well."""

    NOTHING = "nothing", _("Nothing")
    LIST = "list", _("In the portal")
    WEEKLY = "weekly", _("Weekly summary")
    DAILY = "daily", _("Daily summary")
    MAIL = "mail", _("Mail at once")


# A cadence of summaries is the way that waits for it.
CADENCES = (Way.DAILY, Way.WEEKLY)


class Route(models.TextChoices):
    """How an event found somebody, strongest first; the strongest is stored and says why."""

    MENTIONED = "mentioned", _("You are mentioned.")
    ROLE = "role", _("It is yours to look after.")
    HOLDS = "holds", _("You hold this.")
    SEATED = "seated", _("You belong to this.")
    FOLLOWED = "followed", _("You follow this.")


class Weight(models.TextChoices):
    """What a kind asks of its readers."""

    ADDRESSED = "addressed", _("speaks to you, or something is to be done in time")
    NEWS = "news", _("news of what you follow")
    AROUND = "around", _("goes on around you")


class Preset(models.TextChoices):
    """A bundle that somebody understands without a table."""

    QUIET = "quiet", _("Quiet")
    BALANCED = "balanced", _("Balanced")
    EVERYTHING = "everything", _("Everything")


DEFAULT = Preset.BALANCED

PRESETS: dict[str, dict[str, Way]] = {
    Preset.QUIET: {Weight.ADDRESSED: Way.MAIL, Weight.NEWS: Way.WEEKLY, Weight.AROUND: Way.LIST},
    Preset.BALANCED: {Weight.ADDRESSED: Way.MAIL, Weight.NEWS: Way.DAILY, Weight.AROUND: Way.WEEKLY},
    Preset.EVERYTHING: {Weight.ADDRESSED: Way.MAIL, Weight.NEWS: Way.MAIL, Weight.AROUND: Way.MAIL},
}

SENTENCES: dict[str, Any] = {
    Preset.QUIET: _("A mail only when you are addressed or something must be done in time. News once a week."),
    Preset.BALANCED: _(
        "A mail when you are addressed or something must be done in time. News of what you follow once a day."
    ),
    Preset.EVERYTHING: _("A mail for each thing as it happens, up to six a day. The rest once a day."),
}


class Brake(models.TextChoices):
    """What slows everything down, whatever else was chosen; one click sets it, one takes it away."""

    NONE = "", _("As you chose")
    NO_DIGEST = "no_digest", _("No summaries")
    WEEKLY = "weekly", _("One summary a week")
    STOP = "stop", _("No mail")


# The line of the settings for whatever mentions somebody, of whichever kind it is.
MENTIONS = "mentioned"


def preset_way(preset: str, weight: str) -> Way:
    """How a preset tells of a kind of this weight; the default preset for one that there is not."""
    return PRESETS.get(preset, PRESETS[DEFAULT])[weight]


def slowed(way: str, *, brake: str, paused: bool) -> str:
    """The way after brake and pause: what waits for the end of a pause comes in the summary after it."""
    if way in {Way.NOTHING, Way.LIST}:
        return way
    if brake == Brake.STOP:
        return Way.LIST
    if brake == Brake.WEEKLY:
        return Way.WEEKLY
    if paused and way == Way.MAIL:
        way = Way.DAILY
    return Way.LIST if brake == Brake.NO_DIGEST and way in CADENCES else way
