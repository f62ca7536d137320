"""Reads: a channel's discussions, a thread as its viewer may see it, who will hear of a post, whom one can name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.core.cards import PersonCard
from portal.core.listing import Page, keyset_page, query_url
from portal.core.people import cards_for, named
from portal.core.rules import is_member, is_staff_member
from portal.discussions import mentions, rules
from portal.discussions.models import PAGE, Mention, Post, PostVersion, Thread
from portal.follows.models import Channel, Reach, Seat
from portal.follows.queries import who_may_see

# Beyond this many people a list of handles helps nobody; a handle that is not in it is still understood.
NAMES_OFFERED = 60


@dataclass(frozen=True, kw_only=True)
class Row:
    """A discussion in a list. `posts` counts those that stand."""

    title: str
    url: str
    newest_url: str
    by: PersonCard
    opened_at: datetime
    last_post_at: datetime
    posts: int
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The post that another one answers."""

    number: int
    url: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SeenPost:
    """A post as one person sees it; of a withdrawn one nothing but its number, its author and when."""

    number: int
    url: str
    by: PersonCard
    at: datetime
    html: SafeString
    withdrawn: bool
    edited_at: datetime | None
    by_mail: bool
    answers: Answered | None
    may_edit: bool
    may_withdraw: bool
    has_versions: bool


@dataclass(frozen=True, kw_only=True)
class SeenThread:
    """One page of a thread as one person sees it."""

    thread: Any
    posts: Sequence[SeenPost]
    page: Page
    last: bool
    may_write: bool
    may_close: bool
    closed_by: PersonCard | None
    readers: str
    hears: bool


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a post said during a time; `until` is None for what it says now."""

    html: SafeString
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Named:
    """Whom a text names: accounts that will hear of it, and the names of those who may not see it."""

    told: tuple[int, ...] = ()
    untold: tuple[str, ...] = ()


# --- lists ------------------------------------------------------------------------------------------------------


def of_channel(channel: Channel, user: Any, params: QueryDict) -> Page:
    """A page of the channel's discussions that `user` may see, the one written in last first; in two queries."""
    rows = Thread.objects.visible_to(user).filter(channel=channel).select_related("opened_by")
    found, cursor = keyset_page(rows, order=("-last_post_at", "-id"), params=params)
    people = cards_for([thread.opened_by_id for thread in found], user)
    return Page(
        rows=[_row(thread, people) for thread in found],
        total=len(found),
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url="?" if params.get("after") else "",
    )


def _row(thread: Thread, people: dict[int, PersonCard]) -> Row:
    return Row(
        title=thread.title,
        url=thread.get_absolute_url(),
        newest_url=thread.url_of(thread.last_number),
        by=card_or_stand_in(thread.opened_by, people),
        opened_at=thread.opened_at,
        last_post_at=thread.last_post_at,
        posts=thread.standing,
        closed=rules.is_closed(thread),
    )


def number_in(channel: str) -> Coalesce:
    """How many discussions the channel of an outer row has, to annotate it: whoever sees the channel may know."""
    counted = Thread.objects.filter(channel=OuterRef(channel)).order_by().values("channel")
    return Coalesce(Subquery(counted.annotate(rows=Count("pk")).values("rows")), Value(0), output_field=IntegerField())


def may_open(channel: Channel, user: Any, *, seated_only: bool) -> bool:
    """Whether `user` may see the channel and begin a discussion in it; the same rule as `rules.may_write`."""
    if not is_member(user):
        return False
    rows = Channel.objects.visible_to(user).filter(pk=channel.pk)
    if seated_only and not is_staff_member(user):
        rows = rows.filter(Exists(Seat.objects.filter(channel=OuterRef("pk"), user=user)))
    return rows.exists()


# --- one thread -------------------------------------------------------------------------------------------------


def card_or_stand_in(author: Any, people: dict[int, PersonCard]) -> PersonCard:
    """Who wrote something: their card; "A member" for whom this viewer may not see; "Former member" for who is gone."""
    if author is None or not author.is_member:
        return PersonCard(name=_("Former member"))
    return people.get(author.pk) or PersonCard(name=_("A member"))


def readers_of(channel: Channel, *, members_only: bool) -> str:
    """Who reads what is written there, as a sentence for those who write."""
    if channel.audience == Reach.STAFF:
        return _("Programme staff read this.")
    if channel.audience == Reach.SEATED:
        return _("Those who belong to “%(title)s” read this, and programme staff.") % {"title": channel.title}
    if channel.audience == Reach.MEMBERS or members_only:
        return _("Every member of the community reads this.")
    return _("Anybody can read this, also without an account.")


def see(thread: Any, user: Any, params: QueryDict) -> SeenThread:
    """One page of the thread, in three queries.

    The row comes `with_viewer` and `with_hearing` of `user`, with its channel.
    """
    found, cursor = keyset_page(_posts(thread), order=("number",), params=params, size=PAGE)
    wanted = {post.author_id for post in found} | {post.answers.author_id for post in found if post.answers}
    wanted |= {mention.person_id for post in found for mention in post.mentions.all()} | {thread.closed_by_id}
    people = cards_for(wanted, user)
    page = Page(
        rows=found,
        total=thread.standing,
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url="?" if params.get("after") else "",
    )
    return SeenThread(
        thread=thread,
        posts=[see_post(post, thread, user, people) for post in found],
        page=page,
        last=not cursor,
        may_write=rules.may_write(thread, user),
        may_close=rules.may_close(thread, user),
        closed_by=people.get(thread.closed_by_id or 0),
        readers=readers_of(thread.channel, members_only=thread.members_only),
        hears=thread.hears_seated or thread.hears_following or thread.wrote or bool(thread.hears_level),
    )


def _posts(thread: Thread) -> QuerySet[Post]:
    rows = Post.objects.filter(thread=thread).select_related("author", "answers__author")
    return rows.prefetch_related(Prefetch("mentions", Mention.objects.select_related("person")))


def see_post(post: Any, thread: Any, user: Any, people: dict[int, PersonCard]) -> SeenPost:
    """A post for `user`, whose cards of the people concerned are `people`; no query."""
    gone = rules.is_withdrawn(post)
    return SeenPost(
        number=post.number,
        url=thread.url_of(post.number),
        by=card_or_stand_in(post.author, people),
        at=post.at,
        html=SafeString("") if gone else html_of(post, people),
        withdrawn=gone,
        edited_at=post.edited_at if rules.shows_as_edited(post) and not gone else None,
        by_mail=post.by_mail,
        answers=_answered(post.answers, thread, people) if post.answers else None,
        may_edit=rules.may_edit(post, thread, user),
        may_withdraw=rules.may_withdraw(post, user),
        has_versions=(gone or post.edited_at is not None) and rules.may_read_versions(post, user),
    )


def _answered(post: Post, thread: Thread, people: dict[int, PersonCard]) -> Answered:
    name = card_or_stand_in(post.author, people).name
    return Answered(number=post.number, url=thread.url_of(post.number), name=name)


def html_of(post: Any, people: dict[int, PersonCard]) -> SafeString:
    """What the post says, with those it names by name as far as `people` knows them; no query for one prefetched."""
    return mentions.shown(post.body, {row.handle: _named(row, people) for row in post.mentions.all()})


def _named(mention: Mention, people: dict[int, PersonCard]) -> PersonCard | None:
    if mention.person is None or not mention.person.is_member:
        return PersonCard(name=_("Former member"))
    return people.get(mention.person.pk)


def answerable(thread: Thread, number: int | None) -> Post | None:
    """The post that somebody is about to answer; None for no number, and for one that is not there or withdrawn."""
    return None if number is None else _posts(thread).standing().filter(number=number).first()


def who_hears(channel: Channel, person_ids: Iterable[int], by: Any) -> Named:
    """Of those whom `by` names, who may see the channel and will be told, and who may not, by name."""
    wanted = set(person_ids) - {by.pk}
    if not wanted:
        return Named()
    people = get_user_model()._default_manager.members().filter(pk__in=wanted)
    told = set(who_may_see(channel, people).values_list("pk", flat=True))
    cards = cards_for(wanted - told, by)
    return Named(tuple(sorted(told)), tuple(sorted(card.name for card in cards.values())))


def preview(body: str, user: Any) -> SafeString:
    """What `body` would look like when `user` posts it, in two queries."""
    handles = named(mentions.handles_in(body), user)
    people = cards_for(handles.values(), user)
    return mentions.shown(body, {handle: people.get(pk) for handle, pk in handles.items()})


def versions_of(post: Post, user: Any) -> list[Version]:
    """What the post said, newest first, what it says now included."""
    earlier = PostVersion.objects.visible_to(user).filter(post=post).order_by("-until", "-pk")
    handles = {row.handle: row.person_id for row in post.mentions.all()}
    people = cards_for(handles.values(), user)
    cards = {handle: people.get(pk) for handle, pk in handles.items() if pk}
    now = Version(html=mentions.shown(post.body, cards), since=post.edited_at or post.at, until=post.withdrawn_at)
    return [now] + [Version(html=mentions.shown(row.body, cards), since=row.since, until=row.until) for row in earlier]


@dataclass(frozen=True)
class Around:
    """Who is around when somebody writes: those whom it makes sense to name, and the post that is answered."""

    nameable: Sequence[PersonCard]
    answered: SeenPost | None = None


def around(channel: Channel, user: Any, thread: Any = None, answered: Post | None = None) -> Around:
    """Those who belong to the channel or wrote in the thread, and the answered post, in two queries."""
    here = Q(pk__in=Seat.objects.filter(channel=channel).values("user"))
    if thread is not None:
        here |= Q(pk__in=Post.objects.filter(thread=thread).exclude(author=None).values("author"))
    people = get_user_model()._default_manager.members().filter(here).exclude(pk=user.pk)
    ids = set(people.order_by("name", "pk").values_list("pk", flat=True)[:NAMES_OFFERED])
    quoted = {answered.author_id, *(row.person_id for row in answered.mentions.all())} if answered else set()
    cards = cards_for(ids | quoted, user)
    return Around(
        sorted((cards[pk] for pk in ids if pk in cards), key=lambda card: card.name.casefold()),
        see_post(answered, thread, user, cards) if answered else None,
    )
