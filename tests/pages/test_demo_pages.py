"""The editorial pages of the demonstration: whole, published by two people, loaded once and never overwritten."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page, PageLogEntry, Revision

from demo import pages
from demo.progress import Progress
from members.models import User
from portal.pages.addresses import address_of
from portal.pages.blocks import RICH
from portal.pages.models import ArticlePage, LandingPage, ProgrammePage
from tests.factories.members import UserFactory
from tests.factories.pages import home

pytestmark = pytest.mark.django_db
FIXED = {"/about/", "/help/", "/challenges/", "/plan/", "/accessibility/", "/privacy/", "/who-can-join/"}


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Loaded once for this module, and taken back after it."""
    output = StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        UserFactory(is_staff=True, name="Wanda Writer")
        UserFactory(is_staff=True, name="Rosa Reader")
        pages.load(Progress(output), timezone.now())
        yield output.getvalue()
        transaction.set_rollback(True)


def everything() -> list[Page]:
    return list(Page.objects.filter(depth__gt=2).order_by("path").specific())


def test_every_file_is_a_published_page(loaded: str) -> None:
    addresses = {address_of(page) for page in everything() if page.live}
    assert len(addresses) == len(list(pages.CONTENT.glob("*.md")))
    assert addresses >= FIXED
    assert "pages (" in loaded


def test_the_programme_is_complete(loaded: str) -> None:
    numbers = {
        part: list(ProgrammePage.objects.filter(part=part).order_by("number").values_list("number", flat=True))
        for part in ProgrammePage.Part.values
    }
    assert numbers == {"challenge": [*range(1, 6)], "element": [*range(1, 7)], "action": [*range(1, 16)]}
    assert not ProgrammePage.objects.filter(part="action", element=None).exists()
    assert not ProgrammePage.objects.filter(part="action", challenges=None).exists()


def test_one_of_the_staff_wrote_what_another_published(loaded: str) -> None:
    writer, reader = User.objects.programme_staff().order_by("pk")
    written = Revision.page_revisions.filter(object_id__in=[str(page.pk) for page in everything()])
    assert set(written.values_list("user", flat=True)) == {writer.pk}
    published = PageLogEntry.objects.filter(action="wagtail.publish", user__isnull=False)
    assert set(published.values_list("user_id", flat=True)) == {reader.pk}


def test_loading_twice_changes_nothing_and_overwrites_nothing(loaded: str) -> None:
    about = ArticlePage.objects.get(slug="about")
    about.title = "What staff made of it"
    about.save_revision().publish()
    before = list(Page.objects.order_by("pk").values()), Revision.objects.count()
    pages.load(Progress(StringIO()), timezone.now())
    assert (list(Page.objects.order_by("pk").values()), Revision.objects.count()) == before


def test_a_page_that_is_missing_is_added(loaded: str) -> None:
    ArticlePage.objects.get(slug="about").delete()
    pages.load(Progress(StringIO()), timezone.now())
    assert ArticlePage.objects.get(slug="about").live


def test_every_page_opens_and_no_link_between_them_is_broken(loaded: str) -> None:
    client = Client()
    known = {address_of(page) for page in everything()} | {"/"}
    broken = []
    for page in everything():
        response = client.get(address_of(page))
        assert response.status_code == 200, page.slug
        main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        own = [link for link in re.findall(r'href="(/[^"#?]*)', main) if _is_a_page(link)]
        broken += [f"{address_of(page)} -> {link}" for link in own if link not in known]
    assert broken == []


def _is_a_page(link: str) -> bool:
    """Whether an address is one of the tree's, not of another part of the portal."""
    other = (
        "/cases/",
        "/groups/",
        "/kits/",
        "/members/",
        "/meetings/",
        "/glossary/",
        "/accounts/",
        "/cms/",
        "/manage/",
        "/settings/",
    )
    return not link.startswith((*other, "/join/"))


def test_opening_a_page_in_the_editor_and_saving_it_is_no_edit(loaded: str) -> None:
    """Otherwise whoever looks at a page of the demonstration would have made its last change."""
    editor = ContentstateConverter(features=RICH)
    for page in everything():
        for block in page.body:
            if block.block_type == "paragraph":
                source = block.value.source
                assert editor.to_database_format(editor.from_database_format(source)) == source, page.slug


def test_the_plan_and_the_challenges_are_shown_as_such(loaded: str) -> None:
    assert LandingPage.objects.get(slug="plan").listing == "plan"
    assert LandingPage.objects.get(slug="challenges").listing == "numbered"
    shown = Client().get("/plan/").content.decode()
    assert re.findall(r'<a href="[^"]+" aria-label="Action item (\d+):', shown) == [str(n) for n in range(1, 16)]
    assert home().get_descendants().live().count() == len(everything())


def test_markdown_becomes_blocks() -> None:
    text = "First **bold**.\n\n## Heading\n\n- one\n- two\n\n1. three\n\n> Said.\n\n### Lower\n\nA [link](/about/)."
    made = pages.blocks(text)
    assert [name for name, _value in made] == ["paragraph", "heading", "paragraph", "quote", "heading", "paragraph"]
    assert (
        re.sub(r' data-block-key="\w+"', "", made[2][1]) == "<ul><li>one</li><li>two</li></ul><ol><li>three</li></ol>"
    )
    assert "<b>bold</b>" in made[0][1]
    assert made[4][1] == {"text": "Lower", "level": "3"}
    assert '<a href="/about/">link</a>' in made[5][1]


def test_what_no_block_is_for_is_said_aloud() -> None:
    with pytest.raises(pages.UnusualContent):
        pages.blocks("```\ncode\n```")
