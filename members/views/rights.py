"""One's own data: what the portal holds, taking it along, leaving."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import queries
from members.forms import LeaveForm
from members.models import DataExport
from members.operations import NotAllowed
from members.rights import exporting, leaving
from portal.core.access import visible_or_404
from portal.core.personal import all_holdings
from portal.core.policies import SIGNED_IN


@SIGNED_IN
def data(request: HttpRequest) -> HttpResponse:
    """`/settings/data/`: what is held about oneself, and the file with all of it."""
    context = {"export": queries.latest_export(request.user), "holdings": all_holdings(), "now": timezone.now()}
    return render(request, "members/rights/data.html", context)


@require_POST
@SIGNED_IN
def ask_for_export(request: HttpRequest) -> HttpResponse:
    """`/settings/data/export/`: has the file made."""
    try:
        exporting.ask_for_export(by=request.user, at=timezone.now())
    except exporting.TooSoon as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Your data is being put together. You get a mail when the file is ready."))
    return redirect("members:data")


@SIGNED_IN
@reauthentication_required
def download(request: HttpRequest, pk: int) -> FileResponse:
    """`/settings/data/export/<id>/`: the file, for nobody else."""
    export = visible_or_404(DataExport, request.user, pk=pk)
    if not queries.can_be_fetched(export, timezone.now()):
        raise Http404
    response = FileResponse(export.file.open("rb"), as_attachment=True, filename="my-data.zip")
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}  # type: ignore[attr-defined]
    return response


@SIGNED_IN
@reauthentication_required
def leave(request: HttpRequest) -> HttpResponse:
    """`/settings/leave/`: what leaving means, the choice of credit; for who is leaving, the way back."""
    departure = queries.departure_of(request.user)
    form = LeaveForm(request.POST or None)
    if departure is None and form.is_valid():
        try:
            departure = leaving.leave(by=request.user, at=timezone.now(), **form.cleaned_data)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            update_session_auth_hash(request, request.user)
            return redirect("members:leave")
    context = {"form": form, "departure": departure, "grace": leaving.GRACE, "leads": queries.leads_of(request.user)}
    return render(request, "members/rights/leave.html", context, status=422 if form.errors else 200)


@require_POST
@SIGNED_IN
def stay(request: HttpRequest) -> HttpResponse:
    """`/settings/stay/`: back again."""
    if leaving.stay(by=request.user, at=timezone.now()):
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Good to have you back. Everything is as it was."))
    return redirect("members:me")
