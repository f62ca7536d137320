"""Reads for the settings: what a person chose, about what, and what it comes to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.notifications.choosing import weights, wishes_of
from portal.notifications.kinds import area_of, choosable, kind_called
from portal.notifications.models import FeedKey, Level, Preference, Wishes
from portal.notifications.preview import Preview, previews
from portal.notifications.ways import MENTIONS, PRESETS, SENTENCES, Preset, Way, preset_way


@dataclass(frozen=True)
class Card:
    """A preset as the settings offer it; `last_week` is None where nobody is there to count for."""

    value: str
    label: Any
    sentence: Any
    chosen: bool
    last_week: Preview | None = None


@dataclass(frozen=True)
class Choice:
    """One line of the matrix."""

    slug: str
    label: Any
    way: str
    preset_way: str

    @property
    def differs(self) -> bool:
        """Whether it is not as the preset has it."""
        return self.way != self.preset_way


@dataclass(frozen=True)
class Area:
    """The lines of one part of the portal."""

    slug: str
    label: Any
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Wanting:
    """Everything the settings show."""

    wishes: Wishes
    cards: Sequence[Card]
    areas: Sequence[Area]
    differs: int
    levels: Sequence[Level]
    paused: bool
    has_feed: bool


def areas(person: Any) -> dict[str, Any]:
    """The parts of the portal that tell a person something, by what they are called in addresses."""
    found: dict[str, Any] = {}
    for kind in sorted(choosable(person), key=lambda kind: str(kind.area)):
        found.setdefault(area_of(kind.slug), kind.area)
    return found


def preset_cards(wishes: Wishes | None = None, last_week: dict[str, Preview] | None = None) -> list[Card]:
    """The three presets, for the settings and for the first visit."""
    chosen = (wishes or Wishes()).preset
    return [
        Card(preset, Preset(preset).label, SENTENCES[preset], preset == chosen, (last_week or {}).get(preset))
        for preset in PRESETS
    ]


def wanting(person: Any, at: datetime) -> Wanting:
    """The settings of a person. Five queries, whatever was chosen."""
    wishes = wishes_of(person)
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "way"))
    levels = list(Level.objects.visible_to(person).select_related("channel").order_by("channel__title", "thread"))
    by_thing = {(level.channel_id, level.thread): level.level for level in levels}
    lines = _areas(person, wishes.preset, chosen)
    return Wanting(
        wishes=wishes,
        cards=preset_cards(wishes, previews(person, wishes, chosen=chosen, levels=by_thing, at=at)),
        areas=lines,
        differs=sum(choice.differs for area in lines for choice in area.choices),
        levels=levels,
        paused=wishes.is_paused(at),
        has_feed=FeedKey.objects.filter(person=person).exists(),
    )


def _areas(person: Any, preset: str, chosen: dict[str, str]) -> list[Area]:
    labels, by_area = areas(person), defaultdict(list)
    for slug, weight in weights(person).items():
        as_preset = preset_way(preset, weight)
        kind = kind_called(slug)
        label = kind.label if kind else _("Somebody mentions you")
        by_area[area_of(slug)].append(Choice(slug, label, chosen.get(slug, as_preset), as_preset))
    found = [Area(slug, label, by_area[slug]) for slug, label in labels.items()]
    if MENTIONS in by_area:
        found.insert(0, Area(MENTIONS, _("You"), by_area[MENTIONS]))
    return found


def ways_offered() -> list[tuple[str, Any]]:
    """The columns of the matrix, from nothing to at once."""
    return Way.choices
