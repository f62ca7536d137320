"""Writes of what somebody wants: preset, hour, pause, brake, and what differs from the preset."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from portal.notifications.kinds import choosable, kind_called
from portal.notifications.models import Digest, Preference, Wishes
from portal.notifications.ways import MENTIONS, Brake, Preset, Way, Weight, preset_way


def wishes_of(person: Any) -> Wishes:
    """What somebody wishes; the defaults, unsaved, for whoever never said."""
    return Wishes.objects.filter(person=person).first() or Wishes(person=person)


def weights(person: Any) -> dict[str, str]:
    """What each line of somebody's settings weighs: every kind they may choose about, and being mentioned."""
    kinds = choosable(person)
    lines = {kind.slug: str(kind.weight) for kind in kinds}
    return lines | ({MENTIONS: str(Weight.ADDRESSED)} if any(kind.mentions for kind in kinds) else {})


@transaction.atomic
def choose_preset(*, preset: str, by: Any, at: datetime) -> None:
    """`by` is told as the preset has it, save for what they chose otherwise for one kind; a brake is taken away.

    Raises ValueError for a preset that there is not.
    """
    _save(by, preset=Preset(preset), brake=Brake.NONE, chosen_at=at)
    for kind, weight in weights(by).items():
        Preference.objects.filter(person=by, kind=kind, way=preset_way(preset, weight)).delete()


@transaction.atomic
def choose_wishes(*, preset: str, hour: int, weekday: int, paused_until: date | None, by: Any, at: datetime) -> None:
    """The settings' first form. The preset that was chosen before is left as it is, brake and all."""
    if wishes_of(by).preset != preset:
        choose_preset(preset=preset, by=by, at=at)
    choose_times(hour=hour, weekday=weekday, paused_until=paused_until, by=by, at=at)


@transaction.atomic
def choose_times(*, hour: int, weekday: int, paused_until: date | None, by: Any, at: datetime) -> None:
    """When summaries come, by the person's own clock, and the first day after a pause; summaries are planned anew."""
    until = None
    if paused_until is not None:
        until = datetime.combine(paused_until, time()).replace(tzinfo=by.zone)
    _save(by, hour=hour, weekday=weekday, paused_until=until)
    Digest.objects.filter(person=by, day=None).delete()


@transaction.atomic
def choose_ways(*, ways: Mapping[str, str], by: Any, at: datetime) -> None:
    """Keep what differs from the preset, of the kinds named; a kind or a way that there is not changes nothing."""
    preset = wishes_of(by).preset
    for kind, weight in weights(by).items():
        if ways.get(kind) not in Way.values:
            continue
        mine = Preference.objects.filter(person=by, kind=kind)
        if ways[kind] == preset_way(preset, weight):
            mine.delete()
        else:
            Preference.objects.update_or_create(person=by, kind=kind, defaults={"way": ways[kind]})


@transaction.atomic
def choose(*, kind: str, way: str, by: Any) -> str:
    """The same for one kind; the way that was chosen before, empty where none was."""
    if kind_called(kind) is None and kind != MENTIONS:
        return ""
    before = Preference.objects.filter(person=by, kind=kind).values_list("way", flat=True).first() or ""
    if way:
        Preference.objects.update_or_create(person=by, kind=kind, defaults={"way": Way(way)})
    else:
        Preference.objects.filter(person=by, kind=kind).delete()
    return before


def follow_preset(*, by: Any) -> None:
    """Forget what differs: every kind as the preset has it."""
    Preference.objects.filter(person=by).delete()


def put_brake(*, brake: str, by: Any) -> None:
    """Slow everything down to a weekly summary, stop all mail, or take the brake away. Raises ValueError."""
    _save(by, brake=Brake(brake))


def _save(person: Any, **fields: Any) -> None:
    Wishes.objects.update_or_create(person=person, defaults=fields)
