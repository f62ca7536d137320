"""Writes of a first visit; what its steps are about is written by whoever owns it."""

from datetime import datetime

from django.db import transaction

from members.models import FirstVisit, User
from members.welcome.queries import ORDER, to_come


@transaction.atomic
def settle(*, step: str, outcome: str, by: User, at: datetime) -> FirstVisit:
    """A step is done or skipped; the last one finishes the visit. Done stays done when it is skipped later."""
    visit, _made = FirstVisit.objects.select_for_update().get_or_create(person=by, defaults={"begun_at": at})
    if step in ORDER and getattr(visit, step) != FirstVisit.Outcome.DONE:
        setattr(visit, step, outcome)
    if visit.finished_at is None and not to_come(visit):
        visit.finished_at = at
    visit.save()
    return visit
