"""What happens to the outbox itself, and staff should know."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("outbox.WorkGivenUp")
@dataclass(frozen=True)
class WorkGivenUp:
    """Mails or errands were tried often enough; recorded once for an outbreak, not for each of them."""

    problem: str


@fact("outbox.WorkTakenUp")
@dataclass(frozen=True)
class WorkTakenUp:
    """Somebody of the staff saw to given-up work: had it tried again, or left it undone."""

    rows: int
    again: bool
