"""Discussions on the web: a thread, and what its writers and hosts do.

The list of a channel's discussions belongs to the page of whatever owns the channel, at `<its address>discussion/`.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.core.access import visible_or_404
from portal.core.kept import keeps
from portal.core.policies import MEMBER, PUBLIC
from portal.core.rules import is_signed_in
from portal.discussions import audiences, operations, queries, rules
from portal.discussions.composer import Change, NewThread, Reply, fresh_key
from portal.discussions.forms import PostForm
from portal.discussions.models import Post, Thread, part_of, thread_key
from portal.follows.models import Channel
from portal.notifications.hearing import with_hearing
from portal.notifications.operations import read_about
from portal.notifications.queries import NOBODY


def zone_of(user: Any) -> Any:
    """The zone in which this person reads times; None, which is UTC, for a visitor."""
    return user.zone if is_signed_in(user) else None


def _thread(request: HttpRequest, pk: int) -> Any:
    rows = Thread.objects.select_related("channel", "opened_by").with_viewer(request.user)
    return visible_or_404(rows, request.user, pk=pk)


def _heard_thread(request: HttpRequest, pk: int) -> Any:
    """The same with how much its reader hears of it, and whether anything of it is still unread."""
    rows = Thread.objects.select_related("channel", "opened_by").with_viewer(request.user)
    return visible_or_404(with_hearing(rows, request.user, thread=thread_key(pk)), request.user, pk=pk)


def _post(request: HttpRequest, pk: int, number: int) -> Any:
    return visible_or_404(Post.objects.select_related("author"), request.user, thread=pk, number=number)


@PUBLIC
def thread(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/discussions/<id>-<slug>/`: what was said, twenty posts to a page, and the box to reply."""
    found = _heard_thread(request, pk)
    if slug != found.slug:
        return redirect(found, permanent=True)
    read_about(
        channel=found.channel, thread=found.notices_key, by=request.user, at=timezone.now(), news=found.hears_news
    )
    return render(request, "discussions/thread.html", _page_of(found, request))


def _page_of(found: Any, request: HttpRequest) -> dict[str, Any]:
    """The posts of the page, and the box to reply with who will hear of it, for who may write."""
    seen = queries.see(found, request.user, request.GET)
    writes = seen.may_write and seen.last and not rules.is_closed(found)
    return {
        "thread": found,
        "seen": seen,
        "nav": part_of(found.channel),
        "zone": zone_of(request.user),
        "newest_url": found.url_of(found.last_number),
        "form": PostForm(initial={"key": fresh_key()}) if writes else None,
        "told": audiences.of_reply(found, by=request.user) if writes else NOBODY,
    }


def write(
    request: HttpRequest, channel: Channel, *, seated_only: bool = False, members_only: bool = False
) -> HttpResponse:
    """A new discussion of a channel; called by the feature that owns the channel, which marks its view `@keeps`."""
    if not queries.may_open(channel, request.user, seated_only=seated_only):
        raise Http404
    return NewThread(request, channel, seated_only=seated_only, members_only=members_only).respond()


@MEMBER
@keeps("body", "to")
def reply(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/discussions/<id>-<slug>/reply/`: write a post; `?to=12` answers that one."""
    found = _thread(request, pk)
    if not rules.may_write(found, request.user):
        raise Http404
    if rules.is_closed(found) and request.method != "POST":
        messages.info(request, _("This discussion was closed. It takes no more posts."))
        return redirect(found)
    return Reply(request, found).respond()


@MEMBER
@keeps("body")
def edit(request: HttpRequest, pk: int, slug: str, number: int) -> HttpResponse:
    """`/discussions/<id>-<slug>/<number>/edit/`: change one's own post."""
    found, post = _thread(request, pk), _post(request, pk, number)
    allowed = rules.may_edit(post, found, request.user)
    # Closed while somebody was typing: the operation says so, and the text stays on the page.
    if not allowed and not (request.method == "POST" and rules.may_withdraw(post, request.user)):
        raise Http404
    return Change(request, post, found).respond()


@MEMBER
def versions(request: HttpRequest, pk: int, slug: str, number: int) -> HttpResponse:
    """`/discussions/<id>-<slug>/<number>/versions/`: what a post said before, for its author and staff."""
    found, post = _thread(request, pk), _post(request, pk, number)
    if not rules.may_read_versions(post, request.user):
        raise Http404
    context = {"thread": found, "post": post, "versions": queries.versions_of(post, request.user)}
    context |= {"url": found.url_of(number), "zone": zone_of(request.user), "nav": part_of(found.channel)}
    return render(request, "discussions/versions.html", context)


@MEMBER
def withdraw(request: HttpRequest, pk: int, slug: str, number: int) -> HttpResponse:
    """`/discussions/<id>-<slug>/<number>/withdraw/`: take one's own post back, after one question."""
    found, post = _thread(request, pk), _post(request, pk, number)
    if not rules.is_by(post, request.user):
        raise Http404
    if rules.is_withdrawn(post):
        return redirect(found.url_of(number))
    if request.method == "POST":
        operations.withdraw(post=post, by=request.user, at=timezone.now())
        messages.success(request, _("Your post is withdrawn."))
        return redirect(found.url_of(number))
    return render(request, "core/confirm.html", _question(found, number))


def _question(found: Thread, number: int) -> dict[str, Any]:
    return {
        "title": _("Withdraw this post?"),
        "question": _("Post %(number)d in “%(title)s”") % {"number": number, "title": found.title},
        "detail": _(
            "Its place stays, with your name and without the text, so that the answers to it still make sense. "
            "You and programme staff can still read what it said. Mails that went out cannot be called back."
        ),
        "button": _("Withdraw the post"),
        "cancel_url": found.url_of(number),
        "danger": True,
    }


@require_POST
@MEMBER
def close(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """`/discussions/<id>-<slug>/close/`: no more posts, or with `want=0` posts again."""
    found = _thread(request, pk)
    if not rules.may_close(found, request.user):
        raise Http404
    if request.POST.get("want") == "0":
        operations.reopen(thread=found, by=request.user, at=timezone.now())
        messages.success(request, _("The discussion takes posts again."))
    else:
        operations.close(thread=found, by=request.user, at=timezone.now())
        messages.success(request, _("The discussion is closed. It stays readable."))
    return redirect(found)
