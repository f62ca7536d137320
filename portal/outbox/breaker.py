"""The circuit breaker: what does not answer is left alone for a while, then tried by one sender, carefully.

It stands in the database, so that all workers know what one of them found out, and staff can see it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from portal.core.text import made_storable
from portal.outbox.models import Trouble
from portal.outbox.reasons import without_addresses

log = logging.getLogger("portal.outbox")

# Seconds to leave alone after so many failures in a row. An unreachable server costs nobody time, so it is asked
# often; a destination that stalls costs the wait each time. Its first stall may be chance: it waits until the others,
# also those of the next batch, have gone; a batch with nothing else would stall twice before anybody else's turn.
WAITS = {
    Trouble.With.SERVER: (5, 10, 20, 30),
    Trouble.With.DESTINATION: (5, 30, 60, 120, 300),
}
# Longer than any attempt: meanwhile nobody else tries.
ATTEMPT = timedelta(seconds=30)


@dataclass(frozen=True)
class Outlook:
    """What a sender knows before it begins: the trouble with the server, and with destinations by their domain."""

    server: Trouble | None
    destinations: dict[str, Trouble]


def look() -> Outlook:
    """What is known to be in trouble just now; one query."""
    troubles = list(Trouble.objects.of_sending())
    return Outlook(
        server=next((each for each in troubles if each.what == Trouble.With.SERVER), None),
        destinations={each.where: each for each in troubles if each.what == Trouble.With.DESTINATION},
    )


def may_try(trouble: Trouble, now: datetime) -> bool:
    """Whether it is time to try again, and nobody else does already: the half-open state."""
    if trouble.hold_until > now:
        return False
    untouched = Trouble.objects.filter(pk=trouble.pk, hold_until=trouble.hold_until)
    return untouched.update(hold_until=now + ATTEMPT) == 1


@transaction.atomic
def failed(what: Trouble.With, where: str, problem: str, now: datetime) -> Trouble:
    """It failed, perhaps once more: leave it alone for longer each time."""
    known = {"since": now, "hold_until": now, "times": 0}
    trouble, _new = Trouble.objects.select_for_update().get_or_create(what=what, where=where, defaults=known)
    trouble.times += 1
    waits = WAITS[what]
    trouble.hold_until = now + timedelta(seconds=waits[min(trouble.times, len(waits)) - 1])
    trouble.problem = made_storable(without_addresses(problem), max_length=2000)
    trouble.save(update_fields=["times", "hold_until", "problem"])
    log.warning("%s: left alone until %s: %s", trouble, trouble.hold_until.isoformat(), problem)
    return trouble


def well(what: Trouble.With, where: str = "") -> None:
    """It answers again."""
    if Trouble.objects.filter(what=what, where=where).delete()[0]:
        log.info("%s: well again", f"{what} {where}".strip())


@transaction.atomic
def tell_again(what: Trouble.With, problem: str, *, now: datetime, after: timedelta) -> bool:
    """Whether staff should be told of a trouble: it is new, or goes on so long after they last were."""
    known = {"since": now, "hold_until": now + after, "problem": made_storable(problem, max_length=2000)}
    trouble, new = Trouble.objects.get_or_create(what=what, where="", defaults=known)
    if new:
        return True
    late = Trouble.objects.filter(pk=trouble.pk, hold_until__lte=now)
    return late.update(hold_until=now + after, times=F("times") + 1) == 1
