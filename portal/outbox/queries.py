"""Reads: what was given up, in words for the staff who look after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.outbox.models import Errand, Mail

SHOWN = 30


@dataclass(frozen=True)
class GivenUp:
    """A row that was tried often enough: which form field names it, what it was, why it failed, since when."""

    field: str
    pk: int
    title: str
    problem: str
    attempts: int
    since: datetime


def count_given_up(user: Any) -> int:
    """How many rows wait for a person."""
    errands = Errand.objects.visible_to(user).given_up().count()
    return errands + Mail.objects.visible_to(user).given_up().count()


def given_up(user: Any, *, limit: int = SHOWN) -> list[GivenUp]:
    """The oldest of them, errands and mails together."""
    errands = Errand.objects.visible_to(user).given_up().select_related("fact").order_by("fact__at", "pk")[:limit]
    mails = Mail.objects.visible_to(user).given_up().order_by("created_at", "pk")[:limit]
    rows = [_of_errand(errand) for errand in errands] + [_of_mail(mail) for mail in mails]
    return sorted(rows, key=lambda row: (row.since, row.field, row.pk))[:limit]


def _of_errand(errand: Errand) -> GivenUp:
    title = _("%(fact)s for %(subscriber)s") % {"fact": errand.fact.name, "subscriber": errand.subscriber}
    return GivenUp("errand", errand.pk, title, errand.problem, errand.attempts, errand.fact.at)


def _of_mail(mail: Mail) -> GivenUp:
    title = _("Mail to %(address)s") % {"address": mail.address}
    return GivenUp("mail", mail.pk, title, mail.problem, mail.attempts, mail.created_at)
