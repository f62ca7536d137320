"""What waits for staff in this app: requests to join, what members reported, organisations that members name."""

from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.accounts.queries import waiting_resets
from members.joining.queries import waiting_requests
from members.letters.queries import open_reports
from members.models import FactorReset
from members.organisations.queries import proposals, proposed_rows
from members.roster.queries import open_claims
from portal.desk.queues import Item, Queue, register


def _requests(user: Any, limit: int) -> list[Item]:
    return [
        Item(
            title=request.person.name,
            url=reverse("members:join-request", args=[request.pk]),
            since=request.waits_since,
            detail=f"{request.get_kind_display()}, {request.organisation}",
        )
        for request in waiting_requests()[:limit]
    ]


def _proposals(user: Any, limit: int) -> list[Item]:
    page = reverse("members:organisations")
    return [
        Item(
            title=each.text,
            url=f"{page}#p{each.number}",
            since=each.since,
            detail=ngettext("%(n)d member", "%(n)d members", each.people) % {"n": each.people},
        )
        for each in proposals()[:limit]
    ]


register(
    Queue(
        slug="join-requests",
        label=_("Requests to join"),
        count=lambda user: waiting_requests().count(),
        items=_requests,
        url=reverse_lazy("members:join-requests"),  # type: ignore[arg-type]
        empty=_("Nobody waits for an answer."),
        rows=lambda user: (waiting_requests(),),
    )
)


def _claims(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("members:claims"))
    return [
        Item(title=each.record.name, url=page, since=each.at, detail=f"{each.person.name}: {each.get_wish_display()}")
        for each in open_claims()[:limit]
    ]


register(
    Queue(
        slug="claims",
        label=_("“This is me”"),
        count=lambda user: open_claims().count(),
        items=_claims,
        url=reverse_lazy("members:claims"),  # type: ignore[arg-type]
        empty=_("Nobody has claimed an entry."),
        rows=lambda user: (open_claims(),),
    )
)


def _resets(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("factor_resets"))
    return [
        Item(title=each.reset.person.name, url=page, since=each.reset.asked_at) for each in waiting_resets(user)[:limit]
    ]


def _reports(user: Any, limit: int) -> list[Item]:
    """Only that there is one: the words are read on the page."""
    page = str(reverse_lazy("members:reports"))
    return [
        Item(
            title=_("A message") if report.letter_id else _("The purpose of an introduction"),  # type: ignore[arg-type]
            url=f"{page}#report-{report.pk}",
            since=report.at,
        )
        for report in open_reports()[:limit]
    ]


register(
    Queue(
        slug="factor-resets",
        label=_("Lost second factors to confirm"),
        count=lambda user: FactorReset.objects.visible_to(user).open().count(),
        items=_resets,
        url=reverse_lazy("factor_resets"),  # type: ignore[arg-type]
        empty=_("Nobody waits for a second colleague."),
        rows=lambda user: (FactorReset.objects.visible_to(user).open(),),
    )
)
register(
    Queue(
        slug="proposed-organisations",
        label=_("Organisations that members name"),
        count=lambda user: proposed_rows().count(),
        items=_proposals,
        url=reverse_lazy("members:organisations"),  # type: ignore[arg-type]
        empty=_("Every member’s organisation is in the list."),
        rows=lambda user: (proposed_rows(),),
    )
)
register(
    Queue(
        slug="reports",
        label=_("What members reported"),
        count=lambda user: open_reports().count(),
        items=_reports,
        url=reverse_lazy("members:reports"),  # type: ignore[arg-type]
        empty=_("Nothing is reported."),
        rows=lambda user: (open_reports(),),
    )
)
