"""Charts keep their marks inside their column, whatever the figures."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from portal.core.charts import INSET, dumbbell_positions, scale

FIGURES = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(FIGURES, FIGURES)
def test_dots_stay_inside_their_column(before: float, after: float) -> None:
    for position in dumbbell_positions(before, after):
        assert INSET <= position <= 100 - INSET


@pytest.mark.parametrize(
    ("before", "after", "positions"),
    [
        (100, 50, (96.0, 50.0)),
        (50, 100, (50.0, 96.0)),
        (7, 7, (96.0, 96.0)),
        (0, 0, (50.0, 50.0)),
        (0, 10, (4.0, 96.0)),
        (-10, 10, (4.0, 96.0)),
        (-10, -5, (4.0, 50.0)),
        (Decimal("14.20"), Decimal("7.10"), (96.0, 50.0)),
    ],
)
def test_length_compares_before_with_after_from_zero(
    before: Decimal, after: Decimal, positions: tuple[float, float]
) -> None:
    assert dumbbell_positions(before, after) == positions


def test_a_fixed_scale_holds_what_lies_beyond_it() -> None:
    assert dumbbell_positions(25, 50, low=0, high=100) == (27.0, 50.0)
    assert dumbbell_positions(-5, 130, low=0, high=100) == (INSET, 100 - INSET)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        scale(value, 0, 1)


def test_positions_are_written_with_points_in_every_language(settings: object) -> None:
    from django.utils import translation

    with translation.override("fr"):
        html = Template("{% load ui %}{% dumbbell 3 1 %}{% bar 33.5 %}").render(Context())
    assert 'cx="34.67%"' in html
    assert 'width="33.5%"' in html


@pytest.mark.parametrize(("percent", "width"), [(-5, "0"), (0, "0"), (100, "100"), (250, "100")])
def test_a_bar_is_never_longer_than_its_track(percent: int, width: str) -> None:
    html = Template("{% load ui %}{% bar percent %}").render(Context({"percent": percent}))
    assert f'class="bar__fg" width="{width}%"' in html
