"""What holds of letters: how long, how many, who may write. Pure: no query, no clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TEXT_LENGTH = 3000
DAY = timedelta(days=1)
A_DAY = 10
A_DAY_TO_ONE = 2
# Then the text is removed; the row stays as the record that a letter was sent.
KEPT = timedelta(days=30)


class Refusal(StrEnum):
    """Why a letter is not sent."""

    SELF = "self"
    NOT_OPEN = "not-open"
    GONE = "gone"
    MANY = "many"
    MANY_TO_ONE = "many-to-one"


SENTENCES = {
    Refusal.SELF: _("You cannot write to yourself."),
    # The same words for who takes no letters, keeps providers out, or does not want to hear from one person.
    Refusal.NOT_OPEN: _("This member takes no messages through the portal at the moment."),
    Refusal.GONE: _("This message can no longer be answered: its text was removed after thirty days."),
    Refusal.MANY: _("You have sent ten messages in the last 24 hours. The next one can go tomorrow."),
    Refusal.MANY_TO_ONE: _("You have written to this member twice in the last 24 hours. Give them a day to answer."),
}


def over_the_limit(sent: Sequence[tuple[int, datetime]], *, to: int, at: datetime) -> Refusal | None:
    """Which limit the next letter `to` somebody would break; `sent` are the sender's letters: to whom, when."""
    lately = [person for person, when in sent if when > at - DAY]
    if lately.count(to) >= A_DAY_TO_ONE:
        return Refusal.MANY_TO_ONE
    return Refusal.MANY if len(lately) >= A_DAY else None
