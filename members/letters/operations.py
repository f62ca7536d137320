"""Writes: send a letter, answer one, report what somebody wrote; and what time does to letters."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.letters import facts, queries, rules
from members.letters.rules import SENTENCES, Refusal
from members.models import Introduction, Letter, Report, User
from members.reach.operations import hold
from portal.outbox.operations import record

BATCH = 500


class NotSent(ValueError):
    """The letter was not sent; the message says why in a sentence for its writer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(SENTENCES[refusal])
        self.refusal = refusal


class NotYours(PermissionError):
    """Only who received something can report it."""


@transaction.atomic
def send(*, person: User, text: str, key: str, by: User, at: datetime, answers: Letter | None = None) -> Letter:
    """Write to `person`, who is told with the text and not with an address. Raises NotSent.

    `key` names the form it was typed into: sent twice, it is one letter. `answers` is the letter of `person` that
    this one answers: then it goes whatever `person` otherwise takes.
    """
    hold(by)
    there = Letter.objects.filter(key=key, sender=by).first()
    if there:
        return there
    refused = queries.refusal(person=person, by=by, at=at, answers=answers)
    if refused:
        raise NotSent(refused)
    letter = Letter.objects.create(sender=by, person=person, answers=answers, key=key, text=text, sent_at=at)
    fact = facts.LetterSent(letter.pk, by.pk, person.pk)
    record(fact, key=f"members.letter-sent:{letter.pk}", by=by, at=at)
    return letter


@transaction.atomic
def empty_old_ones(*, at: datetime) -> int:
    """Remove the text of letters after thirty days; what staff still have to look at is kept. How many that were.

    The rows stay as the record that, and when, somebody wrote to somebody.
    """
    old = Letter.objects.filter(emptied_at=None, sent_at__lte=at - rules.KEPT).order_by("sent_at", "pk")
    waiting = Report.objects.open().exclude(letter=None).values("letter")
    keys = list(old.exclude(pk__in=waiting).values_list("pk", flat=True)[:BATCH])
    return Letter.objects.filter(pk__in=keys, emptied_at=None).update(text="", emptied_at=at)


# --- against abuse ----------------------------------------------------------------------------------------------


@transaction.atomic
def report(
    *, letter: Letter | None = None, introduction: Introduction | None = None, note: str, by: User, at: datetime
) -> Report:
    """Show staff what somebody wrote to `by`. A second time gives the report that is there. Raises NotYours."""
    thing: Any = letter or introduction
    if thing is None or thing.person_id != by.pk:
        raise NotYours(_("You can report what was written to you."))
    row, fresh = Report.objects.get_or_create(
        letter=letter, introduction=introduction, defaults={"by": by, "note": note, "at": at}
    )
    if fresh:
        record(facts.WritingReported(row.pk), key=f"members.writing-reported:{row.pk}", by=by, at=at)
    return row


@transaction.atomic
def settle(*, report: Report, by: User, at: datetime) -> None:
    """Staff have looked at it; a second time changes nothing."""
    Report.objects.filter(pk=report.pk, settled_at=None).update(settled_at=at, settled_by=by)
