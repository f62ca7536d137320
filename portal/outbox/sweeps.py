"""What the outbox need not keep, and the sessions of the framework, which has nobody else to do it."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.outbox.models import Errand, Mail, Trouble
from portal.outbox.sweeping import sweeps


@sweeps("outbox.mails", what=_("Mails that were sent, refused or not wanted"), days=90)
def settled_mails(before: datetime) -> QuerySet[Any]:
    """The row only: the text was forgotten when it went out."""
    sent = Q(state=Mail.State.SENT, sent_at__lt=before)
    return Mail.objects.filter(sent | Q(state__in=[Mail.State.SUPPRESSED, Mail.State.BOUNCED], due_at__lt=before))


def _forget(mails: QuerySet[Any]) -> None:
    mails.update(state=Mail.State.SUPPRESSED, raw="")


@sweeps(
    "outbox.given-up-mails", what=_("The text of mails that were given up, and nobody saw to"), days=30, remove=_forget
)
def given_up_mails(before: datetime) -> QuerySet[Any]:
    """News of last month is none, and a sign-in code least of all."""
    return Mail.objects.given_up().filter(due_at__lt=before)


@sweeps("outbox.errands", what=_("Errands that are done; the facts themselves stay"), days=90)
def settled_errands(before: datetime) -> QuerySet[Any]:
    """The same fact recorded again makes no new ones: facts have keys."""
    return Errand.objects.filter(state__in=[Errand.State.DONE, Errand.State.DROPPED], due_at__lt=before)


@sweeps("outbox.troubles", what=_("Destinations that stalled, and were written to no more"), days=1)
def old_troubles(before: datetime) -> QuerySet[Any]:
    """A destination is well again when it answers; one that nobody writes to is never asked."""
    return Trouble.objects.filter(what=Trouble.With.DESTINATION, hold_until__lt=before)


@sweeps("sessions", what=_("Sessions that have ended"), days=0)
def ended_sessions(before: datetime) -> QuerySet[Any]:
    """Nobody can go on with them."""
    return Session.objects.filter(expire_date__lt=before)
