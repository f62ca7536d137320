"""The links in mails and feed readers: a token is all that they bring."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.policies import PUBLIC
from portal.notifications import feeds, stopping


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # RFC 8058: mail programs post here without a cookie; the token can do nothing else
@PUBLIC
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every mail: GET shows what can be stopped, POST stops it, whoever asks and whatever became of them.

    POST with `scope` stops that much, without it what a mail program means by unsubscribing; with `undo` it is put
    back.
    """
    said = stopping.read_token(token)
    if said is None:
        raise Http404
    context = _acted(request, said) if request.method == "POST" else {}
    context |= {"said": said, "scopes": stopping.offered(said), "label": stopping.label(said)}
    response = render(request, "notifications/stop.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _acted(request: HttpRequest, said: stopping.Said) -> dict[str, object]:
    now = timezone.now()
    if "undo" in request.POST:
        return {"undone": stopping.undo(token=request.POST["undo"], said=said, at=now)}
    scope = stopping.scope_called(request.POST.get("scope", ""), said)
    return {"stopped": scope, "undo": stopping.stop(said=said, scope=scope, at=now)}


@require_safe
@PUBLIC
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """`/feeds/me/<key>/`: the feed of whoever the key belongs to, as they stand now."""
    person = feeds.owner_of(token)
    if person is None:
        raise Http404
    response = feeds.feed(person)
    response["Cache-Control"] = "private, no-store"
    return response
