"""What staff do with requests to join: the queue, one request, and its three answers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.joining import operations, queries
from members.joining.forms import ApproveForm, AskBackForm, RefuseForm
from members.models import JoinRequest
from portal.core.access import visible_or_404
from portal.core.listing import capped_count
from portal.core.policies import STAFF

SHOWN, ASKED_BACK, DECIDED = 20, 15, 10


@STAFF
def join_requests(request: HttpRequest) -> HttpResponse:
    """`/manage/join-requests/`: who waits for staff, the longest first; then for whom staff wait; then what ended."""
    now, rows, back = timezone.now(), queries.waiting_requests(), queries.asked_back_requests()
    context = {
        "asked": queries.asked(rows[:SHOWN], now),
        "more": max(0, capped_count(rows) - SHOWN),
        "asked_back": [(row, queries.age_of(row, now)) for row in back[:ASKED_BACK]],
        "decided": queries.decided_lately()[:DECIDED],
    }
    return render(request, "members/join_requests.html", context)


@STAFF
def join_request(request: HttpRequest, pk: int, status: int = 200, **bound: Any) -> HttpResponse:
    """`/manage/join-requests/<pk>/`: all that is known of one request, and its answers."""
    rows = JoinRequest.objects.select_related("person", "works_at__parent", "invitation", "decided_by")
    row = visible_or_404(rows, request.user, pk=pk)
    asked = queries.asked_about(row, timezone.now())
    forms = {
        "approve": ApproveForm(initial={"organisation": asked.match.organisation, "kind": row.kind}, prefix="approve"),
        "ask": AskBackForm(prefix="ask"),
        "refuse": RefuseForm(prefix="refuse"),
    }
    context = {"asked": asked, "said": queries.thread(row, request.user), **forms, **bound}
    return render(request, "members/join_request.html", context, status=status)


def _decided(request: HttpRequest, pk: int, name: str, form_class: type[Any], said: Any) -> HttpResponse:
    """Carry out one of the three answers, then on to whoever waits next; a mistake stays beside its field."""
    row = visible_or_404(JoinRequest.objects.select_related("person"), request.user, pk=pk)
    form = form_class(request.POST, prefix=name)
    if not form.is_valid():
        return join_request(request, pk, 422, **{name: form})
    operation = {"approve": operations.approve, "ask": operations.ask_back, "refuse": operations.refuse}[name]
    try:
        operation(request=row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.AlreadyDecided as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said % {"name": row.person.name})
    return redirect("members:join-requests")


@require_POST
@STAFF
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody becomes a member."""
    return _decided(request, pk, "approve", ApproveForm, _("%(name)s is a member now."))


@require_POST
@STAFF
def ask_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Something has to be known first."""
    return _decided(request, pk, "ask", AskBackForm, _("%(name)s is asked by mail. The request waits for the answer."))


@require_POST
@STAFF
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody does not become a member, and reads why."""
    return _decided(request, pk, "refuse", RefuseForm, _("%(name)s is told why."))
