"""Reads of the page tree: the page at an address, the pages below one, the plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from wagtail.models import Page

from portal.core.cards import EntryCard
from portal.pages import related
from portal.pages.addresses import address_of
from portal.pages.models import EditorialPage, ProgrammePage
from portal.pages.privacy import HOME_DEPTH, readable_by
from portal.taxonomy.models import Challenge

CASES_BESIDE = 3
# Wagtail's own way to a page asks twice for every step of its path; these joins ask once.
KINDS = ("landingpage", "articlepage", "programmepage")
_BODIES = tuple(f"{kind}__body" for kind in KINDS)


@dataclass(frozen=True)
class Numbered:
    """A page that is cited by its number, with how many cases there are on it."""

    number: int
    title: str
    url: str
    summary: str
    cases: int = 0


@dataclass(frozen=True)
class Element:
    """An element of the plan with its action items."""

    number: int
    title: str
    url: str
    summary: str
    actions: Sequence[Numbered]


@dataclass(frozen=True)
class Plan:
    """The action items in the order of their numbers, and the same under their elements."""

    actions: Sequence[Numbered]
    elements: Sequence[Element]
    other: Sequence[Numbered]


def page_at(path: str, user: Any) -> Page | None:
    """The page below home at an address ("plan/"), if it is published and `user` may read it, in one query."""
    steps = [step for step in path.split("/") if step]
    pages = Page.objects.filter(depth=HOME_DEPTH + len(steps), slug=steps[-1]).select_related(*KINDS)
    wanted = "/" + "/".join(steps) + "/"
    return next((kind_of(page) for page in readable_by(pages, user) if address_of(page) == wanted), None)


def kind_of(page: Page) -> Page:
    """The page as what it is; no query for rows that came with KINDS."""
    return next((getattr(page, kind) for kind in KINDS if getattr(page, kind, None)), page)


def trail_of(page: Page, user: Any) -> list[tuple[str, str]]:
    """The way here for the breadcrumb: title and address of each page above, last this one without an address."""
    above = []
    if page.depth > HOME_DEPTH + 1:
        ancestors = readable_by(Page.objects.ancestor_of(page).filter(depth__gt=HOME_DEPTH), user)
        above = [(row.title, address_of(row)) for row in ancestors.order_by("depth").only("title", "url_path")]
    return [*above, (page.title, "")]


def children_of(page: Page, user: Any) -> list[Page]:
    """The pages right below, in the order that editors gave them, without their bodies; in one query."""
    rows = Page.objects.child_of(page).select_related(*KINDS).defer(*_BODIES).order_by("path")
    return [kind_of(row) for row in readable_by(rows, user)]


def entries(pages: Iterable[EditorialPage]) -> list[EntryCard]:
    """Pages as entries of a list."""
    return [EntryCard(title=page.title, url=page.address, dek=page.summary) for page in pages]


def programme_pages(user: Any) -> QuerySet[ProgrammePage]:
    """All programme pages that `user` may read, by part and number, without their bodies."""
    return ProgrammePage.objects.visible_to(user).order_by("part", "number", "pk").defer("body")


def as_numbered(page: ProgrammePage, cases: int = 0) -> Numbered:
    """A programme page as a line."""
    return Numbered(page.number, page.title, page.address, page.summary, cases)


def numbered(pages: Iterable[Page], counts: dict[str, int]) -> list[Numbered]:
    """The challenges among the pages, in the order of their numbers; a challenge's slug is that of its page."""
    found = (page for page in pages if isinstance(page, ProgrammePage))
    return [as_numbered(page, counts.get(page.slug, 0)) for page in sorted(found, key=lambda page: page.number)]


def plan_in(pages: Iterable[Page]) -> Plan:
    """The plan that the pages below `/plan/` make."""
    parts: dict[str, list[ProgrammePage]] = {part: [] for part in ProgrammePage.Part.values}
    for page in pages:
        if isinstance(page, ProgrammePage):
            parts[page.part].append(page)
    actions = sorted(parts["action"], key=lambda page: page.number)
    elements = sorted(parts["element"], key=lambda page: page.number)
    keys = {element.pk for element in elements}
    return Plan(
        actions=[as_numbered(page) for page in actions],
        elements=[
            Element(
                element.number,
                element.title,
                element.address,
                element.summary,
                [as_numbered(page) for page in actions if page.element_id == element.pk],
            )
            for element in elements
        ],
        other=[as_numbered(page) for page in actions if page.element_id not in keys],
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a programme page stands: what it belongs to, what belongs to it, its neighbours by number."""

    element: Numbered | None = None
    actions: Sequence[Numbered] = ()
    challenges: Sequence[Numbered] = ()
    before: Numbered | None = None
    after: Numbered | None = None
    cases: Sequence[EntryCard] = ()


def place_of(page: ProgrammePage, user: Any) -> Place:
    """What stands beside the text of a programme page, as far as `user` may see it."""
    bears_on = {row.slug for row in page.challenges.all()}
    rows = list(programme_pages(user).prefetch_related(Prefetch("challenges", Challenge.objects.only("slug"))))
    of_part: dict[str, list[ProgrammePage]] = {part: [] for part in ProgrammePage.Part.values}
    for row in rows:
        of_part[row.part].append(row)
    actions = [row for row in of_part["action"] if _belongs(row, page, bears_on)]
    same = of_part.get(page.part, [])
    is_challenge = page.part == ProgrammePage.Part.CHALLENGE
    return Place(
        element=next((as_numbered(row) for row in of_part["element"] if row.pk == page.element_id), None),
        actions=[as_numbered(row) for row in actions],
        challenges=[as_numbered(row) for row in of_part["challenge"] if row.slug in bears_on and not is_challenge],
        before=next((as_numbered(row) for row in reversed(same) if row.number < page.number), None),
        after=next((as_numbered(row) for row in same if row.number > page.number), None),
        cases=related.cases(page.slug, user, CASES_BESIDE) if is_challenge else (),
    )


def _belongs(action: ProgrammePage, page: ProgrammePage, bears_on: set[str]) -> bool:
    """Whether an action item is listed on a page: on its element's, and on those of its challenges."""
    if page.part == ProgrammePage.Part.ELEMENT:
        return action.element_id == page.pk
    if page.part == ProgrammePage.Part.CHALLENGE:
        return any(row.slug in bears_on for row in action.challenges.all())
    return False
