"""What people are told about discussions.

One post reaches a person once, by the strongest of its reasons: it names or answers them, they belong, they follow
or wrote in it before.
"""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.people import cards_for
from portal.discussions import facts, queries, rules
from portal.discussions.models import Post, Thread, thread_key
from portal.discussions.replies import HANDLER
from portal.follows.models import Channel
from portal.follows.queries import followers, seated
from portal.notifications.kinds import Kind, declare
from portal.notifications.models import Level
from portal.notifications.ways import Route, Weight

_LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^\s()<>]+|/[^\s()<>]*)\)")


class _Conversation(Kind):
    """What the kinds below have in common."""

    area = gettext_lazy("Discussions")
    weight = Weight.NEWS
    conversation = True
    mentions = True
    template = "discussions/email/post"
    action = gettext_lazy("Read it and reply")

    def channel(self, fact: Any) -> Channel | None:
        """Of a post that is still being written the channel is at hand (`audiences`): pages ask this twice."""
        return getattr(fact, "at_hand", None) or Channel.objects.filter(pk=fact.channel_id).first()

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        """Those whom the post names, those who belong to the channel, and those who follow it."""
        channel = Channel(pk=fact.channel_id)
        return {
            Route.MENTIONED: get_user_model()._default_manager.filter(pk__in=fact.named),
            Route.SEATED: seated(channel),
            Route.FOLLOWED: followers(channel),
        }

    def thread(self, fact: Any) -> str:
        return thread_key(fact.thread_id)

    def reason_for(self, fact: Any, route: str) -> str:
        if route == Route.SEATED:
            return _("You belong to “%(channel)s”.") % {"channel": fact.channel_title}
        return super().reason_for(fact, route)

    def url(self, fact: Any) -> str:
        return fact.url

    def reply_to(self, fact: Any, person: Any) -> tuple[str, str] | None:
        """A reply by mail becomes a post, while this person may write and the discussion is open."""
        thread = Thread.objects.visible_to(person).with_viewer(person).filter(pk=fact.thread_id).first()
        if thread is None or rules.is_closed(thread) or not rules.may_write(thread, person):
            return None
        return (HANDLER, str(fact.thread_id))

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        """The post as this person sees it now; None when they no longer may, or it was withdrawn."""
        rows = Post.objects.visible_to(person).standing().select_related("author", "thread__channel")
        post = rows.prefetch_related("mentions__person").filter(pk=fact.post_id).first()
        if post is None:
            return None
        people = cards_for({post.author_id, *(row.person_id for row in post.mentions.all())}, person)
        return {
            "post": post,
            "thread": post.thread,
            "author": queries.card_or_stand_in(post.author, people),
            "html": _for_mail(queries.html_of(post, people)),
            "text": _as_text(post.body),
            "first": post.number == 1,
        }


def _for_mail(html: str) -> SafeString:
    """The same HTML with links that lead here from anywhere."""
    return mark_safe(html.replace('href="/', f'href="{settings.SITE_URL}/'))  # noqa: S308 -- as safe as it was


def _as_text(body: str) -> str:
    """Markdown as somebody would type it into a mail: the words of a link, then where it leads, from anywhere."""
    return _LINK.sub(lambda link: f"{link[1]}: {urljoin(settings.SITE_URL, link[2])}", body)


@declare
class ThreadOpened(_Conversation):
    """Somebody begins a discussion."""

    slug = "discussions.thread-opened"
    label = gettext_lazy("A discussion is opened")
    fact = facts.ThreadOpened

    def reason(self, fact: Any) -> str:
        return _("You follow “%(channel)s”.") % {"channel": fact.channel_title}

    def headline(self, fact: Any) -> str:
        return _("%(author)s opened “%(title)s”") % {"author": fact.author, "title": fact.title}


@declare
class PostWritten(_Conversation):
    """Somebody replies in a discussion."""

    slug = "discussions.post-written"
    label = gettext_lazy("Somebody writes in a discussion")
    fact = facts.PostWritten
    addresses = (Route.MENTIONED, Route.ROLE)

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        """Besides: the one who is answered, those who wrote in it before, and those who asked to hear of it."""
        people = get_user_model()._default_manager.all()
        earlier = Post.objects.standing().filter(thread=fact.thread_id).exclude(author=None)
        asked = Level.objects.filter(channel=fact.channel_id, thread=self.thread(fact), level=Level.Choice.EVERYTHING)
        follow = followers(Channel(pk=fact.channel_id))
        here = Q(pk__in=earlier.values("author")) | Q(pk__in=asked.values("person")) | Q(pk__in=follow.values("pk"))
        return super().routes(fact) | {
            Route.ROLE: people.filter(pk=fact.answered_id),
            Route.FOLLOWED: people.filter(here),
        }

    def reason(self, fact: Any) -> str:
        return _("You follow “%(channel)s” or take part in this discussion.") % {"channel": fact.channel_title}

    def reason_for(self, fact: Any, route: str) -> str:
        return _("It answers you.") if route == Route.ROLE else super().reason_for(fact, route)

    def headline(self, fact: Any) -> str:
        return _("%(author)s wrote in “%(title)s”") % {"author": fact.author, "title": fact.title}
