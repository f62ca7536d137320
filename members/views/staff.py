"""What staff decide about members: who is suspended."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import operations, queries
from members.forms import ReasonForm
from members.models import Profile, User
from members.rules import may_suspend
from portal.core.access import visible_or_404
from portal.core.policies import STAFF


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
