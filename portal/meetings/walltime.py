"""From what a clock on the wall shows to the moment it means, and the two hours a year when that is a question.

A meeting keeps the wall time its arranger typed, with the zone; the moment in UTC is derived from them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Zones move by at most a few hours; searching a day to either side always finds the jump.
_SEARCH = timedelta(days=1)


@dataclass(eq=False)
class NoSuchTime(ValueError):
    """The clocks jump over this wall time: `before` is the last one in front of the jump, `after` the first behind."""

    before: datetime
    after: datetime


@dataclass(eq=False)
class HappensTwice(ValueError):
    """The clocks are set back over this wall time. `first` and `second` are both moments, aware in the zone."""

    first: datetime
    second: datetime


def moment(day: date, clock: time, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """The moment in UTC at which clocks in `zone` show `clock` on `day`.

    `fold` says which one when there are two (0 the first, 1 the second); None asks. Raises NoSuchTime,
    HappensTwice.
    """
    wall = datetime.combine(day, clock)
    first, second = (wall.replace(tzinfo=zone, fold=each) for each in (0, 1))
    if _back(first) != wall and _back(second) != wall:
        raise NoSuchTime(*_edges(first, second))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if fold is None:
        raise HappensTwice(first, second)
    return (second if fold else first).astimezone(UTC)


def is_ambiguous(at: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock shows the time of this moment twice: then only UTC names it without doubt."""
    there = at.astimezone(zone)
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


def _back(local: datetime) -> datetime:
    """The wall time after a way through UTC; a different one when `local` does not exist."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None)


def _edges(first: datetime, second: datetime) -> tuple[datetime, datetime]:
    """The wall times on both sides of a jump, found by halving the span in which the offset changes."""
    zone = first.tzinfo
    low, high = (each.astimezone(UTC) for each in sorted((first, second), key=lambda each: each.astimezone(UTC)))
    low, high = low - _SEARCH, high + _SEARCH
    old = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return tuple(each.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) for each in (low, high))
