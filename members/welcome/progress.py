"""Where somebody is in their first visit, for `members/welcome/_progress.html`."""

from dataclasses import dataclass
from typing import Any

from members.models import FirstVisit
from members.welcome.queries import ORDER
from members.welcome.steps import STEPS


@dataclass(frozen=True)
class Mark:
    """One step in the line of steps."""

    slug: str
    number: int
    label: Any
    current: bool
    done: bool
    skipped: bool


def progress(visit: FirstVisit, here: str = "") -> list[Mark]:
    """All steps in their order; `here` is the one on the page."""
    outcome = FirstVisit.Outcome
    return [
        Mark(
            slug=slug,
            number=number,
            label=STEPS[slug].label,
            current=slug == here,
            done=getattr(visit, slug) == outcome.DONE,
            skipped=getattr(visit, slug) == outcome.SKIPPED,
        )
        for number, slug in enumerate(ORDER, 1)
    ]
