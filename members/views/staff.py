"""What staff decide about people: who joins, who is suspended."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import operations, queries
from members.forms import ApproveForm, ReasonForm
from members.models import JoinRequest, Profile, User
from members.rules import may_suspend
from portal.core.access import visible_or_404
from portal.core.listing import capped_count
from portal.core.policies import STAFF

SHOWN = 25


@STAFF
def join_requests(request: HttpRequest, answered: dict[int, dict[str, object]] | None = None) -> HttpResponse:
    """`/manage/join-requests/`: the requests that wait, the oldest first, each with its two answers."""
    waiting = queries.waiting_requests()
    cards = [_card(row) | (answered or {}).get(row.pk, {}) for row in waiting[:SHOWN]]
    context = {"cards": cards, "more": max(0, capped_count(waiting) - SHOWN)}
    return render(request, "members/join_requests.html", context, status=422 if answered else 200)


def _card(row: JoinRequest) -> dict[str, object]:
    meant = queries.organisation_meant(row.organisation, row.person.email)
    approve = ApproveForm(prefix=f"approve-{row.pk}", initial={"organisation": meant, "kind": row.kind})
    refuse_form = ReasonForm(prefix=f"refuse-{row.pk}")
    return {"asked": row, "approve": approve, "refuse": refuse_form, "meant": meant}


@require_POST
@STAFF
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody becomes a member."""
    row = visible_or_404(JoinRequest, request.user, pk=pk)
    form = ApproveForm(request.POST, prefix=f"approve-{pk}")
    if not form.is_valid():
        return join_requests(request, {pk: {"approve": form}})
    try:
        operations.approve(request=row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.AlreadyDecided as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("%(name)s is a member now.") % {"name": row.person.name})
    return redirect("members:join-requests")


@require_POST
@STAFF
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody does not become a member, and reads why."""
    row = visible_or_404(JoinRequest, request.user, pk=pk)
    form = ReasonForm(request.POST, prefix=f"refuse-{pk}")
    if not form.is_valid():
        return join_requests(request, {pk: {"refuse": form}})
    try:
        operations.refuse(request=row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except operations.AlreadyDecided as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("%(name)s is told why.") % {"name": row.person.name})
    return redirect("members:join-requests")


@STAFF
def suspend(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/suspend/`: asks for the reason, then takes the member out."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    if not may_suspend(row.user, request.user):
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        operations.suspend(person=row.user, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("%(name)s is suspended.") % {"name": row.user.name})
        return redirect("members:suspended")
    context = {"form": form, "seen": row.as_seen_by(request.user)}
    return render(request, "members/suspend.html", context, status=422 if form.is_bound else 200)


@STAFF
def suspended(request: HttpRequest) -> HttpResponse:
    """`/manage/suspended/`: who is suspended, since when and why."""
    return render(request, "members/suspended.html", {"people": queries.suspensions(request.user)})


@require_POST
@STAFF
def reinstate(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a suspension back."""
    person = visible_or_404(User, request.user, pk=pk)
    if not may_suspend(person, request.user):
        raise Http404
    operations.reinstate(person=person, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s is a member again.") % {"name": person.name})
    return redirect("members:suspended")
