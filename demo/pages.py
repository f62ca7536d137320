"""Editorial pages: the challenges, the plan with its elements and action items, help, and what a site has to say.

A page that is there already is left as it is: staff may have made it their own.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from markdown_it import MarkdownIt
from markdown_it.token import Token
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from demo.progress import Progress
from members.models import User
from portal.pages.addresses import address_of
from portal.pages.blocks import RICH
from portal.pages.models import ArticlePage, EditorialPage, HomePage, LandingPage, ProgrammePage
from portal.taxonomy.models import Challenge

CONTENT = Path(__file__).parent / "content" / "pages"
KINDS = {"landing": LandingPage, "article": ArticlePage, "programme": ProgrammePage}
LISTINGS = {"/plan/": LandingPage.Listing.PLAN, "/challenges/": LandingPage.Listing.NUMBERED}
_PARTS = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_markdown = MarkdownIt("commonmark", {"html": False})


class UnusualContent(ValueError):
    """A page's text holds something that no block is for."""


def load(progress: Progress, now: datetime) -> None:
    """Make the pages that are missing: written by one of the staff, published by another."""
    staff = list(User.objects.programme_staff().order_by("pk")[:2])
    writer, reader = staff[0], staff[-1] if len(staff) > 1 else None
    texts = sorted((read(path) for path in CONTENT.glob("*.md")), key=_place)
    for text in progress.each(texts, "pages"):
        with transaction.atomic():
            _make(text, writer=writer, reader=reader)


def read(path: Path) -> dict[str, Any]:
    """The front matter of a file, with its body as Markdown."""
    found = _PARTS.match(path.read_text(encoding="utf-8"))
    if found is None:
        msg = f"{path.name} has no front matter."
        raise UnusualContent(msg)
    return {**yaml.safe_load(found[1]), "body": found[2]}


def _place(text: dict[str, Any]) -> tuple[int, int, str]:
    """Parents before children, and those in their order."""
    return text["parent"].count("/"), text["order"], text["slug"]


def _make(text: dict[str, Any], *, writer: User, reader: User | None) -> None:
    parent = _page_at(text["parent"])
    if parent is None:
        msg = f"{text['slug']} stands below {text['parent']}, which is not there."
        raise UnusualContent(msg)
    if parent.get_children().filter(slug=text["slug"]).exists():
        return
    page = parent.add_child(instance=_page(text, writer))
    if isinstance(page, ProgrammePage):
        page.challenges.set(Challenge.objects.filter(slug__in=text.get("challenges", [])))
        page.save()
    page.save_revision(user=writer, log_action=True).publish(user=reader, skip_permission_checks=True)


def _page(text: dict[str, Any], writer: User) -> EditorialPage:
    fields: dict[str, Any] = {name: text[name] for name in ("title", "slug", "summary")}
    if text["kind"] == "landing":
        fields["listing"] = LISTINGS.get(f"{text['parent']}{text['slug']}/", LandingPage.Listing.ENTRIES)
    if text["kind"] == "programme":
        fields |= {"part": text["part"], "number": text["number"], "element": _element(text.get("element"))}
    return KINDS[text["kind"]](owner=writer, body=blocks(text["body"]), **fields)


def _element(number: int | None) -> ProgrammePage | None:
    return ProgrammePage.objects.filter(part="element", number=number).first() if number else None


def _page_at(address: str) -> EditorialPage | None:
    if address == "/":
        return HomePage.objects.first()
    slug = address.rstrip("/").rsplit("/", 1)[-1]
    candidates = LandingPage.objects.filter(slug=slug)
    return next((page for page in candidates if address_of(page) == address), None)


def blocks(markdown: str) -> list[tuple[str, Any]]:
    """A Markdown text as the blocks of a page: headings, quotations, and the text between them."""
    found: list[tuple[str, Any]] = []
    run: list[Token] = []
    for part in _top_level(_markdown.parse(markdown)):
        if part[0].type == "heading_open":
            _close(run, found)
            found.append(("heading", {"text": part[1].content, "level": part[0].tag[1]}))
        elif part[0].type == "blockquote_open":
            _close(run, found)
            words = " ".join(token.content for token in part if token.type == "inline")
            found.append(("quote", {"words": words, "source": ""}))
        elif part[0].type in {"paragraph_open", "bullet_list_open", "ordered_list_open"}:
            run.extend(part)
        else:
            msg = f"No block is for {part[0].type}."
            raise UnusualContent(msg)
    _close(run, found)
    return found


def _top_level(tokens: list[Token]) -> list[list[Token]]:
    """The tokens in groups, one for each thing that stands by itself."""
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _close(run: list[Token], found: list[tuple[str, Any]]) -> None:
    """Make what was gathered into one block of text."""
    if not run:
        return
    html = _markdown.renderer.render(run, _markdown.options, {})
    found.append(("paragraph", _as_edited(html)))
    run.clear()


def _as_edited(html: str) -> str:
    """What Wagtail's editor makes of it, so that opening the page and saving it changes nothing.

    Twice: the first time it moves the space between a link and words in italics.
    """
    editor = ContentstateConverter(features=RICH)
    for _round in range(2):
        html = editor.to_database_format(editor.from_database_format(html))
    return html
