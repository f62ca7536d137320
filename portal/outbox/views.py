"""`/dev/mail/`: the captured mail of a machine without a mail server."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from portal.core.policies import PUBLIC
from portal.outbox.capture import captured, find


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
