"""Follow and leave: one address for everything that can be followed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.policies import MEMBER
from portal.follows import operations
from portal.follows.models import Channel


@require_POST
@MEMBER
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """`/follow/<channel>/` with `want=1` to follow, `want=0` to stop; back to the thing."""
    channel = visible_or_404(Channel, request.user, pk=pk)
    if request.POST.get("want") == "0":
        operations.unfollow(channel=channel, by=request.user)
        messages.success(request, _("You no longer follow “%(title)s”.") % {"title": channel.title})
    else:
        operations.follow(channel=channel, by=request.user, at=timezone.now())
        messages.success(request, _("You follow “%(title)s” and hear when it changes.") % {"title": channel.title})
    return redirect(channel.url)
