"""In which order people stand in the directory: blocks of neighbours, so that a page finds its people anywhere.

A list by name that begins at the "M", or has one in a thousand, must not be walked from the start. So each order is
kept in blocks of some hundred people who stand side by side. A block that holds nobody who was found is passed over
by one `&`; the twenty people of a page come out of one or two blocks. Places are compared as Python compares text,
which is the same on every database.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import OuterRef, Subquery

from members.lookup import bits
from members.lookup.kept import Kept, new_version
from members.models import DirectoryBlock, DirectoryEntry, Profile

MOST = 800  # people in a block; one more, and it is divided
_BEGIN = datetime(1, 1, 1, tzinfo=UTC)
_Place = tuple[str, int]


def _moment(value: datetime) -> str:
    return f"{int((value - _BEGIN).total_seconds()):020d}{value.microsecond:06d}"


def _name(value: str) -> str:
    return value


# The column by which each order stands, and its values as text that sorts alike.
COLUMNS: dict[str, Callable[[Any], str]] = {"sort_name": _name, "member_since": _moment}


@dataclass(frozen=True)
class Block:
    """People who stand side by side: their keys in order, and as a set."""

    keys: Sequence[int]
    members: int


_KEPT: Kept[Block] = Kept(size=lambda block: 200 + 4 * len(block.keys) + block.members.bit_length() // 7)


# --- reading ----------------------------------------------------------------------------------------------------


def page(order: Sequence[str], members: int, *, behind: Sequence[Any] | None, size: int) -> list[int]:
    """The keys of the first `size` of these people in an order, as `filters.SORTS` has them.

    `behind` is the place they stand after: the values of somebody's columns, whether or not they still stand there.
    """
    descending, column = order[0].startswith("-"), order[0].lstrip("-")
    blocks = _blocks(column)
    first = 0 if not behind else _index(blocks, (COLUMNS[column](behind[0]), behind[-1]))
    return list(islice(_people(blocks, column, members, first, behind, descending=descending), size))


_Blocks = list[tuple[_Place, Block]]


def _people(
    blocks: _Blocks, column: str, members: int, index: int, behind: Sequence[Any] | None, *, descending: bool
) -> Iterator[int]:
    if behind:
        keys = _those(blocks[index][1], members) if blocks else []
        place = (COLUMNS[column](behind[0]), behind[-1])
        yield from _behind(keys, column, place, descending=descending)
        following = blocks[:index][::-1] if descending else blocks[index + 1 :]
    else:
        following = blocks[::-1] if descending else blocks
    for _place, block in following:
        keys = _those(block, members)
        yield from reversed(keys) if descending else keys


def _those(block: Block, members: int) -> list[int]:
    """Those of a block who are among these people."""
    there = block.members & members
    if not there:
        return []
    held = bits.Holder(there)
    return [key for key in block.keys if key in held]


def _behind(keys: list[int], column: str, place: _Place, *, descending: bool) -> list[int]:
    """Of people in order those after a place; asked of their rows unless the one who stood there still does."""
    if place[1] in keys:
        index = keys.index(place[1])
        return keys[:index][::-1] if descending else keys[index + 1 :]
    places = {key: text for text, key in _places(column, keys)} if keys else {}
    found = [key for key in keys if key in places]
    if descending:
        return [key for key in reversed(found) if (places[key], key) < place]
    return [key for key in found if (places[key], key) > place]


def _places(column: str, keys: Sequence[int]) -> list[_Place]:
    rows = DirectoryEntry.objects.filter(pk__in=keys).exclude(**{column: None}).values_list(column, "pk")
    return [(COLUMNS[column](value), key) for value, key in rows]


def _index(blocks: Sequence[tuple[_Place, Any]], place: _Place) -> int:
    """The block in which a place is; what stands before all of them is in the first."""
    return max(0, bisect_right([first for first, _block in blocks], place) - 1)


def _blocks(column: str) -> _Blocks:
    """All blocks of an order with where they begin. Read again when one was written meanwhile."""
    for _try in range(3):
        heads = list(DirectoryBlock.objects.filter(order=column).values_list("first", "first_key", "version", "pk"))
        known = _KEPT.find(column, (version for _first, _key, version, _pk in heads))
        missing = [pk for _first, _key, version, pk in heads if version not in known]
        if missing:
            rows = DirectoryBlock.objects.filter(pk__in=missing).values_list("version", "people")
            read = {version: _block(stored) for version, stored in rows}
            _KEPT.keep(column, read)
            known |= read
        if all(version in known for _first, _key, version, _pk in heads):
            break
    return sorted(
        (((first, key), known[version]) for first, key, version, _pk in heads if version in known),
        key=lambda pair: pair[0],
    )


def _block(stored: bytes | memoryview) -> Block:
    keys = bits.list_of(stored)
    return Block(keys, bits.of(keys))


# --- writing ----------------------------------------------------------------------------------------------------


def move(gone: Iterable[DirectoryEntry], come: Iterable[DirectoryEntry]) -> None:
    """People leave the places that these entries had, and come to the places that those have.

    Called while the index is held; before entries are written, since those who stay are asked for their places.
    """
    gone, come = list(gone), list(come)
    for column in COLUMNS:
        _move(column, _places_of(column, gone), _places_of(column, come))


def _places_of(column: str, entries: Iterable[DirectoryEntry]) -> set[_Place]:
    values = ((getattr(entry, column), entry.pk) for entry in entries)
    return {(COLUMNS[column](value), key) for value, key in values if value is not None}


def _move(column: str, gone: set[_Place], come: set[_Place]) -> None:
    gone, come = gone - come, come - gone
    if not gone and not come:
        return
    rows = sorted(DirectoryBlock.objects.filter(order=column), key=lambda row: (row.first, row.first_key))
    heads = [((row.first, row.first_key), row) for row in rows]
    touched: dict[int, list[_Place]] = {_index(heads, place): [] for place in gone | come}
    for place in come:
        touched[_index(heads, place)].append(place)
    moved = {key for _text, key in gone | come}
    for index, fresh in touched.items():
        row = rows[index] if rows else DirectoryBlock(order=column)
        stay = [key for key in bits.list_of(row.people) if key not in moved] if rows else []
        _write(row, sorted([*_all_places(column, stay), *fresh]))


def _all_places(column: str, keys: Sequence[int]) -> list[_Place]:
    return [place for first in range(0, len(keys), 500) for place in _places(column, keys[first : first + 500])]


def _write(row: DirectoryBlock, places: list[_Place]) -> None:
    """A block with these people: as several when they are too many, as none when there is nobody."""
    if not places:
        if row.pk:
            row.delete()
        return
    size = len(places) if len(places) <= MOST else MOST // 2
    portions = [places[first : first + size] for first in range(0, len(places), size)]
    rows = [row, *(DirectoryBlock(order=row.order) for _portion in portions[1:])]
    for each, portion in zip(rows, portions, strict=True):
        (each.first, each.first_key), each.number, each.version = portion[0], len(portion), new_version()
        each.people = bits.write_list(array("I", (key for _text, key in portion)))
        each.save()


def write_all() -> None:
    """Both orders anew, from the profiles; called while the index is held, in a transaction."""
    profile = Profile.objects.filter(pk=OuterRef("pk"))
    DirectoryEntry.objects.update(**{column: Subquery(profile.values(column)[:1]) for column in COLUMNS})
    DirectoryBlock.objects.all().delete()
    for column, as_text in COLUMNS.items():
        rows = DirectoryEntry.objects.values_list(column, "pk").iterator(chunk_size=2000)
        _write(DirectoryBlock(order=column), sorted((as_text(value), key) for value, key in rows))
