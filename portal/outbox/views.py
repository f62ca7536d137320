"""How mail is doing and what was given up, for staff; and `/dev/mail/`, the mail that a machine only captures."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from portal.core.policies import PUBLIC, STAFF
from portal.outbox import given_up as operations
from portal.outbox import pages
from portal.outbox.capture import captured, find
from portal.outbox.forms import SeeToForm


@STAFF
def state(request: HttpRequest) -> HttpResponse:
    """`/manage/mail/`: whether mail goes out, what waits and why, what is kept."""
    return render(request, "outbox/state.html", pages.state(request.user, now=timezone.now()))


@STAFF
def given_up(request: HttpRequest) -> HttpResponse:
    """`/manage/given-up/`: what failed too often, and why."""
    return render(request, "outbox/given_up.html", pages.given_up(request.user, request.GET))


@require_POST
@STAFF
def try_again(request: HttpRequest) -> HttpResponse:
    """`/manage/given-up/again/`: one row, or all that the filter lets through, is due anew."""
    form = SeeToForm(request.POST, by=request.user)
    if not form.is_valid():
        raise Http404
    count = operations.try_again(**form.rows(), by=request.user, at=timezone.now())
    told = ngettext("%(count)d row is tried again now.", "%(count)d rows are tried again now.", count)
    messages.success(request, told % {"count": count})
    return redirect("outbox:given-up")


@require_POST
@STAFF
def leave_undone(request: HttpRequest) -> HttpResponse:
    """`/manage/given-up/leave/`: one row, or all that the filter lets through, is dropped for good."""
    form = SeeToForm(request.POST, by=request.user)
    if not form.is_valid():
        raise Http404
    count = operations.leave_undone(**form.rows(), by=request.user, at=timezone.now())
    told = ngettext("%(count)d row is left undone.", "%(count)d rows are left undone.", count)
    messages.success(request, told % {"count": count})
    return redirect("outbox:given-up")


@PUBLIC
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest messages."""
    return render(request, "outbox/mailbox.html", {"messages_captured": captured()})


@PUBLIC
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: headers, text, and the HTML in a frame."""
    found = find(name)
    if found is None:
        raise Http404
    return render(request, "outbox/message.html", {"captured": found})


@xframe_options_sameorigin
@PUBLIC
def message_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, as a mail client would show it: no scripts, inline styles allowed."""
    found = find(name)
    if found is None:
        raise Http404
    response = HttpResponse(found.html)
    response._csp_replace = {"style-src": ["'unsafe-inline'"], "script-src": ["'none'"], "img-src": ["'self'"]}  # type: ignore[attr-defined]
    return response
