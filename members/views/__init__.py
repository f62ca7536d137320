"""The directory, a profile, one's own profile."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import filters, operations, queries
from members.directory import MARKS
from members.directory import directory as look_up
from members.forms import AskAgainForm, ProfileForm
from members.models import Profile, User
from members.rules import may_suspend
from portal.core.access import visible_or_404
from portal.core.forms import SearchForm
from portal.core.policies import MEMBER, PUBLIC, SIGNED_IN
from portal.core.rules import is_member


@PUBLIC
def directory(request: HttpRequest) -> HttpResponse:
    """`/members/`: members find members; a visitor sees who chose to be public, and how to join."""
    form = SearchForm(request.GET)
    valid = form.is_valid()
    text = form.cleaned_data["q"] if valid else ""
    chosen = filters.read(request.GET, text=text)
    found = look_up(request.user, chosen, request.GET)
    context = {"form": form, "directory": found, "filters": chosen, "marks": MARKS}
    return render(request, "members/directory.html", context, status=200 if valid else 400)


@PUBLIC
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """`/members/<handle>/`: a person, as the reader may see them; a merged account's address leads on."""
    try:
        row = visible_or_404(Profile.objects.with_everything(), request.user, handle=handle)
    except Http404:
        moved = queries.merged_into(handle, request.user)
        if moved is None:
            raise
        return redirect(moved, permanent=True)
    return render(request, "members/profile.html", _page_of(row, request))


def _page_of(row: Profile, request: HttpRequest) -> dict[str, object]:
    seen = row.as_seen_by(request.user)
    return {
        "seen": seen,
        "record": queries.record_of(row, request.user) if seen.shows_contributions else queries.Record(),
        "similar": queries.similar_to(row, request.user),
        "now": timezone.now(),
        "may_suspend": may_suspend(row.user, request.user),
    }


@SIGNED_IN
def me(request: HttpRequest) -> HttpResponse:
    """`/members/me/`: one's own profile with who sees what; before approval, how the request stands."""
    if request.user.standing == User.Standing.LEAVING:
        return redirect("members:leave")
    if not is_member(request.user):
        asked = queries.latest_request(request.user)
        return render(request, "members/waiting.html", {"asked": asked, "form": AskAgainForm.after(asked)})
    row = queries.own_profile(request.user)
    if row is None:
        return redirect("members:edit")
    return render(request, "members/profile.html", _page_of(row, request) | {"at_home": True})


@MEMBER
def edit(request: HttpRequest) -> HttpResponse:
    """`/members/me/edit/`: what one says about oneself."""
    row = queries.own_profile(request.user)
    form = ProfileForm(request.POST or None, initial=ProfileForm.initial_of(request.user, row))
    if form.is_valid():
        operations.edit_profile(person=request.user, changes=form.changes(), by=request.user, at=timezone.now())
        messages.success(request, _("Your profile is saved."))
        return redirect("members:me")
    return render(request, "members/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@SIGNED_IN
def ask_again(request: HttpRequest) -> HttpResponse:
    """`/members/me/ask-again/`: a new request of somebody who was refused."""
    form = AskAgainForm(request.POST)
    asked = queries.latest_request(request.user)
    if is_member(request.user) or (asked and not asked.decision):
        return redirect("members:me")
    if not form.is_valid():
        return render(request, "members/waiting.html", {"asked": asked, "form": form}, status=422)
    operations.ask_again(person=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Your request is with the programme office."))
    return redirect("members:me")
