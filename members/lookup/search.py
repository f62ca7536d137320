"""Reads the directory's index: who matches, how many would match under each value of each facet, who is alike.

Everything is asked of the sets of one tier (see `terms.tier_of`), so that nobody is found by, or counted for, what
the reader may not see of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Any

from django.db.models import BinaryField, Case, F, Q, QuerySet, Value, When

from members.filters import FACETS, LONG, Filters
from members.folding import fold
from members.lookup import bits
from members.lookup.kept import SETS
from members.lookup.terms import SHORT, words_of
from members.models import DirectoryTerm

CANDIDATES = 60  # values of a long facet that are counted under the other choices: the most frequent ones
REACH = {"staff": 1, "members": 2, "public": 3}  # how many tiers a term has to be for
ALIKE_READ = 300
SMALL = 300  # people in a word's set that is read with the word; larger ones are kept by the process
MOST_ASKED = 500  # sets asked for in one query
Term = tuple[str, str]  # facet, value


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A value of a facet and how many people it leads to."""

    value: str
    label: str
    mark: str
    position: int
    number: int
    folded: str


@dataclass(frozen=True)
class Answer:
    """What the index says. `members`: the set of people found, everybody of the tier where nothing was asked."""

    members: int
    found: int
    everybody: int
    facets: dict[str, list[Counted]]
    places: list[tuple[str, str, str, int]]


@dataclass(frozen=True)
class _Term:
    facet: str
    counted: Counted
    members: int


def search(tier: str, filters: Filters) -> Answer:
    """Two queries, whatever is asked and however many people there are; one without a text.

    One more where a set is not at hand in this process: it is new, or was written since.
    """
    rows = _rows(tier, filters)
    words = _words(tier, filters.text) if filters.text else []
    # Where nothing was chosen, the numbers stand in the rows, and of the sets only that of everybody is needed.
    needed = {row.key: row.version for row in rows if filters.any or row.facet == "all"}
    sets = _sets(tier, needed | {word.key: word.version for word in words if not word.raw})
    terms = [_Term(row.facet, row.counted, sets.get(row.key, 0)) for row in rows]
    return _answer(terms, filters, _matching(filters.text, words, sets) if filters.text else None)


def _answer(terms: Sequence[_Term], filters: Filters, text: int | None) -> Answer:
    everybody = next((term.members for term in terms if term.facet == "all"), 0)
    sets = _chosen_sets(terms, filters)
    members = _all_of([*sets.values(), *([text] if text is not None else [])])
    facets: dict[str, list[Counted]] = {}
    for name, *_rest in FACETS:
        others = [members_of for facet, members_of in sets.items() if facet != name]
        base = _all_of([*others, *([text] if text is not None else [])]) if name in sets else members
        facets[name] = [_under(term, base) for term in terms if term.facet == name]
    facets["service"] += _lines(terms, {each.value for each in facets["service"]}, sets, text)
    found = everybody if members is None else members
    return Answer(
        members=found,
        found=found.bit_count(),
        everybody=everybody.bit_count(),
        facets=facets,
        places=[_place(term.counted) for term in terms if term.facet == "place"],
    )


def _lines(terms: Iterable[_Term], there: set[str], sets: dict[str, int], text: int | None) -> list[Counted]:
    """The parts of service lines that were chosen: the facet shows whole lines, and these beside them."""
    others = [members for facet, members in sets.items() if facet != "service"]
    base = _all_of([*others, *([text] if text is not None else [])])
    return [_under(term, base) for term in terms if term.facet == "line" and term.counted.value not in there]


def _all_of(sets: Sequence[int]) -> int | None:
    return reduce(and_, sets) if sets else None


def _under(term: _Term, base: int | None) -> Counted:
    """The value with the number of people it has among `base`; its own number where nothing was chosen."""
    counted = term.counted
    if base is None:
        return counted
    number = (term.members & base).bit_count()
    return Counted(**{**counted.__dict__, "number": number})


def _place(counted: Counted) -> tuple[str, str, str, int]:
    country, _space, level = counted.value.partition(" ")
    return country, level, counted.mark, counted.number


def _chosen_sets(terms: Iterable[_Term], filters: Filters) -> dict[str, int]:
    """For each facet in which something was chosen: everybody who has one of the values."""
    sets = {name: 0 for name, values in filters.chosen.items() if values}
    for term in terms:
        # Somebody who works with payroll is found under human resources too; payroll itself can be asked for.
        facet = "service" if term.facet == "line" else term.facet
        if term.counted.value in filters.chosen.get(facet, ()):
            sets[facet] |= term.members
    return sets


@dataclass(frozen=True)
class _Row:
    key: int
    version: int
    facet: str
    counted: Counted


def _rows(tier: str, filters: Filters) -> list[_Row]:
    """The values of all facets, the most frequent of the long ones, and those that were chosen or looked for."""
    rows = DirectoryTerm.objects.filter(**{f"{tier}_number__gt": 0})
    most = f"-{tier}_number"
    short = [name for name, *_rest in FACETS if name not in LONG]
    wanted = [Q(facet__in=["all", *short, *([] if filters.any else ["place"])])]
    for name in LONG:
        values = rows.filter(facet=name)
        wanted.append(Q(pk__in=values.order_by(most, "value").values("pk")[:CANDIDATES]))
        if filters.chosen.get(name):
            wanted.append(Q(facet=name, value__in=filters.chosen[name]))
        if (looked_for := fold(filters.finds.get(name, ""))) and name not in _NAMED_BY_CODE:
            named = values.filter(folded__contains=looked_for).order_by(most, "value")
            wanted.append(Q(pk__in=named.values("pk")[:CANDIDATES]))
        elif looked_for:
            wanted.append(Q(facet=name))
    if filters.chosen.get("service"):
        wanted.append(Q(facet="line", value__in=filters.chosen["service"]))
    columns = ("pk", "version", "facet", "value", "label", "mark", "position", "folded", f"{tier}_number")
    # Each by itself, since databases read every row for conditions that are joined by OR.
    first, *others = (rows.filter(condition).values_list(*columns) for condition in wanted)
    return [
        _Row(
            key,
            version,
            facet,
            Counted(value=value, label=label, mark=mark, position=position, number=number, folded=folded),
        )
        for key, version, facet, value, label, mark, position, folded, number in first.union(*others)
    ]


# Their names are in no row, but in the code, in the reader's language.
_NAMED_BY_CODE = frozenset({"country", "language"})


def _sets(tier: str, versions: Mapping[int, int]) -> dict[int, int]:
    """The sets of these terms, by key: as far as the process has them in this version without a query.

    A term that was written since it was looked up gives what it holds now; one that is gone has no set.
    """
    kept = SETS.find(tier, versions.values())
    sets = {key: kept[version] for key, version in versions.items() if version in kept}
    missing = [key for key in versions if key not in sets]
    for first in range(0, len(missing), MOST_ASKED):
        rows = DirectoryTerm.objects.filter(pk__in=missing[first : first + MOST_ASKED])
        read = [
            (key, version, bits.read(raw)) for key, version, raw in rows.values_list("pk", "version", f"{tier}_bits")
        ]
        SETS.keep(tier, {version: members for _key, version, members in read})
        sets |= {key: members for key, _version, members in read}
    return sets


@dataclass(frozen=True)
class _Word:
    key: int
    version: int
    facet: str
    value: str
    raw: bytes


def _words(tier: str, text: str) -> list[_Word]:
    """The words of the index that begin with one of the text; small sets come with them."""
    condition = reduce(or_, map(_beginning, words_of(text)), Q(pk__in=[]))
    rows = DirectoryTerm.objects.filter(condition, **{f"{tier}_number__gt": 0})
    nothing = Value(b"", output_field=BinaryField())
    small = Case(When(**{f"{tier}_number__lte": SMALL}, then=F(f"{tier}_bits")), default=nothing)
    return [_Word(*row) for row in rows.values_list("pk", "version", "facet", "value", small)]


def _matching(text: str, stored: Sequence[_Word], sets: Mapping[int, int]) -> int:
    """Everybody who has, for each word of the text, a word that begins with it; nobody for a text without words."""
    words = words_of(text)
    if not words:
        return 0
    fitting = ([each for each in stored if _fits(word, each.facet, each.value)] for word in words)
    return reduce(and_, (_either(several, sets) for several in fitting))


def _either(several: Sequence[_Word], sets: Mapping[int, int]) -> int:
    large = (sets.get(each.key, 0) for each in several if not each.raw)
    return reduce(or_, large, bits.union(each.raw for each in several if each.raw))


def _beginning(word: str) -> Q:
    if len(word) <= SHORT:
        return Q(facet="start", value=word)
    return Q(facet="word", start=word[:3], value__startswith=word)


def _fits(word: str, facet: str, value: str) -> bool:
    return value == word if facet == "start" else len(word) > SHORT and value.startswith(word)


# --- people alike -----------------------------------------------------------------------------------------------


def alike(wanted: Mapping[Term, int], tier: str, *, without: int, most: int = ALIKE_READ) -> dict[int, int]:
    """The people whose terms weigh most, by key, with that weight; `wanted` says what each term counts.

    Only what a reader of the tier may see counts. The profile with the key `without` is not among them. Of those
    who weigh the same the smallest keys come first, so that the answer is always the same.
    """
    rows = _wanted_terms(wanted, tier)
    # at_least[n]: everybody whose terms weigh n or more.
    at_least = [0] * (sum(weight for weight, _raw in rows) + 2)
    reached = 0
    for weight, raw in rows:
        members = bits.read(raw) & ~(1 << without)
        for score in range(reached, 0, -1):
            at_least[score + weight] |= at_least[score] & members
        for score in range(1, weight + 1):
            at_least[score] |= members
        reached += weight
    found: dict[int, int] = {}
    for score in range(reached, 0, -1):
        for key in islice(bits.keys(at_least[score] & ~at_least[score + 1]), most - len(found)):
            found[key] = score
    return found


def _wanted_terms(wanted: Mapping[Term, int], tier: str) -> list[tuple[int, bytes]]:
    by_facet: dict[str, list[str]] = defaultdict(list)
    for facet, value in wanted if tier else ():
        by_facet[facet].append(value)
    condition = Q()
    for facet, values in by_facet.items():
        condition |= Q(facet=facet, value__in=values)
    if not condition:
        return []
    rows: QuerySet[Any] = DirectoryTerm.objects.filter(condition, **{f"{tier}_number__gt": 0})
    stored = rows.values_list("facet", "value", f"{tier}_bits")
    return [(wanted[facet, value], raw) for facet, value, raw in stored]


def own_terms(profile: Any, tier: str = "") -> list[Term]:
    """The terms by which the index knows a profile that came with its `entry`; with `tier`, those it may read."""
    entry = getattr(profile, "entry", None)
    terms = entry.terms if entry else {}
    names = [name for name, reach in terms.items() if not tier or reach >= REACH[tier]]
    return [(facet, value) for facet, _colon, value in (name.partition(":") for name in names)]
