"""What holds of introductions: limits, and what each of the two is shown. Pure: no query, no clock."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

PURPOSE_LENGTH = 600
OPEN_AT_ONCE = 3
# After that the person can no longer answer, and whoever asked sees "closed" whatever the answer was.
ANSWER_WITHIN = timedelta(days=21)
# Measured from the last time one of the two asked the other, however that ended.
AGAIN_AFTER = timedelta(days=183)
HELP_AFTER = timedelta(days=30)
# Fewer answers than this would tell what single people said.
FEWEST_ANSWERS = 5


class Obstacle(StrEnum):
    """Why somebody cannot ask somebody."""

    SELF = "self"
    NOT_OPEN = "not-open"
    WAITING = "waiting"
    KNOWN = "known"
    AGAIN = "again"
    FULL = "full"


SENTENCES = {
    Obstacle.SELF: _("You cannot ask for an introduction to yourself."),
    # The same words for who takes no introductions, keeps providers out, or does not want to hear from one person.
    Obstacle.NOT_OPEN: _("This member takes no requests for introductions at the moment."),
    Obstacle.WAITING: _("A request between the two of you waits for an answer already."),
    Obstacle.KNOWN: _("You have been introduced already: the address is on the page of the introduction."),
    Obstacle.AGAIN: _("You asked this member less than six months ago. You can ask again after that."),
    Obstacle.FULL: _("Three of your requests wait for an answer. Withdraw one, or wait for it, and ask then."),
}


class Shown(StrEnum):
    """Where an introduction stands as one of the two is told."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


def is_over(asked_at: datetime, at: datetime) -> bool:
    """Whether the time to answer has passed."""
    return asked_at + ANSWER_WITHIN <= at


def as_asker_sees(state: str, asked_at: datetime, at: datetime) -> Shown:
    """For whoever asked: a no and silence look the same, until both are closed on the same day."""
    if state in {"accepted", "withdrawn"}:
        return Shown(state)
    if state == "ended" or is_over(asked_at, at):
        return Shown.CLOSED
    return Shown.WAITING


def as_person_sees(state: str, asked_at: datetime, at: datetime) -> Shown:
    """For who was asked: they know what they answered."""
    if state in {"accepted", "declined", "withdrawn"}:
        return Shown(state)
    return Shown.CLOSED if state == "ended" or is_over(asked_at, at) else Shown.WAITING


def is_asker(introduction: Any, user: Any) -> bool:
    """Which of the two this is."""
    return introduction.asker_id == user.pk


def shown_to(introduction: Any, user: Any, at: datetime) -> Shown:
    """Where it stands for one of the two."""
    tell = as_asker_sees if is_asker(introduction, user) else as_person_sees
    return tell(introduction.state, introduction.asked_at, at)


def may_say_whether_it_helped(introduction: Any, at: datetime) -> bool:
    """Both may say what came of it once thirty days have passed."""
    if introduction.state != "accepted" or introduction.settled_at is None:
        return False
    return introduction.settled_at + HELP_AFTER <= at
