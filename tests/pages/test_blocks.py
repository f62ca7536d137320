"""What a page can be made of, as its reader gets it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model

from portal.pages.blocks import Body, Link
from portal.pages.fields import BodyField
from portal.pages.models import ArticlePage
from tests.factories.cases import published
from tests.factories.pages import home, make_article

pytestmark = pytest.mark.django_db


def document(title: str = "Charter") -> Any:
    made = get_document_model()(title=title, file_size=2048)
    made.file.save("charter.txt", ContentFile(b"x" * 2048))
    return made


def shown(client: Client, *blocks: dict[str, Any]) -> str:
    page = make_article(body=list(blocks))
    html = client.get(page.address).content.decode()
    return re.sub(r"\s+", " ", html.split('<div class="prose">', 1)[1].split("</main>", 1)[0])


def test_headings_stand_below_the_title(client: Client) -> None:
    html = shown(
        client,
        {"type": "heading", "value": {"text": "A <section>", "level": "2"}},
        {"type": "heading", "value": {"text": "A part", "level": "3"}},
    )
    assert '<h2 class="first">A &lt;section&gt;</h2>' in html
    assert "<h3>A part</h3>" in html


def test_text_keeps_what_the_editor_allows(client: Client) -> None:
    html = shown(client, {"type": "paragraph", "value": '<p><b>Bold</b> and a <a href="/plan/">link</a>.</p>'})
    assert '<p><b>Bold</b> and a <a href="/plan/">link</a>.</p>' in html


def test_quotation_note_facts_and_steps(client: Client) -> None:
    html = shown(
        client,
        {"type": "quote", "value": {"words": "Said & done", "source": "Somebody"}},
        {"type": "note", "value": {"tone": "call", "text": "<p>Help wanted.</p>"}},
        {"type": "facts", "value": [{"type": "item", "id": "1", "value": {"name": "Cost", "value": "9 USD"}}]},
        {"type": "steps", "value": [{"type": "item", "id": "1", "value": {"title": "Ask", "text": "<p>Kindly.</p>"}}]},
    )
    assert "Said &amp; done" in html
    assert "Somebody</figcaption>" in html
    assert '<div class="note note--call">' in html
    assert "<dt>Cost</dt><dd>9 USD</dd>" in html
    assert "<strong>Ask</strong><p>Kindly.</p>" in html


def test_links_lead_to_pages_documents_and_addresses(client: Client) -> None:
    page, file = make_article(slug="target"), document()
    nothing = {"page": None, "document": None, "url": ""}
    items = [
        {**nothing, "label": "A page", "page": page.pk},
        {**nothing, "label": "A document", "document": file.pk},
        {**nothing, "label": "Elsewhere", "url": "https://example.org/"},
        {**nothing, "label": "Here", "url": "/cases/"},
    ]
    html = shown(client, {"type": "links", "value": {"heading": "Read on", "items": items}})
    assert "<h3>Read on</h3>" in html
    addresses = ["/target/", file.url, "https://example.org/", "/cases/"]
    assert re.findall(r'<a href="([^"]+)">', html) == addresses
    assert "TXT, 2.0" in html


def test_a_download_says_format_and_size(client: Client) -> None:
    html = shown(client, {"type": "download", "value": {"document": document().pk, "title": "The charter"}})
    assert "The charter" in html
    assert re.search(r"TXT, 2\.0\s*KB", html)


def test_related_cases_are_those_the_reader_may_see(
    client: Client, member: Any, client_of: Callable[[Any], Client]
) -> None:
    published(title="Open one", challenges=["finance-funding"])
    published(title="For members", challenges=["finance-funding"], audience="members")
    published(title="Another subject", challenges=["capabilities"])
    block = {"type": "related_cases", "value": {"heading": "Cases", "challenge": "finance-funding", "number": 3}}
    html = shown(client, block)
    assert "Open one" in html
    assert "For members" not in html
    assert "Another subject" not in html
    assert "For members" in shown(client_of(member), block)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "Choose one"),
        ({"url": "/cases/", "page": True}, "Choose one"),
        ({"url": "javascript:alert(1)"}, "Begin with"),
        ({"url": "example.org"}, "Begin with"),
    ],
)
def test_a_link_has_one_target_that_can_be_followed(fields: dict[str, Any], complaint: str) -> None:
    block = Link()
    value = {"label": "Words", "page": None, "document": None, "url": "", **fields}
    if value["page"]:
        value["page"] = make_article().page_ptr
    with pytest.raises(ValidationError) as refused:
        block.clean(block.normalize(value))
    errors = refused.value.as_json_data()
    assert complaint in str(errors)


def test_everything_at_once_stays_within_a_visitor_s_budget(client: Client) -> None:
    published(challenges=["finance-funding"])
    targets = [make_article() for _ in range(6)]
    links = "".join(f'<p><a linktype="page" id="{page.pk}">there</a></p>' for page in targets)
    nothing = {"page": None, "document": None, "url": ""}
    blocks = [{"type": "paragraph", "value": links} for _ in range(6)]
    items = [{**nothing, "label": "Elsewhere", "url": "/cases/"}]
    blocks += [{"type": "links", "value": {"heading": "", "items": items}}]
    blocks += [{"type": "related_cases", "value": {"heading": "", "challenge": "finance-funding", "number": 3}}]
    page = make_article(body=blocks)
    client.get(page.address)
    with CaptureQueriesContext(connection) as queries:
        html = client.get(page.address).content.decode()
    assert html.count(f'href="{targets[0].address}"') == 6
    assert len(queries) <= 8


def test_what_an_editor_types_into_every_block_is_what_the_form_knows(
    staff: Any, client_of: Callable[[Any], Client]
) -> None:
    form = client_of(staff).get(f"/cms/pages/add/pages/articlepage/{home().pk}/").content.decode()
    for name in Body.base_blocks:
        assert f'"{name}"' in form or f"&quot;{name}&quot;" in form


def test_blocks_are_code_and_not_schema() -> None:
    field = ArticlePage._meta.get_field("body")
    _name, path, args, kwargs = field.deconstruct()
    assert (path, args) == ("portal.pages.fields.BodyField", [[]])
    assert "block_lookup" not in kwargs
    assert isinstance(field, BodyField)
