"""`/manage/second-factor/`: for members who lost everything that proves their second factor."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.accounts import operations, queries
from members.accounts.staff_forms import ResetFactorForm
from members.models import FactorReset
from members.rules import may_confirm_reset
from portal.core.access import visible_or_404
from portal.core.policies import STAFF


@STAFF
def factor_resets(request: HttpRequest) -> HttpResponse:
    """What waits for a second colleague, and the form that takes a second factor away."""
    form = ResetFactorForm(request.POST or None, by=request.user, initial=queries.meant(request))
    if form.is_valid():
        reset = operations.ask_reset(by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _said(reset))
        return redirect("factor_resets")
    context = {"form": form, "waiting": queries.waiting_resets(request.user)}
    return render(request, "members/factor_resets.html", context, status=422 if form.is_bound else 200)


def _said(reset: FactorReset) -> str:
    words = _("The second factor of %(name)s is reset, and they are told.")
    if reset.done_at is None:
        words = _("A second colleague must confirm this. %(name)s is told that it was asked for.")
    return words % {"name": reset.person.name}


@require_POST
@STAFF
def confirm_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A second colleague has made sure as well."""
    reset = visible_or_404(FactorReset.objects.open().select_related("person"), request.user, pk=pk)
    if not may_confirm_reset(reset, request.user):
        raise Http404
    operations.confirm_reset(reset=reset, by=request.user, at=timezone.now())
    messages.success(request, _said(reset))
    return redirect("factor_resets")


@require_POST
@STAFF
def withdraw_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """It was a mistake, or somebody tried it on."""
    reset = visible_or_404(FactorReset.objects.open().select_related("person"), request.user, pk=pk)
    operations.withdraw_reset(reset=reset, by=request.user, at=timezone.now())
    messages.success(request, _("Nothing was reset."))
    return redirect("factor_resets")
