"""Seals: one drawing for each slug, the same for ever, and nothing else at that address."""

from xml.etree import ElementTree as ET

import pytest
from django.http import Http404
from django.template import Context, Template
from django.test import RequestFactory

from portal.core.seals import seal_svg, seal_view

SLUGS = ["starter-kit", "costs-and-service-levels", "a", "x" * 80]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_seal_is_an_svg_picture_of_modest_size(slug: str) -> None:
    drawing = seal_svg(slug)
    root = ET.fromstring(drawing)  # noqa: S314 -- our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawing) < 20_000


def test_the_same_slug_gives_the_same_seal_and_another_slug_another() -> None:
    seal_svg.cache_clear()
    first = seal_svg("starter-kit")
    seal_svg.cache_clear()
    assert seal_svg("starter-kit") == first
    assert len({seal_svg(slug) for slug in SLUGS}) == len(SLUGS)


def test_a_seal_may_be_kept_for_a_year() -> None:
    response = seal_view(RequestFactory().get("/"), slug="starter-kit")
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("slug", ["Upper", "under_score", "-a", "a-", "a--b", "", "x" * 81, "a\n", "../a"])
def test_what_cannot_be_a_slug_has_no_seal(slug: str) -> None:
    with pytest.raises(Http404):
        seal_view(RequestFactory().get("/"), slug=slug)


def test_the_tag_shows_the_seal_as_an_ornament() -> None:
    html = Template('{% load ui %}{% seal "starter-kit" "l" %}').render(Context())
    assert 'alt=""' in html
    assert 'src="/seals/starter-kit.svg?v=' in html
