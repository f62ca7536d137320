"""The directory: one page of people, the facets with their counts, and where members work.

Who matches, and how many would, is asked of the index (`members.lookup`); the people themselves are read anew from
the database, so that whoever left a moment ago is on no page.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import ngettext
from django_countries import countries

from members.choices import Offer, language_name
from members.filters import FACETS, LONG, SORTS, Filters
from members.folding import fold
from members.lookup import order
from members.lookup.search import Answer, Counted, search
from members.lookup.terms import is_known, tier_of
from members.models import Expertise, Profile, Spokesperson
from members.places import Spot, spots
from members.seen import SeenProfile, see_in_list
from portal.core.listing import (
    PAGE_SIZE,
    Chip,
    Facet,
    Option,
    Page,
    cursor_values,
    encode_cursor,
    query_url,
    toggle_url,
)
from portal.taxonomy.choices import Mark, MemberKind
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage

MARKS = tuple(Mark.values)
OPTIONS = 12  # values that a long facet shows
COUNTRIES = 12  # rows of the table, before all the others in one


@dataclass(frozen=True)
class Cell:
    """How many members work at one level in one country, and the address that lists them."""

    count: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One country of the table."""

    country: str
    url: str
    cells: Sequence[Cell]
    total: int


@dataclass(frozen=True)
class Directory:
    """What the page shows."""

    page: Page
    people: Sequence[SeenProfile]
    community: int
    matrix: Sequence[Row] = field(default_factory=tuple)
    spots: Sequence[Spot] = field(default_factory=tuple)
    sorts: Sequence[tuple[str, Any, bool]] = field(default_factory=tuple)


def directory(viewer: Any, filters: Filters, params: QueryDict) -> Directory:
    """The people `viewer` may see who match, with true counts. Raises Http404 for a forged cursor."""
    tier = tier_of(viewer)
    if not tier:
        return Directory(page=Page(rows=(), total=0), people=(), community=0)
    answer = search(tier, filters)
    people, cursor = _people(tier, viewer, answer, filters, params)
    facets = [_facet(heading, answer, filters, params) for heading in FACETS]
    shown = [see_in_list(profile, viewer) for profile in people]
    page = Page(
        rows=shown,
        total=answer.found,
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url=query_url(params) if params.get("after") else "",
        facets=facets,
        chips=_chips(facets, filters, params),
    )
    return Directory(
        page=page,
        people=shown,
        community=answer.everybody,
        matrix=_matrix(answer.places),
        spots=spots(answer.places),
        sorts=[(value, label, value == filters.sort) for value, (label, _order) in SORTS.items()],
    )


# --- one page ---------------------------------------------------------------------------------------------------


def _people(tier: str, viewer: Any, answer: Answer, filters: Filters, params: QueryDict) -> tuple[list[Profile], str]:
    """The people of this page in order, and the cursor behind the last of them; "" when nobody follows."""
    keys = order.page(filters.order, answer.members, behind=_place_behind(filters, params), size=PAGE_SIZE + 1)
    shown, more = keys[:PAGE_SIZE], len(keys) > PAGE_SIZE
    subjects = Prefetch("expertise", Expertise.objects.select_related("tag").order_by("tag__name"))
    rows = Profile.objects.with_card_data().with_ties_to(viewer).prefetch_related(subjects)
    if filters.chosen.get("speaks"):  # a consent ends by itself: it is asked of the rows as they are now
        rows = rows.filter(user__spokesperson__in=Spokesperson.objects.visible_to(viewer).current(timezone.now()))
    by_key = rows.in_bulk(shown)
    people = [by_key[key] for key in shown if key in by_key]
    cursor = _cursor(people[-1], filters) if more and people else ""
    return [row for row in people if is_known(row, tier)], cursor


def _place_behind(filters: Filters, params: QueryDict) -> list[Any]:
    """The columns of the last person of the page before. Raises Http404 for a cursor that this list did not make."""
    return cursor_values(Profile.objects.all(), order=filters.order, params=params)


def _cursor(row: Profile, filters: Filters) -> str:
    values = [getattr(row, name.lstrip("-")) for name in filters.order]
    return encode_cursor([value.isoformat() if hasattr(value, "isoformat") else value for value in values])


# --- facets and chips -------------------------------------------------------------------------------------------


def _facet(heading: tuple[str, Any, bool], answer: Answer, filters: Filters, params: QueryDict) -> Facet:
    """Values that somebody has, in the vocabulary's order, else by number; chosen ones also without anybody."""
    name, label, opened = heading
    chosen, find = filters.chosen.get(name, ()), filters.finds.get(name, "")
    counted = sorted(
        (each for each in answer.facets[name] if each.number or each.value in chosen),
        key=lambda each: (each.position, -each.number if name in LONG else 0, _place(each.value), each.value),
    )
    named = [each for each in counted if find and fold(find) in (each.folded or fold(_words(name, each)))]
    kept = counted
    if name in LONG:
        first = (named or counted)[:OPTIONS]
        kept = [each for each in counted if each.value in chosen or each in first]
    options = [_option(name, each, filters, params) for each in kept] + _absent(name, counted, filters, params)
    return Facet(
        name,
        label,
        options,
        open=opened or bool(chosen) or bool(find),
        find=find if name in LONG and (find or len(counted) > OPTIONS) else None,
        nothing_found=bool(find) and not named,
    )


def _option(name: str, counted: Counted, filters: Filters, params: QueryDict) -> Option:
    return Option(
        value=counted.value,
        label=_words(name, counted),
        count=counted.number,
        selected=counted.value in filters.chosen.get(name, ()),
        url=toggle_url(params, name, counted.value),
        mark=counted.mark if name == "level" else "",
    )


def _absent(name: str, counted: Sequence[Counted], filters: Filters, params: QueryDict) -> list[Option]:
    """Values that were chosen and that nobody has: their words are kept, so that they can be taken away."""
    there = {each.value for each in counted}
    missing = [value for value in filters.chosen.get(name, ()) if value not in there]
    words = _words_of(name, missing)
    return [
        _option(
            name, Counted(value=value, label=words[value], mark="", position=0, number=0, folded=""), filters, params
        )
        for value in missing
    ]


def _words(name: str, counted: Counted) -> str:
    """What a value is called; vocabularies bring their words, closed lists know theirs."""
    known = _BY_CODE.get(name)
    return known(counted.value) if known else counted.label


_BY_CODE = {
    "kind": lambda value: str(dict(MemberKind.choices).get(value, value)),
    "country": lambda value: str(countries.name(value) or value),
    "language": language_name,
    "willing": lambda value: str(dict(Offer.choices).get(value, value)),
}


def _place(value: str) -> int:
    """Member kinds in the order in which they are always named."""
    return MemberKind.values.index(value) if value in MemberKind.values else 0


_VOCABULARIES = {"level": JurisdictionLevel, "service": ServiceLine, "speaks": ServiceLine, "stage": Stage}


def _words_of(name: str, values: Sequence[str]) -> dict[str, str]:
    """The words of chosen values that no counted row brought; asked only when there are such values.

    Organisations and subjects are not looked up: that one exists would be an answer about people who are hidden.
    """
    found: dict[str, str] = {}
    if values and name in _VOCABULARIES:
        rows = _VOCABULARIES[name].objects.filter(slug__in=values)
        found = dict(rows.values_list("slug", "label"))
    return {value: found.get(value, value) for value in values}


def _chips(facets: Sequence[Facet], filters: Filters, params: QueryDict) -> list[Chip]:
    chips = [Chip(f"“{filters.text}”", query_url(params, q=None))] if filters.text else []
    return chips + [Chip(option.label, option.url) for facet in facets for option in facet.options if option.selected]


# --- the table --------------------------------------------------------------------------------------------------


def _matrix(places: Sequence[tuple[str, str, str, int]]) -> list[Row]:
    """Countries with most members first; one column for each shape, which may stand for several levels."""
    by_country: dict[str, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for country, level, mark, number in places:
        by_country[country][mark].append((level, number))
    rows = [_row(country, by_mark) for country, by_mark in by_country.items()]
    rows.sort(key=lambda row: (-row.total, row.country))
    return [*rows[:COUNTRIES], *([_others(rows[COUNTRIES:])] if rows[COUNTRIES:] else [])]


def _others(rows: Sequence[Row]) -> Row:
    """All the countries that have no row of their own, in one."""
    sums = [Cell(sum(row.cells[column].count for row in rows)) for column in range(len(MARKS))]
    words = ngettext("%(n)d other country", "%(n)d other countries", len(rows)) % {"n": len(rows)}
    return Row(country=words, url="", cells=sums, total=sum(row.total for row in rows))


def _row(country: str, by_mark: dict[str, list[tuple[str, int]]]) -> Row:
    base = QueryDict(mutable=True)
    base["country"] = country
    cells = [
        Cell(
            count=sum(number for _level, number in by_mark[mark]),
            url=query_url(base, level=sorted(level for level, _number in by_mark[mark])),
        )
        if by_mark.get(mark)
        else Cell(0)
        for mark in MARKS
    ]
    return Row(
        country=countries.name(country) or country,
        url=query_url(base),
        cells=cells,
        total=sum(cell.count for cell in cells),
    )
