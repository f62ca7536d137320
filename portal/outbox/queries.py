"""Reads: how the outbox is doing, and what was given up, in words for the staff who look after it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Left, StrIndex
from django.utils.translation import gettext as _

from portal.outbox.models import Errand, Mail, SweepRun, Trouble
from portal.outbox.reasons import in_words

SHOWN = 30
# Whoever waits longer than this for a mail is told on the page that mail is late.
DELAYED_AFTER = timedelta(minutes=10)
MAILS, ERRANDS = "mails", "errands"


@dataclass(frozen=True)
class GivenUp:
    """A row that was tried often enough: which form field names it, what it was, why it failed, since when."""

    field: str
    pk: int
    title: str
    reason: str
    problem: str
    attempts: int
    since: datetime


@dataclass(frozen=True)
class Cause:
    """Why rows were given up, or wait: the exception's name, its words, and how many rows."""

    name: str
    words: str
    count: int


@dataclass(frozen=True)
class Waiting:
    """How much waits to go out: due now and since when, put off with the reasons, and what came of the last day."""

    due: int
    oldest: datetime | None
    put_off: int
    sent: int
    refused: int
    given_up: int
    causes: list[Cause] = field(default_factory=list)


def given_up_rows(user: Any, *, what: str = "", cause: str = "") -> dict[str, QuerySet[Any]]:
    """What this person may see to, narrowed to mails or errands and to one cause; for reading and for acting."""
    errands, mails = Errand.objects.visible_to(user).given_up(), Mail.objects.visible_to(user).given_up()
    if what == MAILS:
        errands = errands.none()
    if what == ERRANDS:
        mails = mails.none()
    if cause:
        errands, mails = errands.filter(_is(cause)), mails.filter(_is(cause))
    return {"errands": errands, "mails": mails}


def _is(cause: str) -> Q:
    return Q(problem=cause) | Q(problem__startswith=f"{cause}:")


def count_given_up(user: Any) -> int:
    """How many rows wait for a person."""
    return sum(rows.count() for rows in given_up_rows(user).values())


def given_up(user: Any, *, what: str = "", cause: str = "", limit: int = SHOWN) -> list[GivenUp]:
    """The oldest of them, errands and mails together."""
    chosen = given_up_rows(user, what=what, cause=cause)
    errands = chosen["errands"].select_related("fact").order_by("fact__at", "pk")[:limit]
    mails = chosen["mails"].defer("raw").order_by("created_at", "pk")[:limit]
    rows = [_of_errand(errand) for errand in errands] + [_of_mail(mail) for mail in mails]
    return sorted(rows, key=lambda row: (row.since, row.field, row.pk))[:limit]


def _of_errand(errand: Errand) -> GivenUp:
    said, name = in_words(errand.problem), f"{errand.fact.name} for {errand.subscriber}"
    problem = f"{name}. {errand.problem}"
    return GivenUp("errand", errand.pk, _work(errand), said, problem, errand.attempts, errand.fact.at)


def _work(errand: Errand) -> str:
    """`meetings.AgendaPublished` for `notifications:…` as "Agenda published: to tell people of it"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", errand.fact.name.rpartition(".")[2]).capitalize()
    if errand.subscriber.startswith("notifications:"):
        return _("%(fact)s: to tell people of it") % {"fact": words}
    return _("%(fact)s: %(work)s") % {"fact": words, "work": errand.subscriber.rpartition(".")[2].replace("_", " ")}


def _of_mail(mail: Mail) -> GivenUp:
    title = _("Mail to %(address)s") % {"address": mail.address}
    return GivenUp("mail", mail.pk, title, in_words(mail.problem), mail.problem, mail.attempts, mail.created_at)


def causes(rows: QuerySet[Any], *more: QuerySet[Any]) -> list[Cause]:
    """Why these rows are where they are, the most frequent first."""
    found: Counter[str] = Counter()
    for each in (rows, *more):
        length: Any = StrIndex("problem", Value(":")) - 1
        short = each.order_by().annotate(cause=Left("problem", length, output_field=CharField()))
        for name, count in short.filter(problem__contains=":").values_list("cause").annotate(Count("pk")):
            found[name] += count
    return [Cause(name, in_words(f"{name}:"), count) for name, count in found.most_common()]


def troubles(user: Any) -> list[Trouble]:
    """What keeps mail from going out just now: the server first, then destinations by name."""
    rows = list(Trouble.objects.visible_to(user).of_sending().order_by("where"))
    return sorted(rows, key=lambda trouble: trouble.what != Trouble.With.SERVER)


def waiting(user: Any, *, now: datetime) -> Waiting:
    """The figures of the page "Mail and errands"; one query, and one for the reasons."""
    mails, a_day_ago = Mail.objects.visible_to(user), now - timedelta(days=1)
    due = Q(state__in=Mail.UNSENT, due_at__lte=now)
    put_off = Q(state__in=Mail.UNSENT, due_at__gt=now, attempts__gt=0)
    figures = mails.aggregate(
        due=Count("pk", filter=due),
        oldest=Min("due_at", filter=due),
        put_off=Count("pk", filter=put_off),
        sent=Count("pk", filter=Q(state=Mail.State.SENT, sent_at__gte=a_day_ago)),
        refused=Count("pk", filter=Q(state=Mail.State.BOUNCED, due_at__gte=a_day_ago)),
    )
    return Waiting(**figures, given_up=count_given_up(user), causes=causes(mails.filter(put_off)))


def errands_due(user: Any, *, now: datetime) -> int:
    """How many errands are due and not done yet."""
    return Errand.objects.visible_to(user).filter(state=Errand.State.WAITING, due_at__lte=now).count()


def sweep_runs(user: Any) -> dict[str, SweepRun]:
    """When each sweep last went through, by its name."""
    return {run.name: run for run in SweepRun.objects.visible_to(user)}


def mail_is_delayed(now: datetime) -> bool:
    """Whether the oldest mail that is due waits longer than people should; one look at an index."""
    return Mail.objects.unsent().filter(due_at__lt=now - DELAYED_AFTER).exists()


def waits_since(rows: QuerySet[Any], now: datetime) -> datetime | None:
    """Since when the oldest due row waits; None when nothing is due."""
    return rows.filter(due_at__lte=now).aggregate(oldest=Min(F("due_at")))["oldest"]
