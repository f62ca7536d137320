"""Bringing a file of people in: looked over first, idempotent, and taken back with one click.

Nobody is recognised by their name: the same name in the same organisation is a question to staff, never an answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.folding import fold
from members.models import Import, ImportLine, LeftOut, Profile, Record, User
from members.roster.reading import Line, Reading

FIELDS = ("name", "title", "organisation", "country", "email")
Verdict = ImportLine.Verdict


class NotNow(ValueError):
    """The import is not in a state in which this can be done."""


# --- looking over -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What is stored already, by what a line could be recognised by."""

    records: dict[str, Record]
    addresses: dict[str, Record]
    accounts: dict[str, User]
    namesakes: dict[str, list[str]]
    left_out: set[str]


@transaction.atomic
def look_over(*, reading: Reading, source: str, filename: str, by: User, at: datetime) -> Import:
    """Keep what a file would do, line by line; nothing else is written."""
    batch = Import.objects.create(source=source, filename=filename[:160], unused=reading.unused, by=by, read_at=at)
    known = _known(reading.lines, source)
    ImportLine.objects.bulk_create((_judged(batch, line, known) for line in reading.lines), batch_size=200)
    return batch


def _known(lines: Sequence[Line], source: str) -> _Known:
    keys = [line.values["key"] for line in lines]
    emails = [line.values["email"] for line in lines if line.values["email"]]
    digests = [digest for line in lines for digest in _digests(source, line.values)]
    return _Known(
        records={row.key: row for row in _in(Record.objects.filter(source=source), "key", keys)},
        addresses={row.email: row for row in _in(Record.objects.all(), "email", emails)},
        accounts={row.email: row for row in _in(User.objects.all(), "email", emails)},
        namesakes=_namesakes(lines),
        left_out={row.digest for row in _in(LeftOut.objects.all(), "digest", digests)},
    )


def _in(rows: Any, name: str, values: Sequence[str]) -> Iterable[Any]:
    """Rows with one of many values, some hundred at a time: databases bound the parameters of a statement."""
    for start in range(0, len(values), 500):
        yield from rows.filter(**{f"{name}__in": values[start : start + 500]})


def _namesakes(lines: Sequence[Line]) -> dict[str, list[str]]:
    """Members and listed people of the same name, with where they work, by the name's folded form."""
    names = [fold(line.values["name"])[:160] for line in lines]
    found: dict[str, list[str]] = defaultdict(list)
    members = Profile.objects.listed().select_related("user", "organisation")
    for profile in _in(members, "sort_name", names):
        place = profile.organisation.name if profile.organisation else profile.organisation_proposed
        found[profile.sort_name].append(
            _("the member %(name)s, %(place)s") % {"name": profile.user.name, "place": place}
        )
    for record in _in(Record.objects.all(), "sort_name", names):
        words = {"name": record.name, "place": record.organisation, "source": record.source}
        found[record.sort_name].append(_("%(name)s, %(place)s, listed from “%(source)s”") % words)
    return found


def _digests(source: str, values: dict[str, str]) -> list[str]:
    return LeftOut.digests_of(source=source, key=values["key"], email=values["email"])


def _judged(batch: Import, line: Line, known: _Known) -> ImportLine:
    verdict, reasons, record = _verdict(batch.source, line, known)
    return ImportLine(
        batch=batch, number=line.number, values=line.values, verdict=verdict, reasons=reasons, record=record
    )


def _verdict(source: str, line: Line, known: _Known) -> tuple[str, list[str], Record | None]:
    """What a line comes to, why in sentences, and the record it is about."""
    values = line.values
    if line.errors:
        return Verdict.ERROR, line.errors, None
    if known.left_out & set(_digests(source, values)):
        return Verdict.LEFT_OUT, [_("This person asked not to be listed.")], None
    record = known.records.get(values["key"])
    if record:
        return _against(record, values)
    if values["email"] in known.accounts:
        return Verdict.MATCH, [_("Has an account already, with this address.")], None
    doubts = _doubts(values, known)
    return (Verdict.CONFLICT if doubts else Verdict.NEW), doubts, None


def _doubts(values: dict[str, str], known: _Known) -> list[str]:
    """Why this might be somebody who is there already; staff decide."""
    other = known.addresses.get(values["email"])
    if other:
        words = {"name": other.name, "source": other.source}
        return [_("The address of “%(name)s” from “%(source)s”.") % words]
    namesakes = known.namesakes.get(fold(values["name"])[:160], [])
    return [_("The same name as %(who)s.") % {"who": who} for who in namesakes[:3]]


def _against(record: Record, values: dict[str, str]) -> tuple[str, list[str], Record]:
    if record.state == Record.State.CLAIMED:
        return Verdict.MATCH, [_("Claimed by its person, who says now what stands there.")], record
    differing = [name for name in FIELDS if str(getattr(record, name)) != values[name]]
    if not differing:
        return Verdict.MATCH, [], record
    return Verdict.CHANGE, [f"{name}: “{getattr(record, name)}” → “{values[name]}”" for name in differing], record


# --- bringing in ------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(*, batch: Import, also: Iterable[int], by: User, at: datetime) -> int:
    """Bring in what is new and what changed, and of the lines that need a decision those numbered in `also`.

    Returns how many records were written. Raises NotNow for an import that was brought in already.
    """
    batch = _held(batch, Import.State.READ)
    chosen = set(also)
    written = 0
    for line in batch.lines.select_related("record").order_by("number"):
        if line.verdict == Verdict.CHANGE and line.record and line.record.state == Record.State.UNCLAIMED:
            written += _change(line)
        elif line.verdict == Verdict.NEW or (line.verdict == Verdict.CONFLICT and line.number in chosen):
            written += _add(batch, line)
    batch.state, batch.applied_at = Import.State.APPLIED, at
    batch.save(update_fields=["state", "applied_at", "updated_at"])
    return written


def _held(batch: Import, *states: str) -> Import:
    current = Import.objects.select_for_update().get(pk=batch.pk)
    if current.state not in states:
        raise NotNow(_("Somebody has done that already, or taken it back: look at the import again."))
    return current


def _change(line: ImportLine) -> int:
    record = line.record
    line.before = {name: str(getattr(record, name)) for name in FIELDS}
    _fill(record, line.values)
    record.save()
    line.save(update_fields=["before"])
    return 1


def _add(batch: Import, line: ImportLine) -> int:
    record, made = Record.objects.get_or_create(
        source=batch.source,
        key=line.values["key"],
        defaults={**{name: line.values[name] for name in FIELDS}, "sort_name": _sort(line), "brought_by": batch},
    )
    line.record, line.made = record, made
    line.save(update_fields=["record", "made"])
    return int(made)


def _sort(line: ImportLine) -> str:
    return fold(line.values["name"])[:160]


def _fill(record: Any, values: dict[str, str]) -> None:
    for name in FIELDS:
        setattr(record, name, values[name])
    record.sort_name = fold(values["name"])[:160]


# --- taking back ------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, batch: Import, by: User, at: datetime) -> tuple[int, int]:
    """Take an import back: records it made go, records it changed are as they were.

    What its person has claimed meanwhile, and what a later import wrote, stays. Returns how many were taken back and
    how many stay. Raises NotNow for one that is not in.
    """
    batch = _held(batch, Import.State.APPLIED)
    undone = kept = 0
    for line in batch.lines.select_related("record").exclude(record=None).order_by("-number"):
        if not (line.made or line.before):
            continue
        if _may_be_undone(line):
            _take_back(line)
            undone += 1
        else:
            kept += 1
    batch.state, batch.undone_at = Import.State.UNDONE, at
    batch.save(update_fields=["state", "undone_at", "updated_at"])
    return undone, kept


def _may_be_undone(line: ImportLine) -> bool:
    record = line.record
    later = record.lines.filter(batch__state=Import.State.APPLIED, batch__applied_at__gt=line.batch.applied_at)
    touched = later.exclude(before=None) | later.filter(made=True)
    return record.state == Record.State.UNCLAIMED and not touched.exists()


def _take_back(line: ImportLine) -> None:
    record = line.record
    if line.made:
        record.delete()
        return
    _fill(record, line.before)
    record.save()
