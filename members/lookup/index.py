"""Keeps the directory's index in step with the profiles: called by every operation that changes one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from members.folding import fold
from members.lookup import bits, order
from members.lookup.kept import new_version
from members.lookup.terms import TIERS, Known, Label, terms_of
from members.models import DirectoryEntry, DirectoryTerm, Profile, Spokesperson

BATCH = 2000  # profiles whose terms are held in memory at once, while the transaction waits
VALUES = 300  # values asked for in one query
_Key = tuple[str, str]
_Thing = TypeVar("_Thing")


@transaction.atomic
def write(profiles: QuerySet[Profile]) -> None:
    """Make the index say of these profiles what it may say now. One writer at a time, until the transaction ends.

    The lock comes before the reading: whoever waited for it reads what the other one wrote.
    """
    _hold()
    for keys in _portions(list(profiles.order_by("pk").values_list("pk", flat=True)), BATCH):
        _write(Profile.objects.filter(pk__in=keys).with_everything(), keys)


@transaction.atomic
def forget(profile_ids: Sequence[int]) -> None:
    """Take profiles out of the index, before they are deleted."""
    _hold()
    entries = DirectoryEntry.objects.filter(profile__in=profile_ids)
    _move(_moves(entries, {}), {})
    order.move(entries, ())
    entries.delete()


def missing() -> QuerySet[Profile]:
    """Profiles that the index does not know, or not wholly: after a migration, or written past the operations."""
    return Profile.objects.filter(Q(entry=None) | Q(entry__member_since=None))


@transaction.atomic
def complete() -> None:
    """Write what the index lacks: profiles that it knows nothing of, and those that stand in no order yet."""
    write(Profile.objects.filter(entry=None))
    if DirectoryEntry.objects.filter(member_since=None).exists():
        order.write_all()


def relabel(facet: str, value: str, label: str) -> None:
    """A value is called something else from now on."""
    words = {"label": label, "folded": fold(label)[:200]}
    DirectoryTerm.objects.filter(facet=facet, value=value).update(**words)


def _hold() -> None:
    """Lock the term of everybody: the word "all" is in every entry."""
    row, _made = DirectoryTerm.objects.get_or_create(facet="all", value="")
    DirectoryTerm.objects.select_for_update().filter(pk=row.pk).values_list("pk").get()


def _write(rows: Iterable[Profile], keys: Sequence[int]) -> None:
    rows = list(rows)
    consents = _consents(keys)
    known = {profile.pk: terms_of(profile, consents.get(profile.user_id)) for profile in rows}
    labels = {key: label for each in known.values() for key, label in each.labels.items()}
    entries = list(DirectoryEntry.objects.filter(profile__in=keys))
    _move(_moves(entries, known), labels)
    fresh = [_entry(profile, known[profile.pk]) for profile in rows]
    order.move(entries, fresh)
    DirectoryEntry.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["profile"], update_fields=_OF_ENTRY, batch_size=200
    )


def _consents(keys: Sequence[int]) -> dict[int, Spokesperson]:
    """The consents to speak in public that hold, by person."""
    found = Spokesperson.objects.current(timezone.now()).filter(person__profile__in=keys)
    return {each.person_id: each for each in found.prefetch_related("service_lines__parent")}


_OF_ENTRY = ["terms", *order.COLUMNS]


def _entry(profile: Profile, known: Known) -> DirectoryEntry:
    places = {column: getattr(profile, column) for column in order.COLUMNS}
    return DirectoryEntry(profile_id=profile.pk, terms=_stored(known), **places)


def _stored(known: Known) -> dict[str, int]:
    return {f"{facet}:{value}": reach for (facet, value), reach in known.reach.items()}


_Moves = dict[_Key, list[tuple[int, int, int]]]


def _moves(entries: Iterable[DirectoryEntry], known: dict[int, Known]) -> _Moves:
    """For each term that changes: who, for how many tiers before, for how many now."""
    before = {entry.profile_id: entry.terms for entry in entries}
    moves: _Moves = defaultdict(list)
    for profile_id in before.keys() | known.keys():
        old, new = before.get(profile_id, {}), _stored(known[profile_id]) if profile_id in known else {}
        for name in old.keys() | new.keys():
            was, will_be = old.get(name, 0), new.get(name, 0)
            if was != will_be:
                facet, _colon, value = name.partition(":")
                moves[facet, value].append((profile_id, was, will_be))
    return moves


def _move(moves: _Moves, labels: dict[_Key, Label]) -> None:
    rows = {(row.facet, row.value): row for row in _rows(moves)}
    for key, people in moves.items():
        row = rows.setdefault(key, DirectoryTerm(facet=key[0], value=key[1], start=_start(key)))
        row.version = new_version()
        if key in labels:
            label = labels[key]
            row.label, row.mark, row.position = label.label[:200], label.mark, label.position
            row.folded = fold(label.label)[:200]
        for tiers, name in zip((3, 2, 1), TIERS, strict=True):
            joined = bits.of(pk for pk, was, will_be in people if was < tiers <= will_be)
            left = bits.of(pk for pk, was, will_be in people if will_be < tiers <= was)
            if joined or left:
                members = (bits.read(getattr(row, f"{name}_bits")) | joined) & ~left
                setattr(row, f"{name}_bits", bits.write(members))
                setattr(row, f"{name}_number", members.bit_count())
    _save(list(rows.values()))


def _start(key: _Key) -> str:
    return key[1][:3] if key[0] == "word" else ""


def _rows(keys: Iterable[_Key]) -> Iterator[DirectoryTerm]:
    """The rows of these terms, as far as there are any; asked by value, and what nobody asked for is passed over."""
    wanted = set(keys)
    facets = {facet for facet, _value in wanted}
    for values in _portions(sorted({value for _facet, value in wanted}), VALUES):
        for row in DirectoryTerm.objects.filter(facet__in=facets, value__in=values):
            if (row.facet, row.value) in wanted:
                yield row


def _portions(things: list[_Thing], size: int) -> Iterator[list[_Thing]]:
    for first in range(0, len(things), size):
        yield things[first : first + size]


_WRITTEN = ["version", "label", "folded", "mark", "position"] + [
    f"{tier}_{what}" for tier in TIERS for what in ("number", "bits")
]


def _save(rows: list[DirectoryTerm]) -> None:
    kept = [row for row in rows if row.staff_number or row.facet == "all"]
    gone = [row.pk for row in rows if not row.staff_number and row.facet != "all" and row.pk]
    DirectoryTerm.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["facet", "value"], update_fields=_WRITTEN, batch_size=200
    )
    DirectoryTerm.objects.filter(pk__in=gone).delete()
