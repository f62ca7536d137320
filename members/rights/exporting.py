"""Everything about one person as a zip: each part as JSON and as CSV, with a description that a program can read.

Asked for on a page, put together by the worker (a duty of the drain), kept for a week in the private storage. What is
in it comes from the declarations in every app's `personal.py`.
"""

import io
import json
import logging
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import facts
from members.models import DataExport, User
from portal.core import personal
from portal.core.tables import write_csv
from portal.outbox.bell import ring_after_commit
from portal.outbox.leases import claim, next_try, problem_text
from portal.outbox.operations import record
from portal.outbox.registry import duty

log = logging.getLogger("portal.members")

KEPT = timedelta(days=7)
# The file changes little within a day, and making it costs.
APART = timedelta(hours=6)
TRIES = 5
FORMAT = 1


class TooSoon(ValueError):
    """There is an export already, or one is being made."""


@dataclass(frozen=True)
class Part:
    """One table of the export."""

    name: str
    what: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterable[Mapping[str, Any]]]


# --- asking -----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_export(*, by: User, at: datetime) -> DataExport:
    """Have everything about `by` put together. Raises TooSoon within six hours of the last one."""
    if DataExport.objects.filter(person=by, asked_at__gt=at - APART).exclude(state=DataExport.State.FAILED).exists():
        raise TooSoon(_("Your data was put together a short while ago. Take that file, or ask again in a few hours."))
    try:
        with transaction.atomic():
            export = DataExport.objects.create(person=by, asked_at=at, due_at=at)
    except IntegrityError as error:
        raise TooSoon(_("Your data is being put together already.")) from error
    ring_after_commit()
    return export


# --- making -----------------------------------------------------------------------------------------------------


@duty
def make_exports(enough: Callable[[], bool]) -> int:
    """Put together what was asked for, one at a time; how many."""
    done = 0
    waiting = DataExport.objects.filter(state=DataExport.State.WAITING).select_related("person")
    while not enough():
        taken = claim(waiting, now=timezone.now(), limit=1, order=("due_at", "pk"))
        if not taken:
            break
        _make(taken[0])
        done += 1
    return done


def _make(export: DataExport) -> None:
    try:
        with tempfile.TemporaryFile() as file:
            write_archive(export.person, file)
            size = file.tell()
            file.seek(0)
            export.file.save("export.zip", File(file), save=False)
    except Exception as error:  # the next one is another person's
        log.exception("export %s cannot be made", export.pk)
        _put_off(export, error)
        return
    _finish(export, size, timezone.now())


@transaction.atomic
def _finish(export: DataExport, size: int, now: datetime) -> None:
    mine = DataExport.objects.filter(pk=export.pk, lease_token=export.lease_token, state=DataExport.State.WAITING)
    changed = mine.update(
        state=DataExport.State.READY,
        file=export.file.name,
        size=size,
        ready_at=now,
        expires_at=now + KEPT,
        lease_until=None,
    )
    if changed:
        fact = facts.ExportReady(export.pk, export.person_id)
        record(fact, key=f"members.export-ready:{export.pk}", by=export.person, at=now)


def _put_off(export: DataExport, error: Exception) -> None:
    attempts = export.attempts + 1
    DataExport.objects.filter(pk=export.pk, lease_token=export.lease_token).update(
        attempts=attempts,
        state=DataExport.State.FAILED if attempts >= TRIES else DataExport.State.WAITING,
        due_at=next_try(attempts, timezone.now()),
        lease_until=None,
        problem=problem_text(error),
    )


@duty
def take_away_old_exports(enough: Callable[[], bool]) -> int:
    """Delete files that were kept long enough; their rows say that there was one. How many."""
    done = 0
    for export in DataExport.objects.filter(expires_at__lte=timezone.now()).exclude(file="")[:100]:
        if enough():
            break
        export.file.delete(save=False)
        done += DataExport.objects.filter(pk=export.pk).exclude(file="").update(file="")
    return done


# --- the archive ------------------------------------------------------------------------------------------------


def write_archive(person: User, out: IO[bytes]) -> None:
    """Write the zip: README.txt, schema.json, data/*.json, data/*.csv, and the person's files."""
    with (
        translation.override(person.language),
        timezone.override(person.zone),
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        described = [_write_part(archive, part) for part in parts_of(person)]
        for name, file in personal.files_to_export(person):
            with file.open("rb") as content:
                archive.writestr(f"files/{name}", content.read())
        archive.writestr("schema.json", json.dumps({"format": FORMAT, "parts": described}, indent=2))
        context = {"person": person, "parts": described, "site": settings.COMMUNITY, "now": timezone.now()}
        archive.writestr("README.txt", render_to_string("members/rights/readme.txt", context))


def parts_of(person: User) -> Iterator[Part]:
    """Every table of the export, those whose rows stay with the portal for a reason left out."""
    for extract in personal.all_extracts():
        yield Part(extract.name, str(extract.what), extract.columns, lambda each=extract: each.rows_of(person))
    for holding in personal.all_holdings():
        if holding.columns:
            yield Part(
                holding.name, str(holding.what), tuple(holding.columns), lambda each=holding: each.rows_of(person)
            )


def _write_part(archive: zipfile.ZipFile, part: Part) -> dict[str, Any]:
    """Both forms of one table, row by row: nobody's history has to fit into memory."""
    with archive.open(f"data/{part.name}.json", "w", force_zip64=True) as raw:
        rows = _write_json(raw, part)
    with (
        archive.open(f"data/{part.name}.csv", "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as text,
    ):
        write_csv(text, part.columns, (_as_text(row) for row in part.rows()))
    return {"name": part.name, "what": part.what, "columns": list(part.columns), "rows": rows}


def _write_json(raw: IO[bytes], part: Part) -> int:
    rows = 0
    raw.write(b"[")
    for row in part.rows():
        line = json.dumps({name: row[name] for name in part.columns}, cls=DjangoJSONEncoder, ensure_ascii=False)
        raw.write((",\n" if rows else "\n").encode() + line.encode())
        rows += 1
    raw.write(b"\n]\n")
    return rows


def _as_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Moments as ISO 8601 with their zone, in CSV as in JSON."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
