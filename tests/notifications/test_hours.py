"""Summaries come at an hour of the person's own clock; held against a walk through the hours of that clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal.notifications.hours import next_slot

ZONES = [
    "Europe/Bucharest",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",
    "Africa/Casablanca",  # winter time for Ramadan
    "Pacific/Apia",  # has left out a whole day
    "America/Havana",  # changes at midnight
    "UTC",
]


def by_walking(after: datetime, *, cadence: str, zone: ZoneInfo, hour: int, weekday: int) -> datetime:
    """The first quarter of an hour after `after` at which the clock shows the hour or has jumped over it.

    Written from the words of the rule: goes through the time in steps and looks at the clock.
    """
    step = timedelta(minutes=15)
    moment = after.astimezone(UTC).replace(minute=after.minute // 15 * 15, second=0, microsecond=0)
    done: set[date] = set()
    # What the clock showed on the day of `after` before it counts as having been.
    back = moment - timedelta(hours=49)
    while True:
        before, now = (back - step).astimezone(zone), back.astimezone(zone)
        for day in {before.date(), now.date()}:
            passes = (before.replace(tzinfo=None), now.replace(tzinfo=None))
            mark = datetime.combine(day, time(hour))
            reached = passes[0] < mark <= passes[1]
            if reached and day not in done:
                done.add(day)
                if back > after and (cadence == "daily" or day.weekday() == weekday):
                    return back
        back += step


moments = st.datetimes(
    datetime(2011, 12, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(
    after=moments,
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    cadence=st.sampled_from(["daily", "weekly"]),
)
@example(datetime(2026, 3, 28, 20, tzinfo=UTC), "Europe/Bucharest", 3, 6, "daily")  # left out
@example(datetime(2026, 10, 24, 20, tzinfo=UTC), "Europe/Bucharest", 3, 6, "daily")  # twice
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Bucharest", 3, 6, "daily")  # between the two
@example(datetime(2027, 3, 14, 6, tzinfo=UTC), "America/New_York", 2, 6, "weekly")
@example(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "America/New_York", 1, 6, "weekly")
@example(datetime(2026, 3, 8, 4, 30, tzinfo=UTC), "America/Havana", 0, 6, "daily")
@examples(max_examples=150, deadline=None)
def test_a_summary_is_due_when_the_person_s_clock_shows_the_hour(
    after: datetime, zone: str, hour: int, weekday: int, cadence: str
) -> None:
    wanted = {"cadence": cadence, "zone": ZoneInfo(zone), "hour": hour, "weekday": weekday}
    assert next_slot(after, **wanted) == by_walking(after, **wanted)


@pytest.mark.parametrize(
    ("zone", "after", "hour", "due"),
    [
        ("Europe/Bucharest", "2026-03-28T05:00+00:00", 7, "2026-03-29T04:00+00:00"),  # an hour earlier on this day
        ("Europe/Bucharest", "2026-10-24T05:00+00:00", 7, "2026-10-25T05:00+00:00"),
        ("Europe/Bucharest", "2026-03-28T05:00+00:00", 3, "2026-03-29T01:00+00:00"),  # 03:00 is left out: at 04:00
        ("Europe/Bucharest", "2026-10-24T05:00+00:00", 3, "2026-10-25T00:00+00:00"),  # 03:00 comes twice: the first
        ("Asia/Kathmandu", "2026-05-04T00:00+00:00", 7, "2026-05-04T01:15+00:00"),
        ("UTC", "2026-05-04T07:00+00:00", 7, "2026-05-05T07:00+00:00"),  # strictly after
    ],
)
def test_such_days(zone: str, after: str, hour: int, due: str) -> None:
    slot = next_slot(datetime.fromisoformat(after), cadence="daily", zone=ZoneInfo(zone), hour=hour, weekday=0)
    assert slot == datetime.fromisoformat(due)


def test_a_year_has_as_many_summaries_as_days() -> None:
    for name in ZONES:
        zone, moment, days = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC), set()
        while moment < datetime(2027, 1, 1, tzinfo=UTC):
            moment = next_slot(moment, cadence="daily", zone=zone, hour=2, weekday=0)
            day = moment.astimezone(zone).date()
            assert day not in days
            days.add(day)
        assert len(days) in {365, 366}
