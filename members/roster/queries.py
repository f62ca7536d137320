"""Reads about imports, listed people and claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from members.folding import fold
from members.models import Claim, Import, ImportLine, Record, User
from portal.core.listing import keyset_page, query_url


@dataclass(frozen=True)
class Verdicts:
    """One verdict with how many lines it has, and the address that shows them alone."""

    value: str
    label: Any
    number: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class LookedOver:
    """An import as staff see it."""

    batch: Import
    verdicts: Sequence[Verdicts]
    lines: Sequence[ImportLine]
    next_url: str
    undecided: int
    to_bring: int
    to_ask: int


def imports() -> QuerySet[Import]:
    """All imports, the newest first, with how many lines each has."""
    return Import.objects.select_related("by").annotate(size=Count("lines")).order_by("-read_at", "-pk")


def looked_over(batch: Import, params: QueryDict) -> LookedOver:
    """The lines of an import with what each comes to; raises Http404 for a forged cursor."""
    numbers = dict(batch.lines.order_by().values_list("verdict").annotate(number=Count("pk")))
    wanted = params.get("verdict", "")
    rows = batch.lines.filter(verdict=wanted) if wanted in ImportLine.Verdict.values else batch.lines.all()
    lines, cursor = keyset_page(rows.select_related("record"), order=("number", "pk"), params=params, size=100)
    verdicts = [
        Verdicts(value, label, numbers[value], query_url(params, verdict=value), value == wanted)
        for value, label in ImportLine.Verdict.choices
        if numbers.get(value)
    ]
    return LookedOver(
        batch=batch,
        verdicts=verdicts,
        lines=lines,
        next_url=query_url(params, after=cursor) if cursor else "",
        undecided=numbers.get(ImportLine.Verdict.CONFLICT, 0),
        to_bring=numbers.get(ImportLine.Verdict.NEW, 0) + numbers.get(ImportLine.Verdict.CHANGE, 0),
        to_ask=batch.records.filter(state=Record.State.UNCLAIMED, asked_at=None).exclude(email="").count(),
    )


def listed(viewer: Any, text: str) -> QuerySet[Record]:
    """People who are listed and have not come yet, whose name holds every word of `text`."""
    condition = Q()
    for word in fold(text).split():
        condition &= Q(sort_name__contains=word)
    return Record.objects.visible_to(viewer).filter(condition, state=Record.State.UNCLAIMED)


def open_claims() -> QuerySet[Claim]:
    """Claims that staff decide next, the oldest first."""
    return Claim.objects.open().select_related("record", "person__profile__organisation").order_by("at", "pk")


def evidence(claim: Claim) -> bool:
    """Whether the claimant's confirmed address has the domain of the record's: a hint, no proof."""
    mine, theirs = claim.person.email.rpartition("@")[2], claim.record.email.rpartition("@")[2]
    return bool(theirs) and mine.lower() == theirs.lower()


def open_claim_of(person: User, record: Record) -> Claim | None:
    """The claim that somebody has made on a record and that waits."""
    return Claim.objects.open().filter(person=person, record=record).first()
