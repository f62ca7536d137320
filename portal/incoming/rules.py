"""What a failed delivery counts: pure predicates, so that the scores can be read, and tested, in one place.

As Discourse and Mailman count: a failure for good 2, a passing one 1, never more than one of them on a day, four
pause the address; after thirty quiet days it begins anew.
"""

import re
from datetime import datetime, timedelta

HARD, SOFT = 2, 1
PAUSED_AT = 4
FORGOTTEN_AFTER = timedelta(days=30)
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# RFC 3463, permanent failures that are not the address's fault: a full mailbox, a mail too large for it, the other
# system, the protocol, the content, a policy. They may pass; the address itself is good.
NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[23]|[3567]\.\d{1,3})")
# Replies of a server without such a status that speak of the address: no such mailbox, not here, name not allowed.
NO_SUCH_ADDRESS = {550, 551, 553}


def weight(status: str) -> int:
    """What an enhanced status code ("5.1.1") counts; 0 for one that reports no failure."""
    if status.startswith("5."):
        return SOFT if NOT_THE_ADDRESS.fullmatch(status) else HARD
    return SOFT if status.startswith("4.") else 0


def weight_of_reply(code: int, text: str) -> int:
    """What a server's refusal counts ("550 5.1.1 unknown"): its status where it gives one, else its code."""
    status = STATUS.search(text)
    if status:
        return weight(status[0])
    return HARD if code in NO_SUCH_ADDRESS else SOFT


def added(score: int, counted_at: datetime | None, counts: int, at: datetime) -> int:
    """The score after one more failure: unchanged on a day that counted already, begun anew after thirty days."""
    if counted_at is None or at - counted_at > FORGOTTEN_AFTER:
        return counts
    return score if at.date() <= counted_at.date() else score + counts
