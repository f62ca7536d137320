"""The settings: how somebody wants to be told."""

from typing import Any

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.policies import MEMBER, SIGNED_IN
from portal.follows.models import Channel
from portal.notifications import choosing, feeds, operations, rules, wanting
from portal.notifications.forms import WishesForm
from portal.notifications.models import Level

UNPROCESSABLE = 422


@SIGNED_IN
def settings_page(request: HttpRequest) -> HttpResponse:
    """`/settings/notifications/`: preset, times, pause; behind "fine-tune" each kind; levels; the feed."""
    now = timezone.now()
    wishes, today = choosing.wishes_of(request.user), timezone.localdate(now)
    form = WishesForm(request.POST or None, wishes=wishes, today=today)
    if form.is_valid():
        choosing.choose_wishes(**form.cleaned_data, by=request.user, at=now)
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:settings")
    context = {"form": form, "wanting": wanting.wanting(request.user, now), "ways": wanting.ways_offered()}
    context["asked"] = request.GET.get("line", "")  # the line that a mail or notice leads to
    return render(request, "notifications/settings.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@SIGNED_IN
def choose_ways(request: HttpRequest) -> HttpResponse:
    """`/settings/notifications/kinds/`: the matrix; with `preset` everything as the preset has it again."""
    if "preset" in request.POST:
        choosing.follow_preset(by=request.user)
        messages.success(request, _("Every kind is told as your preset has it."))
    else:
        ways = {name.removeprefix("way-"): way for name, way in request.POST.items() if name.startswith("way-")}
        choosing.choose_ways(ways=ways, by=request.user, at=timezone.now())
        messages.success(request, _("Your choice is saved."))
    return redirect(reverse("notifications:settings") + "#fine-tune")


@require_POST
@SIGNED_IN
def lift_brake(request: HttpRequest) -> HttpResponse:
    """`/settings/notifications/brake/`: told again as chosen, after a mail's link had slowed it all down."""
    choosing.put_brake(brake="", by=request.user)
    messages.success(request, _("You are told again as you had chosen."))
    return redirect("notifications:settings")


@require_POST
@MEMBER
def level(request: HttpRequest, pk: int) -> HttpResponse:
    """`/notifications/level/<channel>/`: everything, normal or muted, for the thing or one `thread` in it."""
    channel, chosen = visible_or_404(Channel, request.user, pk=pk), request.POST.get("level", "")
    thread = request.POST.get("thread", "")
    if chosen in Level.Choice.values and rules.is_thread(thread):
        operations.set_level(channel=channel, thread=thread, level=chosen, by=request.user, at=timezone.now())
        messages.success(request, _said(channel, chosen, thread))
    return redirect(_back(request, channel))


@require_POST
@MEMBER
def feed_key(request: HttpRequest) -> HttpResponse:
    """`/settings/notifications/feed/`: a new address for one's own feed, told once; with `end` the old one ends."""
    if "end" in request.POST:
        feeds.end_key(by=request.user)
        messages.success(request, _("The address of your feed leads nowhere now."))
        return redirect(reverse("notifications:settings") + "#feed")
    address = site.SITE_URL + reverse("notifications:feed", args=[feeds.make_key(by=request.user, at=timezone.now())])
    return render(request, "notifications/feed_key.html", {"address": address})


def _said(channel: Channel, chosen: str, thread: str) -> str:
    words: dict[str, Any] = {
        Level.Choice.EVERYTHING: _("You get a mail for everything in %(thing)s."),
        Level.Choice.NORMAL: _("You are told of %(thing)s as your settings have it."),
        Level.Choice.MUTED: _("You hear nothing more of %(thing)s."),
    }
    return words[chosen] % {"thing": _("this conversation") if thread else f"“{channel.title}”"}


def _back(request: HttpRequest, channel: Channel) -> str:
    """Where the click came from, when that is a place of ours; otherwise the thing itself."""
    wanted = request.POST.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else channel.url
