"""What happens to letters. Neither names nor text are in them."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("members.LetterSent")
@dataclass(frozen=True)
class LetterSent:
    """A member wrote to another through the portal."""

    letter_id: int
    sender_id: int
    person_id: int


@fact("members.WritingReported")
@dataclass(frozen=True)
class WritingReported:
    """A member showed staff what another wrote to them."""

    report_id: int
