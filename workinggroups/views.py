"""Working groups on the web: the list, a group, its meetings and members, and what its people and staff do."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.cards import Step, Tab
from portal.core.kept import keeps
from portal.core.listing import Page, keyset_page, query_url
from portal.core.policies import MEMBER, PUBLIC, STAFF
from portal.core.rules import is_member, is_staff_member
from portal.discussions import queries as discussion_queries
from portal.discussions import views as discussion_views
from portal.meetings import calendars
from portal.meetings import queries as meeting_queries
from portal.meetings import views as meeting_views
from portal.meetings.feeds import calendar_response, subscribe_url
from portal.meetings.listing import channel_page, tabs
from portal.meetings.models import Meeting
from portal.notifications.operations import read_about
from workinggroups import operations, queries
from workinggroups.forms import AppointForm, CharterForm, NewGroupForm, TermsForm
from workinggroups.models import Membership, WorkingGroup


def _group(request: HttpRequest, slug: str) -> Any:
    rows = WorkingGroup.objects.select_related("channel").with_viewer(request.user)
    return visible_or_404(rows, request.user, slug=slug)


def _subnav(group: WorkingGroup, user: Any, current: str, number: int) -> list[Tab]:
    """The places of a group; its members are shown to members."""
    places = [
        ("group", _("Overview"), ""),
        ("meetings", _("Meetings"), "meetings/"),
        ("discussion", _("Discussion"), "discussion/"),
    ]
    if is_member(user):
        places.append(("members", _("Members (%(n)d)") % {"n": number}, "members/"))
    root = group.get_absolute_url()
    return [Tab(label=label, url=root + path, current=name == current) for name, label, path in places]


def _may_edit(group: Any, user: Any) -> bool:
    return is_staff_member(user) or group.my_role == Membership.Role.LEAD


def _calendar(group: WorkingGroup) -> dict[str, Any]:
    """Where the calendar is; programs can subscribe only to what is public, since they do not sign in."""
    path = f"{group.get_absolute_url()}calendar.ics"
    public = group.audience == WorkingGroup.Audience.PUBLIC
    return {"calendar_url": path, "webcal_url": subscribe_url(path), "subscribe": public}


@PUBLIC
def groups(request: HttpRequest) -> HttpResponse:
    """`/groups/`: every group one may see."""
    cards = queries.all_groups(request.user, timezone.now())
    zone = meeting_queries.viewer_zone(request.user)
    return render(request, "workinggroups/list.html", {"groups": cards, "zone": zone})


@PUBLIC
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/`: charter, next meeting, leads, products."""
    found = _group(request, slug)
    read_about(channel=found.channel, by=request.user, at=timezone.now(), news=found.hears_news)
    overview = queries.overview(found, request.user, timezone.now())
    subnav = _subnav(found, request.user, "group", overview.balance.total)
    return render(request, "workinggroups/group.html", {"group": found, "overview": overview, "subnav": subnav})


@PUBLIC
def meetings(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/meetings/`: what comes, and with `when=past` what was."""
    found = _group(request, slug)
    page, months, past = channel_page(request.user, request.GET, timezone.now(), found.channel)
    number = queries.member_count(found)
    context = {
        "group": found,
        "page": page,
        "months": months,
        "past": past,
        "zone": meeting_queries.viewer_zone(request.user),
        "tabs": tabs(request.GET, past=past),
        "may_edit": _may_edit(found, request.user),
        "subnav": _subnav(found, request.user, "meetings", number),
        **_calendar(found),
    }
    return render(request, "workinggroups/meetings.html", context)


@PUBLIC
def next_meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/meetings/next/`: an address that always leads to the next meeting."""
    found = _group(request, slug)
    meeting = meeting_queries.next_meeting(found.channel, request.user, timezone.now())
    if meeting is not None:
        return redirect(meeting)
    subnav = _subnav(found, request.user, "meetings", queries.member_count(found))
    root = found.get_absolute_url()
    steps = [Step(label=_("All meetings"), url=f"{root}meetings/?when=past")]
    if _may_edit(found, request.user):
        steps.append(Step(label=_("New meeting"), url=f"{root}meetings/new/", tone="", icon="plus"))
    context = {"group": found, "subnav": subnav, "steps": steps}
    return render(request, "workinggroups/no_next_meeting.html", context)


@PUBLIC
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/calendar.ics`: the group's meetings, for whoever may see the group."""
    found = _group(request, slug)
    rows = Meeting.objects.visible_to(request.user).filter(channel=found.channel)
    body = calendars.calendar(calendars.for_feed(rows, timezone.now()), name=found.title)
    return calendar_response(request, body, filename=f"{found.slug}.ics")


@MEMBER
def new_meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/meetings/new/`: arrange a meeting, for leads and staff."""
    return meeting_views.write(request, _group(request, slug).channel)


@PUBLIC
def discussion(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/discussion/`: what the group discusses, the thread written in last first."""
    found = _group(request, slug)
    context = {
        "group": found,
        "page": discussion_queries.of_channel(found.channel, request.user, request.GET),
        "zone": meeting_queries.viewer_zone(request.user),
        "may_open": _may_talk(found, request.user),
        "readers": discussion_queries.readers_of(found.channel, members_only=False),
        "subnav": _subnav(found, request.user, "discussion", queries.member_count(found)),
    }
    return render(request, "workinggroups/discussion.html", context)


def _may_talk(group: Any, user: Any) -> bool:
    """Those who belong to a group that is not closed, and staff."""
    belongs = bool(group.my_role) or is_staff_member(user)
    return is_member(user) and belongs and group.state != WorkingGroup.State.CLOSED


@MEMBER
@keeps("title", "body")
def new_thread(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/discussion/new/`: open a discussion, for those who belong to the group."""
    found = _group(request, slug)
    if found.state == WorkingGroup.State.CLOSED:
        raise Http404
    return discussion_views.write(request, found.channel, seated_only=True)


@MEMBER
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/members/`: who belongs to the group, leads first."""
    found = _group(request, slug)
    rows, page = _roster_page(request, found)
    context = {
        "group": found,
        "people": queries.people(rows, request.user),
        "balance": queries.balances([found.pk]).get(found.pk, queries.Balance()),
        "page": page,
        "appoints": is_staff_member(request.user),
    }
    subnav = _subnav(found, request.user, "members", context["balance"].total)
    return render(request, "workinggroups/members.html", {**context, "subnav": subnav})


def _roster_page(request: HttpRequest, found: WorkingGroup) -> tuple[list[Membership], Page]:
    """Leads first, then by name; forty to a page."""
    order = ("role", "user__profile__sort_name", "id")
    rows, cursor = keyset_page(queries.roster(found, request.user), order=order, params=request.GET, size=40)
    further = query_url(request.GET, after=cursor) if cursor else ""
    return rows, Page(rows=rows, total=len(rows), next_url=further, first_url="?" if request.GET.get("after") else "")


@require_POST
@MEMBER
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/join/`: belong to the group from now on."""
    found = _group(request, slug)
    try:
        operations.join(group=found, kind=queries.kind_of(request.user), by=request.user, at=timezone.now())
        messages.success(request, _("You belong to “%(title)s” now.") % {"title": found.title})
    except operations.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


def _question(found: WorkingGroup) -> dict[str, Any]:
    private = found.audience == WorkingGroup.Audience.PRIVATE
    return {
        "title": _("Leave “%(title)s”?") % {"title": found.title},
        "question": _("You will no longer hear of its meetings, and see no joining links."),
        "detail": _("It is private: only staff can let you in again.") if private else _("You can join again."),
        "button": _("Leave the group"),
        "cancel_url": found.get_absolute_url(),
        "hidden": [("sure", "1")],
    }


@require_POST
@MEMBER
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/leave/`: belong to it no longer, after one question."""
    found = _group(request, slug)
    if request.POST.get("sure") != "1":
        return render(request, "core/confirm.html", _question(found))
    try:
        operations.leave(group=found, by=request.user, at=timezone.now())
        messages.success(request, _("You left “%(title)s”.") % {"title": found.title})
    except operations.NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    still = WorkingGroup.objects.visible_to(request.user).filter(pk=found.pk).exists()
    return redirect(found if still else "workinggroups:list")


@MEMBER
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/edit/`: purpose and charter for leads, and the terms for staff."""
    rows = WorkingGroup.objects.select_related("channel").editable_by(request.user)
    found = visible_or_404(rows, request.user, slug=slug)
    form_class = TermsForm if is_staff_member(request.user) else CharterForm
    form = form_class(request.POST or None, initial={name: getattr(found, name) for name in form_class.base_fields})
    current = None
    if form.is_valid():
        try:
            return _revised(request, found, form)
        except operations.Conflict as conflict:
            current = conflict.current
            form = form_class({**request.POST.dict(), "version": current.version})
    return render(request, "workinggroups/edit.html", {"group": found, "form": form, "current": current})


def _revised(request: HttpRequest, found: WorkingGroup, form: Any) -> HttpResponse:
    said = form.cleaned_data
    operations.revise(
        group=found,
        purpose=said["purpose"],
        charter=said["charter"],
        version=said["version"] or 0,
        terms=form.terms() if isinstance(form, TermsForm) else None,
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, _("The charter is saved."))
    return redirect(found)


@STAFF
def new_group(request: HttpRequest) -> HttpResponse:
    """`/groups/new/`: charter a group with its first lead."""
    usual = {"audience": "public", "state": "active", "takes_providers": True}
    form = NewGroupForm(request.POST or None, initial=usual)
    if form.is_valid():
        try:
            return _chartered(request, form)
        except IntegrityError:  # somebody took the address a moment ago
            form.add_error("slug", _("This address is taken."))
    return render(request, "workinggroups/new.html", {"form": form})


def _chartered(request: HttpRequest, form: NewGroupForm) -> HttpResponse:
    said, now = form.cleaned_data, timezone.now()
    made = operations.charter_group(
        terms=form.terms(),
        chartered_on=now.date(),
        by=request.user,
        at=now,
        **{name: said[name] for name in ("slug", "purpose", "charter", "lead")},
    )
    messages.success(request, _("“%(title)s” is chartered.") % {"title": made.title})
    return redirect(made)


@STAFF
def appoint(request: HttpRequest, slug: str) -> HttpResponse:
    """`/groups/<slug>/appoint/`: give somebody a role in the group."""
    found = _group(request, slug)
    form = AppointForm(request.POST or None, initial={"role": Membership.Role.MEMBER})
    if form.is_valid():
        said = form.cleaned_data
        try:
            operations.appoint(group=found, user=said["person"], role=said["role"], by=request.user, at=timezone.now())
        except operations.NotPossible as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, _("%(name)s is appointed.") % {"name": said["person"].name})
            return redirect("workinggroups:members", slug=found.slug)
    return render(request, "workinggroups/appoint.html", {"group": found, "form": form})


@require_POST
@STAFF
def dismiss(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`/groups/<slug>/members/<id>/end/`: end somebody's membership."""
    found = _group(request, slug)
    row = queries.roster(found, request.user).filter(user_id=pk).first()
    if row is None:
        raise Http404
    try:
        operations.dismiss(group=found, user=row.user, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s no longer belongs to the group.") % {"name": row.user.name})
    except operations.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect("workinggroups:members", slug=found.slug)
