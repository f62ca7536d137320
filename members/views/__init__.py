"""The directory, a profile, one's own profile."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from members import filters, queries
from members.directory import MARKS
from members.directory import directory as look_up
from members.models import User
from members.profiles import page
from members.profiles.operations import VIEWS_A_DAY, note_view
from members.reach.doors import reachable
from members.views.joining import waiting
from portal.core.forms import SearchForm
from portal.core.policies import PUBLIC, SIGNED_IN
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
    """`/members/<handle>/`: a person, as the reader may see them; a merged account's address leads on.

    429 for who reads hundreds in a day.
    """
    now = timezone.now()
    row = page.readable(handle, request.user, now)
    if row is None:
        moved = queries.merged_into(handle, request.user)
        if moved is None:
            raise Http404
        return redirect(moved, permanent=True)
    if not note_view(profile=row, viewer=request.user, at=now):
        return render(request, "members/enough_for_today.html", {"limit": VIEWS_A_DAY}, status=429)
    return render(request, "members/profile.html", page.reader_s_page(row, request.user, now))


@SIGNED_IN
def me(request: HttpRequest) -> HttpResponse:
    """`/members/me/`: one's own profile with who sees what; before approval, how the request stands."""
    if request.user.standing == User.Standing.LEAVING:
        return redirect("members:leave")
    if not is_member(request.user):
        return waiting(request)
    row = reachable(queries.own_profiles(request.user), request.user, timezone.now()).first()
    if row is None:
        return redirect("members:edit")
    return render(request, "members/profile.html", page.home_page(row, request.user, timezone.now()))
