"""Times are told in a zone that is named, right across the change of clocks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from portal.core.templatetags.when import hours_text, viewer_text, when_text, zone_label, zone_of, zone_short

BUCHAREST, LIMA, SYDNEY = ZoneInfo("Europe/Bucharest"), ZoneInfo("America/Lima"), ZoneInfo("Australia/Sydney")
START = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
END = datetime(2026, 12, 3, 17, 0, tzinfo=UTC)
GAP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _british() -> object:
    with translation.override("en-gb"):
        yield


def test_a_moment_is_told_with_day_hours_and_zone() -> None:
    assert when_text(START, BUCHAREST, END) == "Thursday, 3 December 2026, 18:00 to 19:00, Bucharest time (EET)"


def test_summer_time_has_its_own_name_and_hour() -> None:
    july = datetime(2026, 7, 2, 16, 0, tzinfo=UTC)
    assert when_text(july, "Europe/Bucharest") == "Thursday, 2 July 2026, 19:00, Bucharest time (EEST)"


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        (LIMA, "Lima time (UTC-05:00)"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time (UTC-03:00)"),
        ("Asia/Kolkata", "Kolkata time (IST)"),
        ("UTC", "UTC"),
        ("", "UTC"),
        (None, "UTC"),
        ("Mars/Olympus", "UTC"),
        ("../../etc/passwd", "UTC"),
    ],
)
def test_every_zone_has_a_name_and_an_unknown_one_is_utc(zone: object, label: str) -> None:
    assert zone_label(zone, START) == label


def test_a_zone_without_letters_is_told_by_its_distance() -> None:
    assert zone_short("Asia/Kathmandu", START) == "UTC+05:45"


def test_the_viewer_reads_their_own_hours_and_the_day_if_it_differs() -> None:
    assert viewer_text(START, BUCHAREST, LIMA, END) == "11:00 to 12:00, Lima time (UTC-05:00)"
    assert viewer_text(START, BUCHAREST, SYDNEY, END) == f"03:00 to 04:00 (+1{GAP}day), Sydney time (AEDT)"


def test_a_day_earlier_is_told_too() -> None:
    morning = datetime(2026, 12, 3, 0, 30, tzinfo=UTC)
    assert viewer_text(morning, SYDNEY, LIMA) == f"19:30 (−1{GAP}day), Lima time (UTC-05:00)"


def test_the_viewer_in_the_same_clock_reads_nothing_twice() -> None:
    assert viewer_text(START, BUCHAREST, ZoneInfo("Europe/Athens"), END) == ""


def test_hours_that_pass_midnight_say_so() -> None:
    late, later = datetime(2026, 12, 3, 21, 30, tzinfo=UTC), datetime(2026, 12, 3, 22, 30, tzinfo=UTC)
    assert hours_text(late, later, BUCHAREST) == f"23:30 to 00:30 (+1{GAP}day)"


def test_hours_whose_ends_fall_on_different_days_for_the_viewer_name_both() -> None:
    late, later = datetime(2026, 12, 3, 23, 0, tzinfo=UTC), datetime(2026, 12, 4, 0, 30, tzinfo=UTC)
    assert hours_text(late, later, UTC, day=date(2026, 12, 4)) == f"23:00 (−1{GAP}day) to 00:30"


def test_tags_mark_the_moment_for_machines_in_utc() -> None:
    source = "{% load when %}{% when start zone end %}|{{ start|local_time:zone }}|{{ start|date_box:zone }}"
    html = Template(source).render(Context({"start": START, "end": END, "zone": BUCHAREST}))
    assert html.count('datetime="2026-12-03T16:00Z"') == 2
    assert '<time datetime="2026-12-03"><b>3</b><span>Dec</span></time>' in html


def test_a_meeting_stands_in_its_own_zone_and_in_the_viewers() -> None:
    source = "{% load when %}{% when_both start zone mine end %}"
    html = Template(source).render(Context({"start": START, "end": END, "zone": BUCHAREST, "mine": SYDNEY}))
    assert "18:00 to 19:00" in html
    assert "Bucharest time (EET)" in html
    assert f"For you: 03:00 to 04:00 (+1{GAP}day), Sydney time (AEDT)" in html


def test_dates_follow_the_language() -> None:
    with translation.override("fr"):
        assert when_text(START, BUCHAREST).startswith("jeudi, 3 décembre 2026, 18:00")


def test_a_zone_is_taken_as_it_is() -> None:
    assert zone_of(LIMA) is LIMA
