"""What the pages for staff show: figures and rows, with the words around them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.core.cards import Tab
from portal.core.listing import query_url
from portal.outbox import queries
from portal.outbox.forms import FilterForm
from portal.outbox.models import Trouble
from portal.outbox.sweeping import all_sweeps


@dataclass(frozen=True)
class Choice:
    """A cause that can be chosen, or taken away: what it says, and how many rows it has."""

    label: str
    url: str
    chosen: bool
    count: int


@dataclass(frozen=True)
class Kept:
    """What one sweep removes, after how many days, when it last ran and how much it has removed."""

    what: Any
    days: int
    at: datetime | None
    removed: int


def state(user: Any, *, now: datetime) -> dict[str, Any]:
    """The page "Mail and errands"."""
    troubles, waiting = queries.troubles(user), queries.waiting(user, now=now)
    errands = queries.errands_due(user, now=now)
    return {
        "server": next((each for each in troubles if each.what == Trouble.With.SERVER), None),
        "destinations": [each for each in troubles if each.what == Trouble.With.DESTINATION],
        "waiting": waiting,
        "late": bool(waiting.oldest and now - waiting.oldest > queries.DELAYED_AFTER),
        "stats": [
            (waiting.sent, _("mails sent since yesterday")),
            (waiting.due, _("due now")),
            (waiting.put_off, _("put off, and tried again by themselves")),
            (waiting.refused, _("refused by the other side since yesterday")),
            (errands, _("errands due now")),
        ],
        "kept": _kept(user),
    }


def _kept(user: Any) -> list[Kept]:
    runs = queries.sweep_runs(user)
    return [
        Kept(each.what, each.kept_days, run.at if run else None, run.removed if run else 0)
        for each in all_sweeps()
        for run in [runs.get(each.name)]
    ]


def given_up(user: Any, params: QueryDict) -> dict[str, Any]:
    """The page of what was given up, narrowed by what the address says."""
    chosen = FilterForm(params).chosen()
    rows = queries.given_up_rows(user, **chosen)
    everything = queries.given_up_rows(user, what=chosen["what"])
    return {
        "rows": queries.given_up(user, **chosen),
        "total": sum(each.count() for each in rows.values()),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "tabs": [
            Tab(label=label, url=query_url(params, what=value or None, cause=None), current=chosen["what"] == value)
            for value, label in (("", _("All")), (queries.MAILS, _("Mails")), (queries.ERRANDS, _("Errands")))
        ],
        "causes": [
            Choice(each.words, query_url(params, cause=None if on else each.name), on, each.count)
            for each in queries.causes(*everything.values())
            for on in [each.name == chosen["cause"]]
        ],
    }
