"""Reads about letters: what each of the two sees, and what staff see of what was reported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from members.letters import rules
from members.letters.rules import Refusal
from members.models import Block, Letter, Profile, Report, User
from members.queries import cards_by_user
from members.reach.conditions import with_doors
from portal.core.cards import PersonCard

SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class SeenLetter:
    """A letter as one of the two sees it. `other` is None when they are no longer to be seen."""

    pk: int
    url: str
    mine: bool
    other: PersonCard | None
    text: str
    sent_at: datetime
    gone_at: datetime
    emptied: bool
    reported: bool
    answerable: bool


def see(rows: Iterable[Letter], viewer: Any) -> list[SeenLetter]:
    """Letters through the eyes of one of the two; one query for the cards of all the others."""
    found = list(rows)
    cards = cards_by_user({row.person_id if row.sender_id == viewer.pk else row.sender_id for row in found}, viewer)
    return [_see(row, viewer, cards) for row in found]


def _see(row: Letter, viewer: Any, cards: dict[int, PersonCard]) -> SeenLetter:
    mine = row.sender_id == viewer.pk
    other = cards.get(row.person_id if mine else row.sender_id)
    emptied = row.emptied_at is not None
    reported = getattr(row, "report", None) is not None
    return SeenLetter(
        pk=row.pk,
        url=reverse("members:letter", kwargs={"pk": row.pk}),
        mine=mine,
        other=other,
        text=row.text,
        sent_at=row.sent_at,
        gone_at=row.sent_at + rules.KEPT,
        emptied=emptied,
        # Whoever wrote it is not told that it was reported.
        reported=reported and not mine,
        answerable=not mine and not emptied and other is not None,
    )


def letters_of(viewer: Any) -> list[SeenLetter]:
    """Sent and received, the newest first."""
    rows = Letter.objects.visible_to(viewer).select_related("report").order_by("-sent_at", "-pk")
    return see(rows[:SHOWN], viewer)


def refusal(*, person: User, by: User, at: datetime, answers: Letter | None = None) -> Refusal | None:
    """Why `by` cannot write to `person` now, or None. Whoever was written to may answer, unless blocked since."""
    if person.pk == by.pk:
        return Refusal.SELF
    if answers is not None:
        if answers.emptied_at or answers.person_id != by.pk or answers.sender_id != person.pk:
            return Refusal.GONE
        if not person.is_member or Block.objects.between(person, by).exists():
            return Refusal.NOT_OPEN
    elif not any(_doors(person, by)):
        return Refusal.NOT_OPEN
    sent = Letter.objects.filter(sender=by, sent_at__gt=at - rules.DAY).values_list("person_id", "sent_at")
    return rules.over_the_limit(list(sent), to=person.pk, at=at)


def _doors(person: User, by: User) -> QuerySet[Any]:
    rows = Profile.objects.visible_to(by).filter(user=person)
    return with_doors(rows, by).values_list("takes_letters", flat=True)


# --- for staff --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SeenReport:
    """What somebody reported, as staff see it."""

    pk: int
    at: datetime
    note: str
    text: str
    is_letter: bool
    writer: PersonCard | None
    writer_handle: str
    reporter: PersonCard | None


def open_reports() -> QuerySet[Report]:
    """What staff have not settled, the oldest first."""
    rows = Report.objects.open().select_related("letter", "introduction")
    return rows.order_by("at", "pk")


def see_reports(rows: Iterable[Report], viewer: Any) -> Sequence[SeenReport]:
    """Reports with the cards of both sides, in one query more."""
    found = list(rows)
    cards = cards_by_user({key for row in found for key in (row.by_id, writer_of(row))}, viewer)
    return [_see_report(row, cards) for row in found]


def writer_of(report: Report) -> int:
    """Whose words were reported: a letter's, or else those of a request to be introduced."""
    reported: Any = report.introduction if report.letter is None else report.letter
    return reported.asker_id if report.letter is None else reported.sender_id


def _see_report(row: Report, cards: dict[int, PersonCard]) -> SeenReport:
    writer = cards.get(writer_of(row))
    asked: Any = row.introduction
    return SeenReport(
        pk=row.pk,
        at=row.at,
        note=row.note,
        text=row.letter.text if row.letter else asked.purpose,
        is_letter=row.letter is not None,
        writer=writer,
        writer_handle=writer.key if writer else "",
        reporter=cards.get(row.by_id),
    )
