"""`/settings/sign-in/`: everything about how one signs in, on one page; and ending sessions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.accounts import queries, sessions
from portal.core.policies import SIGNED_IN


@SIGNED_IN
def security(request: HttpRequest) -> HttpResponse:
    """Password, codes, passkeys, authenticator app, recovery codes, other organisations' accounts, sessions."""
    return render(request, "mfa/index.html", {"security": queries.security_of(request)})


@require_POST
@SIGNED_IN
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """`/settings/sign-in/sessions/<pk>/end/`: signs one other browser out."""
    ended = [each for each in sessions.open_sessions(request.user) if each.pk == pk]
    if not ended:
        raise Http404
    sessions.end(ended)
    messages.success(request, _("That browser is signed out."))
    return redirect("mfa_index")


@require_POST
@SIGNED_IN
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """`/settings/sign-in/sessions/end/`: signs every other browser out."""
    sessions.end_others(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("mfa_index")
