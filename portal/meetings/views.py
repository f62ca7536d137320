"""Meetings on the web: the list, one meeting, its calendar file, replies, and what its hosts do.

Views of a group's meetings live with the group; they hand their channel to `write` and `portal.meetings.listing`.
"""

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.policies import MEMBER, PUBLIC
from portal.core.rules import is_staff_member
from portal.follows.models import Channel
from portal.meetings import audiences, calendars, operations, queries, rules
from portal.meetings.editor import Editor
from portal.meetings.feeds import calendar_response, subscribe_url
from portal.meetings.forms import CancelForm, ReplyForm, SummaryForm
from portal.meetings.listing import listing
from portal.meetings.models import Meeting
from portal.meetings.zones import elsewhere
from portal.notifications.operations import read_about


def _seen(user: Any) -> Any:
    return Meeting.objects.select_related("channel").with_viewer(user)


def _hosted(request: HttpRequest, pk: int) -> Meeting:
    """A meeting its viewer may change; the ordinary 404 for everybody else."""
    return visible_or_404(_seen(request.user).editable_by(request.user), request.user, pk=pk)


@PUBLIC
def meetings(request: HttpRequest) -> HttpResponse:
    """`/meetings/`: what comes, and with `when=past` what was; filtered by kind and channel."""
    context = listing(request.user, request.GET, timezone.now())
    return render(request, "meetings/list.html", {**context, "webcal_url": subscribe_url("/calendar.ics")})


@PUBLIC
def meeting(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/`: everything about one meeting, as it stands now."""
    found = visible_or_404(_seen(request.user), request.user, pk=pk)
    if slug != found.slug:
        return redirect(found, permanent=True)
    read_about(channel=found.channel, thread=found.thread, by=request.user, at=timezone.now())
    seen = queries.see(found, request.user, timezone.now())
    form = ReplyForm(initial={"answer": found.my_answer})
    places = elsewhere(found.starts_at, found.zone)
    return render(request, "meetings/meeting.html", {"seen": seen, "meeting": found, "form": form, "places": places})


@PUBLIC
def ics(request: HttpRequest, pk: int) -> HttpResponse:
    """`/meetings/<id>.ics`: the meeting for a calendar; a draft is in no calendar, not even its host's."""
    found = visible_or_404(Meeting.objects.announced().select_related("channel"), request.user, pk=pk)
    body = calendars.calendar([found], name=found.title)
    return calendar_response(request, body, filename=f"{found.slug}.ics")


@PUBLIC
def everything_ics(request: HttpRequest) -> HttpResponse:
    """`/calendar.ics`: the public meetings, the same for everybody who asks."""
    rows = calendars.for_feed(Meeting.objects.visible_to(AnonymousUser()), timezone.now())
    body = calendars.calendar(rows, name=_("Meetings"))
    return calendar_response(request, body, filename="meetings.ics")


@MEMBER
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """`/meetings/<id>/join/`: on to the real link, for those who belong, from 24 hours before until the end."""
    found = visible_or_404(_seen(request.user), request.user, pk=pk)
    seen = queries.see(found, request.user, timezone.now())
    if not seen.belongs or not found.join_url:
        raise Http404
    if not seen.may_join:
        messages.info(request, _("The link works from 24 hours before the meeting until its end."))
        return redirect(found)
    return redirect(found.join_url)


@require_POST
@MEMBER
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """`/meetings/<id>/reply/`: say whether one comes."""
    found = visible_or_404(Meeting, request.user, pk=pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the answers."))
        return redirect(found)
    try:
        operations.reply(meeting=found, answer=form.cleaned_data["answer"], by=request.user, at=timezone.now())
        messages.success(request, _("Your reply is saved."))
    except operations.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


def write(request: HttpRequest, channel: Channel) -> HttpResponse:
    """A new meeting of a channel, for its hosts and staff; called by the feature that owns the channel."""
    if not (is_staff_member(request.user) or Channel.objects.hosted_by(request.user).filter(pk=channel.pk).exists()):
        raise Http404
    return Editor(request, channel).respond()


@MEMBER
def edit(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/edit/`: details and agenda in one form."""
    found = _hosted(request, pk)
    if found.state == rules.CANCELLED:
        messages.info(request, _("A cancelled meeting keeps its page as it was."))
        return redirect(found)
    return Editor(request, found.channel, found).respond()


@MEMBER
def publish(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/publish/`: who will be told, then publish, telling them or quietly."""
    found, now = _hosted(request, pk), timezone.now()
    told = audiences.of_agenda(found, by=request.user, at=now)
    if request.method == "POST":
        return _published(request, found, told)
    seen = queries.see(found, request.user, now, attendance=False)
    return render(request, "meetings/publish.html", {"meeting": found, "seen": seen, "told": told})


def _version(request: HttpRequest) -> int:
    """The version that the page was made from; 0, which no meeting has, for anything else."""
    said = request.POST.get("version", "")
    return int(said) if re.fullmatch("[0-9]{1,9}", said) else 0


def _published(request: HttpRequest, found: Meeting, told: Any) -> HttpResponse:
    tell, version = request.POST.get("tell") == "1", _version(request)
    try:
        operations.publish(meeting=found, version=version, tell=tell, by=request.user, at=timezone.now())
    except operations.Conflict:
        messages.warning(request, _("Somebody changed the meeting while you looked at it. Look once more."))
        return redirect("meetings:publish", pk=found.pk, slug=found.slug)
    except operations.NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    count = told.people if tell else 0
    words = ngettext("Published. %(n)d person will hear of it.", "Published. %(n)d people will hear of it.", count)
    messages.success(request, words % {"n": count} if count else _("Published; nobody was told."))
    return redirect(found)


@MEMBER
def cancel(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/cancel/`: call it off with a reason; the page stays."""
    found, now = _hosted(request, pk), timezone.now()
    if not rules.can_be_cancelled(found, now):
        return redirect(found)
    form = CancelForm(request.POST or None)
    told = audiences.of_cancelling(found, by=request.user, at=now)
    if form.is_valid():
        operations.cancel(meeting=found, reason=form.cleaned_data["reason"], by=request.user, at=now)
        words = ngettext(
            "Cancelled. %(n)d person will hear of it.", "Cancelled. %(n)d people will hear of it.", told.people
        )
        messages.success(request, words % {"n": told.people} if told.people else _("Cancelled; nobody was told."))
        return redirect(found)
    return render(request, "meetings/cancel.html", {"meeting": found, "form": form, "told": told})


@MEMBER
def discard(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/discard/`: throw a draft away, after one question."""
    found = _hosted(request, pk)
    if request.method == "POST":
        return _discarded(request, found)
    context = {
        "title": _("Throw this draft away?"),
        "question": found.title,
        "detail": _("Only hosts have seen it. It cannot be brought back."),
        "button": _("Throw the draft away"),
        "cancel_url": found.get_absolute_url(),
        "hidden": [("version", found.version)],
        "danger": True,
    }
    return render(request, "core/confirm.html", context)


def _discarded(request: HttpRequest, found: Meeting) -> HttpResponse:
    try:
        operations.discard(meeting=found, version=_version(request))
    except (operations.Conflict, operations.NotPossible) as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    messages.success(request, _("The draft is gone."))
    return redirect(found.channel.url)


@MEMBER
def summary(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/meetings/<id>-<slug>/summary/`: write down what came out."""
    found = _hosted(request, pk)
    if not rules.takes_summary(found, timezone.now()):
        raise Http404
    form = SummaryForm(request.POST or None, initial={"summary": found.summary, "version": found.version})
    theirs = ""
    if form.is_valid():
        try:
            return _summed_up(request, found, form)
        except operations.Conflict as conflict:
            theirs = conflict.current.summary
            form = SummaryForm({**form.cleaned_data, "version": conflict.current.version})
    return render(request, "meetings/summary.html", {"meeting": found, "form": form, "theirs": theirs})


def _summed_up(request: HttpRequest, found: Meeting, form: SummaryForm) -> HttpResponse:
    said = form.cleaned_data
    operations.sum_up(
        meeting=found, summary=said["summary"], version=said["version"], by=request.user, at=timezone.now()
    )
    messages.success(request, _("The summary is saved."))
    return redirect(found)
