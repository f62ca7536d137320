"""Invitations: one's own, and all of them for staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.invitations import operations, queries
from members.invitations.forms import InviteForm
from members.models import Invitation
from portal.core.access import visible_or_404
from portal.core.policies import MEMBER, STAFF


@MEMBER
def invitations(request: HttpRequest) -> HttpResponse:
    """`/members/me/invitations/`: invite somebody, and how one's own invitations stand."""
    form = InviteForm(request.POST or None, by=request.user)
    now = timezone.now()
    if form.is_valid():
        try:
            operations.invite(by=request.user, at=now, **form.cleaned_data)
        except operations.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The invitation is sent."))
            return redirect("members:invitations")
    context = {"form": form, "sent": queries.sent_by(request.user, now), "left": queries.left_today(request.user, now)}
    return render(request, "members/invitations.html", context, status=422 if form.is_bound else 200)


@require_POST
@MEMBER
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation once more, with a new link."""
    row = visible_or_404(Invitation, request.user, pk=pk)
    try:
        operations.invite_again(invitation=row, by=request.user, at=timezone.now())
    except operations.NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The invitation is sent again. The link in the first mail no longer works."))
    return redirect(_list_of(row, request))


@require_POST
@MEMBER
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    row = visible_or_404(Invitation, request.user, pk=pk)
    operations.withdraw(invitation=row, by=request.user, at=timezone.now())
    messages.success(request, _("The invitation is taken back. Its link no longer works."))
    return redirect(_list_of(row, request))


def _list_of(row: Invitation, request: HttpRequest) -> str:
    return "members:invitations" if row.inviter_id == request.user.pk else "members:all-invitations"


@STAFF
def all_invitations(request: HttpRequest) -> HttpResponse:
    """`/manage/invitations/`: who has invited whom."""
    return render(request, "members/all_invitations.html", {"sent": queries.sent_by_all(request.user, timezone.now())})
