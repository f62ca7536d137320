"""The directory: one page of people, the facets with their counts, and where members work.

All counts come from one statement: a visitor's page costs as many queries as a page without facets.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django_countries import countries

from members.choices import language_name
from members.filters import FACETS, SORTS, Filters
from members.models import Profile
from members.queries import matching
from members.seen import SeenProfile
from portal.core.listing import Chip, Facet, Option, Page, keyset_page, query_url, toggle_url
from portal.taxonomy.choices import Mark, MemberKind
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage

MARKS = tuple(Mark.values)


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
    sorts: Sequence[tuple[str, Any, bool]] = field(default_factory=tuple)


@dataclass
class _Counts:
    """The rows of the one statement, by what they count."""

    found: int = 0
    community: int = 0
    facets: dict[str, list[tuple[str, str, str, int, int]]] = field(default_factory=lambda: defaultdict(list))
    places: list[tuple[str, str, str, int]] = field(default_factory=list)


def directory(viewer: Any, filters: Filters, params: QueryDict) -> Directory:
    """The people `viewer` may see who match, with true counts. Raises Http404 for a forged cursor."""
    seen = Profile.objects.visible_to(viewer).listed()
    counts = _count(seen, filters)
    rows = matching(seen, filters.text).filter(filters.condition()).with_everything()
    people, cursor = keyset_page(rows, order=filters.order, params=params)
    facets = [
        Facet(name, label, _options(name, counts.facets[name], filters, params), open=_is_open(name, opened, filters))
        for name, label, opened in FACETS
    ]
    page = Page(
        rows=people,
        total=counts.found,
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url=query_url(params) if params.get("after") else "",
        facets=facets,
        chips=_chips(facets, filters, params),
    )
    return Directory(
        page=page,
        people=[profile.as_seen_by(viewer) for profile in people],
        community=counts.community,
        matrix=_matrix(counts.places),
        sorts=[(value, label, value == filters.sort) for value, (label, _order) in SORTS.items()],
    )


def _is_open(name: str, opened: bool, filters: Filters) -> bool:  # noqa: FBT001 -- two lines above
    return opened or bool(filters.chosen.get(name))


# --- counting ---------------------------------------------------------------------------------------------------

# Slug, words, mark, position: what each facet counts by.
_EMPTY = Value("")
_KEYS: dict[str, tuple[Any, Any, Any, Any]] = {
    "level": (
        F("organisation__level__slug"),
        F("organisation__level__label"),
        F("organisation__level__mark"),
        F("organisation__level__position"),
    ),
    "kind": (F("kind"), _EMPTY, _EMPTY, Value(0)),
    "country": (F("organisation__country"), _EMPTY, _EMPTY, Value(0)),
    "service": (
        Coalesce("service_lines__parent__slug", "service_lines__slug"),
        Coalesce("service_lines__parent__label", "service_lines__label"),
        _EMPTY,
        Coalesce("service_lines__parent__position", "service_lines__position"),
    ),
    "stage": (F("stage__slug"), F("stage__label"), _EMPTY, F("stage__position")),
    "language": (F("languages__code"), _EMPTY, _EMPTY, Value(0)),
}


def _count(seen: QuerySet[Profile], filters: Filters) -> _Counts:
    """Everything that is counted, in one statement; each facet under the choices of all the others."""
    text = matching(seen, filters.text)
    places = _grouped(
        seen.exclude(organisation=None),
        "places",
        (F("organisation__country"), F("organisation__level__slug"), F("organisation__level__mark"), Value(0)),
    )
    branches = [places, _total(seen, "community"), _total(text.filter(filters.condition()), "found")]
    branches += [_grouped(text.filter(filters.condition(leave_out=name)), name, key) for name, key in _KEYS.items()]
    counts = _Counts()
    for what, value, words, mark, position, number in branches[0].union(*branches[1:], all=True):
        if what == "found":
            counts.found = number
        elif what == "community":
            counts.community = number
        elif what == "places":
            counts.places.append((value, words, mark, number))
        elif value:
            counts.facets[what].append((value, words, mark, position, number))
    return counts


def _grouped(rows: QuerySet[Profile], what: str, key: tuple[Any, Any, Any, Any]) -> QuerySet[Any]:
    named = dict(zip(("c_value", "c_words", "c_mark", "c_position"), key, strict=True))
    keyed = rows.order_by().annotate(c_what=Value(what), **named).values("c_what", *named)
    return keyed.annotate(number=Count("pk", distinct=True)).values_list("c_what", *named, "number")


def _total(rows: QuerySet[Profile], what: str) -> QuerySet[Any]:
    return _grouped(rows, what, (_EMPTY, _EMPTY, _EMPTY, Value(0)))


# --- facets and chips -------------------------------------------------------------------------------------------


def _words(name: str, value: str, words: str) -> str:
    """What a value is called; vocabularies bring their words, closed lists know theirs."""
    if name == "kind":
        return str(dict(MemberKind.choices).get(value, value))
    if name == "country":
        return countries.name(value) or value
    if name == "language":
        return language_name(value)
    return words


_BY_NUMBER = frozenset({"country", "language"})


def _place(value: str) -> tuple[int, str]:
    """Member kinds in the order in which they are always named, everything else by its slug."""
    return (MemberKind.values.index(value) if value in MemberKind.values else 0, value)


def _options(
    name: str, counted: Sequence[tuple[str, str, str, int, int]], filters: Filters, params: QueryDict
) -> list[Option]:
    """Values that somebody has, in the vocabulary's order, else by number; chosen ones also without anybody."""
    chosen = filters.chosen.get(name, ())
    ordered = sorted(counted, key=lambda row: (row[3], -row[4] if name in _BY_NUMBER else 0, row[1], _place(row[0])))
    absent = [value for value in chosen if value not in {row[0] for row in counted}]
    rows = [(value, words, mark, number) for value, words, mark, _position, number in ordered]
    rows += [(value, words, "", 0) for value, words in _words_of(name, absent).items()]
    return [
        Option(
            value=value,
            label=_words(name, value, words),
            count=number,
            selected=value in chosen,
            url=toggle_url(params, name, value),
            mark=mark,
        )
        for value, words, mark, number in rows
    ]


_VOCABULARIES = {"level": JurisdictionLevel, "service": ServiceLine, "stage": Stage}


def _words_of(name: str, values: Sequence[str]) -> dict[str, str]:
    """The words of chosen values that no counted row brought; asked only when there are such values."""
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
    return sorted(rows, key=lambda row: (-row.total, row.country))


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
