"""Announcements: staff write, count, send and stop them; members read those that they were told of."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.policies import MEMBER, STAFF
from portal.notifications.announcing import circles, operations, queries
from portal.notifications.announcing.forms import AnnouncementForm
from portal.notifications.announcing.models import Announcement

TEMPLATES = "notifications/announcements"


@MEMBER
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """`/announcements/<id>/`: the whole text, for those who were told of it."""
    announcement = visible_or_404(Announcement.objects.select_related("by"), request.user, pk=pk)
    return render(request, f"{TEMPLATES}/read.html", {"announcement": announcement})


@STAFF
def listed(request: HttpRequest) -> HttpResponse:
    """`/manage/announcements/`: drafts, and what was sent."""
    return render(request, f"{TEMPLATES}/list.html", {"lines": queries.announcements(request.user)})


@STAFF
def new(request: HttpRequest) -> HttpResponse:
    """`/manage/announcements/new/`: write one; nothing is sent by that."""
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        announcement = operations.draft(**form.cleaned_data, by=request.user, at=timezone.now())
        return redirect("notifications:announcement-desk", announcement.pk)
    return render(request, f"{TEMPLATES}/edit.html", {"form": form}, status=422 if form.errors else 200)


@STAFF
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """`/manage/announcements/<id>/edit/`: change a draft."""
    announcement = visible_or_404(Announcement.objects.filter(state="draft"), request.user, pk=pk)
    form = AnnouncementForm(request.POST or None, instance=announcement)
    if request.method == "POST" and form.is_valid():
        operations.redraft(announcement=announcement, **form.cleaned_data, by=request.user, at=timezone.now())
        return redirect("notifications:announcement-desk", pk)
    context = {"form": form, "announcement": announcement}
    return render(request, f"{TEMPLATES}/edit.html", context, status=422 if form.errors else 200)


@STAFF
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """`/manage/announcements/<id>/`: a draft with who would be told, or how far it has got."""
    announcement = visible_or_404(Announcement.objects.select_related("by"), request.user, pk=pk)
    context = {"announcement": announcement, "circle": circles.label_of(announcement.circle)}
    if announcement.state == Announcement.State.DRAFT:
        context["told"] = queries.would_be_told(announcement, by=request.user, at=timezone.now())
        return render(request, f"{TEMPLATES}/confirm.html", context)
    context["progress"] = queries.progress(announcement)
    return render(request, f"{TEMPLATES}/progress.html", context)


@require_POST
@STAFF
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """`/manage/announcements/<id>/send/`: the circle is told."""
    announcement = visible_or_404(Announcement, request.user, pk=pk)
    try:
        operations.send(announcement=announcement, by=request.user, at=timezone.now())
    except operations.NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is on its way."))
    return redirect("notifications:announcement-desk", pk)


@require_POST
@STAFF
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """`/manage/announcements/<id>/stop/`: whoever it has not reached is not told."""
    announcement = visible_or_404(Announcement, request.user, pk=pk)
    try:
        operations.stop(announcement=announcement, by=request.user, at=timezone.now())
    except operations.NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is stopped. No further mail of it goes out."))
    return redirect("notifications:announcement-desk", pk)
