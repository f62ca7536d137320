"""Writes: ask, accept, decline, withdraw, say whether it helped; and what time and departures do."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.introductions import facts, queries, rules
from members.introductions.rules import SENTENCES, Obstacle
from members.models import Introduction, User
from members.reach.operations import hold
from portal.outbox.operations import record

BATCH = 200


class NotPossible(ValueError):
    """The rules stand in the way; the message says which. `obstacle` names it where there is a name."""

    def __init__(self, sentence: Any, obstacle: Obstacle | None = None) -> None:
        super().__init__(sentence)
        self.obstacle = obstacle


@transaction.atomic
def ask(*, person: User, purpose: str, by: User, at: datetime) -> Introduction:
    """Ask `person` for an introduction; they are told. Raises NotPossible."""
    hold(by, person)
    found = queries.obstacle(person=person, by=by, at=at)
    if found:
        raise NotPossible(SENTENCES[found], found)
    row = Introduction.objects.create(asker=by, person=person, purpose=purpose, asked_at=at)
    fact = facts.IntroductionAsked(row.pk, by.pk, person.pk)
    record(fact, key=f"members.introduction-asked:{row.pk}", by=by, at=at)
    return row


@transaction.atomic
def accept(*, introduction: Introduction, by: User, at: datetime) -> None:
    """Say yes: both see each other's address, and who asked is told. A second time changes nothing.

    Raises NotPossible for who was not asked, after three weeks, or when it was withdrawn meanwhile.
    """
    if not _answer(introduction, Introduction.State.ACCEPTED, by=by, at=at, ask_help_at=at + rules.HELP_AFTER):
        return
    fact = facts.IntroductionAccepted(introduction.pk, introduction.asker_id, introduction.person_id)
    record(fact, key=f"members.introduction-accepted:{introduction.pk}", by=by, at=at)


@transaction.atomic
def decline(*, introduction: Introduction, by: User, at: datetime) -> None:
    """Say no. Nobody is told, there is no fact, and who asked goes on seeing "no answer yet". Raises NotPossible."""
    _answer(introduction, Introduction.State.DECLINED, by=by, at=at)


def _answer(introduction: Introduction, state: str, *, by: User, at: datetime, **more: Any) -> bool:
    """Write the answer of who was asked; False when they gave the same one before."""
    rows = Introduction.objects.filter(pk=introduction.pk, person=by)
    if rows.answerable(at).update(state=state, settled_at=at, **more):
        introduction.refresh_from_db()
        return True
    if rows.filter(state=state).exists():
        return False
    raise NotPossible(_("This request can no longer be answered."))


@transaction.atomic
def withdraw(*, introduction: Introduction, by: User, at: datetime) -> None:
    """Take one's request back; the other sees that it was. Raises NotPossible after a yes or after three weeks.

    A request that was declined can be withdrawn like one that nobody answered: the answer stays unknown.
    """
    mine = Introduction.objects.filter(pk=introduction.pk, asker=by)
    if mine.unanswered_for_asker(at).update(state=Introduction.State.WITHDRAWN, settled_at=at):
        return
    if not mine.filter(state=Introduction.State.WITHDRAWN).exists():
        raise NotPossible(_("This request can no longer be withdrawn."))


@transaction.atomic
def say_whether_it_helped(*, introduction: Introduction, answer: str, by: User, at: datetime) -> None:
    """Write what came of it; said once, kept, and shown to nobody but in sums. Raises NotPossible, ValueError."""
    said = Introduction.Helped(answer)
    side = "asker" if rules.is_asker(introduction, by) else "person"
    mine = Introduction.objects.filter(pk=introduction.pk, **{side: by})
    row = mine.first()
    if row is None or not said or not rules.may_say_whether_it_helped(row, at):
        raise NotPossible(_("You are asked thirty days after the introduction."))
    mine.filter(**{f"{side}_says": ""}).update(**{f"{side}_says": said})


@transaction.atomic
def end_all_of(*, person: User, at: datetime) -> int:
    """Somebody left or was suspended: their open requests end, on both sides; how many that were."""
    theirs = Introduction.objects.filter(Q(asker=person) | Q(person=person), state=Introduction.State.OPEN)
    return theirs.update(state=Introduction.State.ENDED, settled_at=at)


@transaction.atomic
def ask_whether_it_helped(*, at: datetime) -> int:
    """Of introductions made thirty days ago both are asked, once; how many were due."""
    due = Introduction.objects.select_for_update(of=("self",)).filter(ask_help_at__lte=at).order_by("ask_help_at", "pk")
    rows = list(due[:BATCH])
    for row in rows:
        fact = facts.IntroductionLooksBack(row.pk, row.asker_id, row.person_id)
        record(fact, key=f"members.introduction-looks-back:{row.pk}", by=None, at=at)
    Introduction.objects.filter(pk__in=[row.pk for row in rows]).update(ask_help_at=None)
    return len(rows)
