"""The list of notices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.policies import SIGNED_IN
from portal.notifications import operations, queries
from portal.notifications.lines import lines
from portal.notifications.listing import listing
from portal.notifications.models import Notification


@SIGNED_IN
def notices(request: HttpRequest) -> HttpResponse:
    """`/notifications/`: what happened, newest first, by day and thing; `unread=1` and `area=cases` filter."""
    return render(request, "notifications/list.html", listing(request.user, request.GET))


@SIGNED_IN
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """`/notifications/<id>/`: on to what it tells of; it counts as read."""
    notice = visible_or_404(Notification.objects.select_related("fact", "channel"), request.user, pk=pk)
    operations.mark_read(notices=[notice], at=timezone.now())
    return redirect(lines([notice])[0].url)


@require_POST
@SIGNED_IN
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """`/notifications/<id>/read/`: this one is read; back to the list as it was."""
    notice = visible_or_404(Notification, request.user, pk=pk)
    operations.mark_read(notices=[notice], at=timezone.now())
    return redirect(queries.list_url(request.GET))


@require_POST
@SIGNED_IN
def read_all(request: HttpRequest) -> HttpResponse:
    """`/notifications/read/`: everything is read, or everything of the `area` that is shown."""
    kinds = queries.kinds_of(request.GET.get("area", ""))
    operations.mark_all_read(by=request.user, at=timezone.now(), kinds=kinds)
    messages.success(request, _("Everything here is marked as read."))
    return redirect(queries.list_url(request.GET))
