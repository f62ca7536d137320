"""Pictures: three formats, three widths, words for who does not see them, few queries."""

import gc
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.pages.models import ArticlePage
from portal.pages.pictures import SPEC, SPECS
from tests.factories.pages import home, make_article, make_image

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary files of its renditions to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*nclosed file:ResourceWarning"),
]


@pytest.fixture(autouse=True)
def _collect() -> Iterator[None]:
    """While the warning is ignored."""
    yield
    gc.collect()


def picture(image: Any, alt: str = "A tower", **fields: Any) -> dict[str, Any]:
    choice = {"image": image.pk, "decorative": not alt, "alt_text": alt}
    return {"type": "picture", "value": {"image": choice, "caption": "", **fields}}


def test_a_picture_comes_in_avif_webp_and_jpeg_with_its_words(client: Client) -> None:
    page = make_article(body=[picture(make_image(), alt="A tower in the fog", caption="The tower")])
    shown = client.get(page.address).content.decode()
    found = re.search(r"<picture>.*?</picture>", shown, re.DOTALL)
    assert found is not None
    assert re.findall(r'type="image/(\w+)"', found[0]) == ["avif", "webp"]
    for each in ('alt="A tower in the fog"', 'loading="lazy"', "sizes=", "480w", "1440w", ".jpg"):
        assert each in found[0]
    assert "The tower" in shown


def test_every_address_of_a_picture_has_its_file(client: Client, settings: Any) -> None:
    page = make_article(body=[picture(make_image())])
    shown = client.get(page.address).content.decode()
    addresses = set(re.findall(r"/media/([^ \",]+)", shown))
    assert len(addresses) == 9
    assert [address for address in addresses if not (Path(settings.MEDIA_ROOT) / address).exists()] == []


def test_an_ornament_has_an_empty_alternative(client: Client) -> None:
    page = make_article(body=[picture(make_image(title="Uploaded title"), alt="")])
    assert 'alt=""' in client.get(page.address).content.decode()


def test_the_same_picture_has_other_words_in_another_place(client: Client) -> None:
    image = make_image()
    page = make_article(body=[picture(image, alt="As a tower"), picture(image, alt="As a ruin")])
    shown = client.get(page.address).content.decode()
    assert 'alt="As a tower"' in shown
    assert 'alt="As a ruin"' in shown


def test_the_picture_at_the_top_is_not_loaded_late(client: Client) -> None:
    page = make_article(lead_image=make_image(), lead_image_alt="The hall")
    shown = client.get(page.address).content.decode()
    found = re.search(r"<picture>.*?</picture>", shown, re.DOTALL)
    assert found is not None
    assert 'alt="The hall"' in found[0]
    assert 'loading="lazy"' not in found[0]


@pytest.mark.parametrize("number", [1, 3, 8])
def test_many_pictures_cost_as_many_queries_as_one(number: int, client: Client) -> None:
    body = [picture(make_image()) for _ in range(number)]
    page = make_article(body=body, lead_image=make_image(), lead_image_alt="The hall")
    client.get(page.address)  # makes the renditions
    with CaptureQueriesContext(connection) as queries:
        client.get(page.address)
    assert len(queries) == 5


def test_a_picture_without_words_is_not_saved(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    image = make_image()
    choice = {"image": image.pk, "decorative": "", "alt_text": ""}
    answer = desk_of(staff).create(home(), action="submit", body=[("picture", {"image": choice, "caption": ""})])
    assert answer.status_code == 200
    assert "alt text" in answer.content.decode()
    assert not ArticlePage.objects.exists()


def test_a_lead_picture_without_words_is_not_saved(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    answer = desk_of(staff).create(home(), action="submit", lead_image=str(make_image().pk))
    assert "Say what the picture shows" in answer.content.decode()


def test_what_the_template_asks_for_is_what_is_prefetched() -> None:
    template = Path(__file__).parents[2] / "templates" / "pages" / "picture.html"
    asked = re.findall(r"width-\{[\d,]+\} format-\{[\w,]+\}", template.read_text(encoding="utf-8"))
    assert {each.replace(" ", "|") for each in asked} == {SPEC}
    assert len(SPECS) == 9
