"""What a wall clock means, held against zoneinfo for every jump of the clocks from 2026 to 2030."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.meetings.walltime import HappensTwice, NoSuchTime, is_ambiguous, moment
from portal.meetings.zones import OFFERED

ZONES = [name for names in OFFERED.values() for name in names.split()] + ["Africa/Cairo", "Antarctica/Troll", "UTC"]
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
NEW_YORK, LONDON, LORD_HOWE = (ZoneInfo(key) for key in ("America/New_York", "Europe/London", "Australia/Lord_Howe"))


def instants_showing(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The oracle: every minute in UTC at which clocks in the zone show `wall`, found by trying them."""
    middle = wall.replace(tzinfo=UTC)
    offsets = {(middle + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-30, 31)}
    candidates = sorted({middle - offset for offset in offsets})
    return [at for at in candidates if at.astimezone(zone).replace(tzinfo=None) == wall]


def jumps(zone: ZoneInfo) -> list[datetime]:
    """The moments at which the offset changes, to the minute."""
    found, at = [], FIRST
    while at < LAST:
        following = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            low, high = at, following
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at = following
    return found


def verdict(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """What our code says, in the oracle's words."""
    try:
        return [moment(wall.date(), wall.time(), zone)]
    except NoSuchTime:
        return []
    except HappensTwice:
        return [moment(wall.date(), wall.time(), zone, fold=fold) for fold in (0, 1)]


@pytest.mark.parametrize("name", sorted(set(ZONES)))
def test_every_quarter_of_an_hour_around_every_jump_means_what_zoneinfo_says(name: str) -> None:
    zone = ZoneInfo(name)
    for jump in jumps(zone):
        around = jump.astimezone(zone).replace(tzinfo=None)
        for step in range(-16, 17):
            wall = around + timedelta(minutes=15 * step)
            assert verdict(wall, zone) == instants_showing(wall, zone), (name, wall)


def test_the_sample_has_thousands_of_edges() -> None:
    assert sum(len(jumps(ZoneInfo(name))) for name in set(ZONES)) * 33 > 15_000


@settings(max_examples=300, deadline=None)
@given(
    wall=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2037, 12, 31)),  # noqa: DTZ001 -- wall times
    name=st.sampled_from(ZONES),
)
def test_any_wall_time_means_what_zoneinfo_says(wall: datetime, name: str) -> None:
    wall = wall.replace(second=0, microsecond=0)
    assert verdict(wall, ZoneInfo(name)) == instants_showing(wall, ZoneInfo(name))


@pytest.mark.parametrize(
    ("day", "clock", "zone", "before", "after"),
    [
        (date(2027, 3, 14), time(2, 30), NEW_YORK, "01:59", "03:00"),
        (date(2027, 3, 28), time(1, 0), LONDON, "00:59", "02:00"),
        (date(2026, 10, 4), time(2, 15), LORD_HOWE, "01:59", "02:30"),
    ],
)
def test_a_time_that_is_jumped_over_is_refused_and_the_sides_of_the_jump_are_named(
    day: date, clock: time, zone: ZoneInfo, before: str, after: str
) -> None:
    with pytest.raises(NoSuchTime) as refused:
        moment(day, clock, zone)
    assert f"{refused.value.before:%H:%M}" == before
    assert f"{refused.value.after:%H:%M}" == after


def test_a_whole_day_that_a_country_skipped_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        moment(date(2011, 12, 30), time(12, 0), ZoneInfo("Pacific/Apia"))


def test_a_time_that_comes_twice_is_asked_and_both_answers_are_an_hour_apart() -> None:
    day, clock = date(2027, 11, 7), time(1, 30)
    with pytest.raises(HappensTwice):
        moment(day, clock, NEW_YORK)
    first, second = (moment(day, clock, NEW_YORK, fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert is_ambiguous(first, NEW_YORK)
    assert is_ambiguous(second, NEW_YORK)


def test_an_unambiguous_time_ignores_the_answer() -> None:
    day, clock = date(2027, 6, 1), time(12, 0)
    assert moment(day, clock, NEW_YORK, fold=1) == moment(day, clock, NEW_YORK)
    assert not is_ambiguous(moment(day, clock, NEW_YORK), NEW_YORK)
