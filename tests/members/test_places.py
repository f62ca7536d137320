"""The drawing of where members work: each country where it is, each mark as large as its people are many."""

from typing import Any

import pytest
from django_countries import countries

from members.models import Profile
from members.operations import reindex
from members.places import DRAWN, HEIGHT, MIDDLES, WIDTH, on_the_drawing, spots
from tests.factories.members import ProfileFactory


def test_every_country_that_an_organisation_can_have_has_its_place() -> None:
    assert {code for code, _name in countries} == set(MIDDLES)


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "x", "y"),
    [
        # Where the outline has these capes and coasts, measured on it.
        ("the south of Africa", -34.8, 20, 508, 363),
        ("the west of Africa", 14.7, -17.5, 404, 184),
        ("the east of Australia", -28, 153.6, 872, 333),
        ("the south of America", -55, -68, 301, 429),
        ("Iceland", 65, -18.5, 423, 14),
        ("Sri Lanka", 7.6, 80.7, 684, 204),
    ],
)
def test_places_are_where_the_outline_has_them(place: str, latitude: float, longitude: float, x: int, y: int) -> None:
    drawn = on_the_drawing(latitude, longitude)
    assert abs(drawn[0] - x) < 12
    assert abs(drawn[1] - y) < 9


def test_no_country_falls_off_the_drawing() -> None:
    for code in MIDDLES:
        (spot,) = spots([(code, "city", "local", 1)])
        assert 0 <= spot.x <= WIDTH - spot.side, code
        assert 0 <= spot.y <= HEIGHT - spot.side, code


def test_the_area_of_a_mark_grows_with_its_people_and_levels_of_one_mark_are_one() -> None:
    places = [
        ("US", "county", "county", 60),
        ("US", "regional", "county", 40),
        ("PE", "city", "local", 25),
        ("PE", "x", "state", 0),
    ]
    large, small = spots(places)
    assert (large.mark, small.mark) == ("county", "local")
    assert 8 + (large.side - 8) / 2 == small.side
    assert spots([]) == []


def test_a_crowded_world_has_so_many_marks_and_the_largest_stay() -> None:
    places = [(code, "l", mark, number) for number, code in enumerate(MIDDLES) for mark in ("local", "state", "county")]
    found = spots(places)
    assert len(found) == DRAWN
    assert min(spot.side for spot in found) > 20


@pytest.mark.django_db
def test_the_directory_draws_what_its_table_says(member: Any, client_of: Any) -> None:
    ProfileFactory(organisation__country="PE", organisation__level_slug="state")
    reindex(Profile.objects.all())
    page = client_of(member).get("/members/").content.decode()
    drawing, table = page.split("<table", 1)
    assert drawing.count('class="map__mark') == table.split("</table>")[0].count("<td><a") == 2
    assert "img/world" in drawing
    assert "Peru" in table
