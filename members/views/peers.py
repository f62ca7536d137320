"""Peers like you, and what one allows others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.introductions.queries import open_asks
from members.introductions.rules import OPEN_AT_ONCE
from members.models import Profile
from members.peers import queries
from members.reach import operations
from members.reach.forms import ContactForm
from members.reach.queries import blocked_by, choices_of, lets_providers_in
from members.seen import see_card
from portal.core.access import visible_or_404
from portal.core.policies import MEMBER


@MEMBER
def peers(request: HttpRequest) -> HttpResponse:
    """`/members/peers/`: people like oneself, why, and what to send them."""
    now, profile = timezone.now(), queries.own(request.user)
    if profile is None:
        return redirect("members:edit")
    around = queries.peers_of(profile, now)
    context = {
        "around": around,
        "gaps": queries.gaps(around.me),
        "aside": queries.set_aside_by(request.user),
        "places_left": max(0, OPEN_AT_ONCE - open_asks(request.user, now)),
        "me": see_card(profile, request.user),
    }
    return render(request, "members/peers.html", context)


@require_POST
@MEMBER
def not_now(request: HttpRequest, handle: str) -> HttpResponse:
    """Somebody is suggested no more; nobody hears of it."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    operations.set_aside(other=row.user, by=request.user, at=timezone.now())
    name = row.as_seen_by(request.user).name
    messages.success(
        request, _("%(name)s is set aside. At the end of this page you can take that back.") % {"name": name}
    )
    return redirect("members:peers")


@require_POST
@MEMBER
def again(request: HttpRequest, handle: str) -> HttpResponse:
    """Somebody who was set aside may be suggested again."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    operations.take_back(other=row.user, by=request.user)
    messages.success(
        request, _("Taken back: %(name)s may be suggested again.") % {"name": row.as_seen_by(request.user).name}
    )
    return redirect("members:peers")


@MEMBER
def contact(request: HttpRequest) -> HttpResponse:
    """`/members/me/contact/`: how others reach one, and whom one does not want to hear from."""
    form = ContactForm(request.POST or None, instance=choices_of(request.user))
    if request.method == "POST" and form.is_valid():
        operations.choose(**form.cleaned_data, by=request.user)
        messages.success(request, _("Your choices are saved."))
        return redirect("members:contact")
    context = {"form": form, "blocked": blocked_by(request.user), "lets_providers_in": lets_providers_in(request.user)}
    return render(request, "members/contact.html", context)


@require_POST
@MEMBER
def block(request: HttpRequest, handle: str) -> HttpResponse:
    """Hear no more from somebody; they are told nothing."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    operations.block(other=row.user, by=request.user, at=timezone.now())
    messages.success(
        request, _("You hear no more from %(name)s. They are not told.") % {"name": row.as_seen_by(request.user).name}
    )
    return redirect("members:contact")


@require_POST
@MEMBER
def unblock(request: HttpRequest, handle: str) -> HttpResponse:
    """Take a block back."""
    row = visible_or_404(Profile.objects.select_related("user"), request.user, handle=handle)
    operations.unblock(other=row.user, by=request.user)
    messages.success(request, _("The block is taken back."))
    return redirect("members:contact")
