"""The library, a case, and what staff decide about one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import filters, operations, queries
from cases.alerts import queries as alerts
from cases.forms import ReviewForm, StandingForm
from cases.models import Case
from portal.core.access import visible_or_404
from portal.core.kept import keeps
from portal.core.policies import MEMBER, PUBLIC, STAFF
from portal.discussions import queries as discussions
from portal.discussions import views as discussion_views
from portal.follows.models import Channel
from portal.notifications.operations import read_about


@PUBLIC
def library(request: HttpRequest) -> HttpResponse:
    """`/cases/`: the library with its filters."""
    found = filters.library(request.GET, request.user)
    context = {"library": found, "offer": alerts.offered(request.GET, request.user)}
    return render(request, "cases/library.html", context, status=found.status)


@PUBLIC
def case(request: HttpRequest, slug: str) -> HttpResponse:
    """`/cases/<slug>/`: the case; its teaser; "withdrawn"; or 404, the same for hidden and for missing."""
    found = queries.readable(slug, request.user)
    if found is not None:
        read_about(channel=found.channel, by=request.user, at=timezone.now(), news=found.hears_news)
        return render(request, "cases/case.html", queries.page_of(found, request.user))
    if (teaser := queries.teased(slug, request.user)) is not None:
        return render(request, "cases/teaser.html", {"teaser": queries.teaser_of(teaser)})
    if queries.is_withdrawn_for(slug, request.user):
        return render(request, "410.html", status=410)
    return visible_or_404(Case, request.user, slug=slug)


def _channel(request: HttpRequest, slug: str) -> Channel:
    """The channel of a case that is on the site: of a draft, nothing is discussed."""
    found = visible_or_404(Case, request.user, slug=slug)
    return visible_or_404(Channel, request.user, pk=found.channel_id)


@MEMBER
def discussion(request: HttpRequest, slug: str) -> HttpResponse:
    """`/cases/<slug>/discussion/`: what members ask about the case, the thread written in last first."""
    channel = _channel(request, slug)
    context = {
        "channel": channel,
        "slug": slug,
        "page": discussions.of_channel(channel, request.user, request.GET),
        "zone": request.user.zone,
        "readers": discussions.readers_of(channel, members_only=True),
    }
    return render(request, "cases/discussion.html", context)


@MEMBER
@keeps("title", "body")
def new_thread(request: HttpRequest, slug: str) -> HttpResponse:
    """`/cases/<slug>/discussion/new/`: ask about the case; every member may."""
    return discussion_views.write(request, _channel(request, slug), members_only=True)


@STAFF
def standing(request: HttpRequest, slug: str) -> HttpResponse:
    """`/manage/cases/<slug>/`: archive, withdraw, hide, or lift it."""
    found = visible_or_404(Case.objects.select_related("channel", "standing"), request.user, slug=slug)
    form = StandingForm(request.POST or None, initial=queries.decision_on(found))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["state"] == form.ORDINARY:
            operations.restore(case=found, by=request.user, at=timezone.now())
        else:
            operations.decide(case=found, **said, by=request.user, at=timezone.now())
        messages.success(request, _("Saved. Readers see it from now on."))
        return redirect(found)
    context = {"form": form, "title": str(found), "url": found.get_absolute_url()}
    return render(request, "cases/standing.html", context)


@STAFF
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """`/manage/cases/<slug>/review/`: the draft as readers would see it, and the second person's yes or not yet."""
    found = visible_or_404(Case.objects.select_related("channel"), request.user, slug=slug)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form.cleaned_data):
        return redirect(found if found.live else "desk:desk")
    context = queries.draft_page_of(found, request.user) | {"form": form}
    return render(request, "cases/review.html", context)


def _decided(request: HttpRequest, case: Case, said: dict[str, str]) -> bool:
    """Carry out what the form says; False, with the reasons as messages, when the rules refuse."""
    try:
        if said["verdict"] == ReviewForm.BACK:
            operations.send_back(case=case, comment=said["comment"], by=request.user)
            messages.success(request, _("The case went back with your comment."))
        else:
            quiet = said["verdict"] == ReviewForm.QUIETLY
            operations.approve(case=case, by=request.user, at=timezone.now(), quiet=quiet)
            told = _("The case is published. Those concerned are told.")
            messages.success(request, _("The case is published; nobody was told.") if quiet else told)
    except (PermissionDenied, operations.NothingToReview) as refusal:
        messages.error(request, str(refusal))
        return False
    case.refresh_from_db()
    return True
