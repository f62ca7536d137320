"""The list of notices, the settings, and the link in every mail that stops its kind."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.access import visible_or_404
from portal.core.listing import keyset_page, query_url
from portal.core.policies import PUBLIC, SIGNED_IN
from portal.notifications import operations, queries
from portal.notifications.kinds import kind_called
from portal.notifications.lines import lines
from portal.notifications.mail import read_token
from portal.notifications.models import Notification


@SIGNED_IN
def notices(request: HttpRequest) -> HttpResponse:
    """`/notifications/`: what happened, newest first."""
    rows, cursor = keyset_page(queries.notices(request.user), order=("-at", "-pk"), params=request.GET)
    next_url = query_url(request.GET, after=cursor) if cursor else ""
    return render(request, "notifications/list.html", {"lines": lines(rows), "next_url": next_url})


@SIGNED_IN
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """`/notifications/<id>/`: on to what it tells of; it counts as read."""
    notice = visible_or_404(Notification.objects.select_related("fact"), request.user, pk=pk)
    operations.mark_read(notices=[notice], at=timezone.now())
    return redirect(lines([notice])[0].url)


@require_POST
@SIGNED_IN
def read_all(request: HttpRequest) -> HttpResponse:
    """`/notifications/read/`: everything is read."""
    operations.mark_all_read(by=request.user, at=timezone.now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("notifications:list")


@SIGNED_IN
def settings_page(request: HttpRequest) -> HttpResponse:
    """`/settings/notifications/`: which kinds come by mail."""
    if request.method == "POST":
        operations.choose_all(by_mail=set(request.POST.getlist("by_mail")), by=request.user)
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:settings")
    return render(request, "notifications/settings.html", {"choices": queries.choices(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # RFC 8058: mail programs post here without a cookie; the token can do nothing else
@PUBLIC
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every mail: GET shows what would stop, POST stops it, whoever asks and whatever became of them."""
    said = read_token(token)
    kind = kind_called(said["kind"]) if said else None
    if said is None or kind is None:
        raise Http404
    if request.method == "POST":
        operations.stop_mail(kind=kind.slug, person_id=said["person"])
    context = {"kind": kind, "stopped": request.method == "POST"}
    return render(request, "notifications/stop.html", context)
