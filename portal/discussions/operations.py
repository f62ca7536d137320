"""Writes: open a thread, reply, edit and withdraw one's own, close.

A post, the numbers its thread keeps, whom it names and the fact that tells of it are written together. `key`
names the form that something was typed into: sent twice, it is one post.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core.people import named
from portal.discussions import facts, queries, rules
from portal.discussions.mentions import MOST, handles_in
from portal.discussions.models import Mention, Post, PostVersion, Thread, slug_of
from portal.follows.models import Channel
from portal.outbox.operations import record


class NotPossible(Exception):
    """The discussion does not allow this; the message says why."""


@dataclass(frozen=True)
class Written:
    """A post, and the names of those it names who will not be told because they may not see it."""

    post: Post
    untold: tuple[str, ...] = ()


def open_thread(
    *,
    channel: Channel,
    title: str,
    body: str,
    seated_only: bool = False,
    members_only: bool = False,
    key: str = "",
    quiet: bool = False,
    by: Any,
    at: datetime,
) -> Written:
    """Begin a discussion with its first post. `seated_only`: only those who belong to the channel, and staff, write.

    `quiet` tells nobody. Raises NotPossible for who may not.
    """
    if not queries.may_open(channel, by, seated_only=seated_only):
        raise NotPossible(_("Only those who belong to “%(title)s” write here.") % {"title": channel.title})
    thread = Thread(
        channel=channel,
        title=title,
        slug=slug_of(title),
        seated_only=seated_only,
        members_only=members_only,
        opened_by=by,
        opened_at=at,
        last_post_at=at,
        key=key,
    )
    try:
        with transaction.atomic():
            thread.save()
            return _begin(thread, body=body, quiet=quiet, by=by, at=at)
    except IntegrityError:
        taken = Thread.objects.filter(channel=channel, opened_by=by, key=key).first() if key else None
        if taken is None:
            raise
        return Written(taken.posts.get(number=1))


def _begin(thread: Thread, *, body: str, quiet: bool, by: Any, at: datetime) -> Written:
    post = _write(thread, Post(thread=thread, author=by, body=body, at=at))
    whom = _name(post, by)
    fact = facts.ThreadOpened(**_about(post, by), named=whom.told, quiet=quiet)
    record(fact, key=f"discussions.ThreadOpened:{thread.pk}", by=by, at=at)
    return Written(post, whom.untold)


@transaction.atomic
def reply(
    *,
    thread: Thread,
    body: str,
    answers: int | None = None,
    key: str = "",
    by_mail: bool = False,
    quiet: bool = False,
    by: Any,
    at: datetime,
) -> Written:
    """Add a post; `answers` is the number of the one it answers; `quiet` tells nobody.

    Raises NotPossible when the discussion is closed, or not theirs to write in.
    """
    current = _hold(thread, by)
    sent = current.posts.filter(author=by, key=key).first() if key else None
    if sent is not None:
        return Written(sent)
    _refuse_unless_open(current, by)
    answered = current.posts.standing().filter(number=answers).first() if answers else None
    post = _write(
        current, Post(thread=current, author=by, body=body, at=at, answers=answered, by_mail=by_mail, key=key)
    )
    whom = _name(post, by)
    answered_id = answered.author_id if answered else current.opened_by_id
    fact = facts.PostWritten(**_about(post, by), named=whom.told, answered_id=answered_id, quiet=quiet)
    record(fact, key=f"discussions.PostWritten:{post.pk}", by=by, at=at)
    return Written(post, whom.untold)


@transaction.atomic
def edit(*, post: Post, body: str, by: Any, at: datetime) -> Post:
    """Change one's own post; what it said before is kept. A change tells nobody, also not whom it newly names.

    Raises NotPossible when it is not theirs, withdrawn, or the discussion is closed.
    """
    thread = _hold(post.thread, by)
    current = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if not rules.may_edit(current, thread, by):
        raise NotPossible(_("This post can no longer be changed."))
    if body == current.body:
        return current
    since = current.edited_at or current.at
    until = max(at, since)  # the clocks of two servers may differ
    PostVersion.objects.create(post=current, body=current.body, since=since, until=until)
    current.body, current.edited_at = body, until
    current.save(update_fields=["body", "edited_at"])
    current.thread = thread
    _name(current, by)
    return current


@transaction.atomic
def withdraw(*, post: Post, by: Any, at: datetime) -> Post:
    """Take one's own post back: a tombstone stays in its place. Withdrawing twice changes nothing.

    What it said is kept for its author and for staff. Raises NotPossible when it is not theirs.
    """
    thread = _hold(post.thread, by)
    current = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if rules.is_withdrawn(current) and rules.is_by(current, by):
        return current
    if not rules.may_withdraw(current, by):
        raise NotPossible(_("Only who wrote a post can withdraw it."))
    current.withdrawn_at = at
    current.save(update_fields=["withdrawn_at"])
    thread.standing -= 1
    thread.save(update_fields=["standing", "updated_at"])
    return current


@transaction.atomic
def close(*, thread: Thread, by: Any, at: datetime) -> Thread:
    """No more posts from now on; closing twice changes nothing. Raises NotPossible for all but hosts and staff."""
    current = _hold_to_close(thread, by)
    if not rules.is_closed(current):
        current.closed_at, current.closed_by = at, by
        current.save(update_fields=["closed_at", "closed_by", "updated_at"])
    return current


@transaction.atomic
def reopen(*, thread: Thread, by: Any, at: datetime) -> Thread:
    """Take posts again. Raises NotPossible for all but hosts and staff."""
    current = _hold_to_close(thread, by)
    current.closed_at = current.closed_by = None
    current.save(update_fields=["closed_at", "closed_by", "updated_at"])
    return current


def mail_key(message_id: str) -> str:
    """The key of a post that came by mail: the same mail twice is one post."""
    return f"mail:{hashlib.sha256(message_id.encode('utf-8', 'surrogatepass')).hexdigest()[:48]}"


# --- what they share --------------------------------------------------------------------------------------------


def _hold(thread: Thread, user: Any) -> Any:
    """The row as it is now and as `user` stands to it, held until the end of the transaction."""
    rows = Thread.objects.with_viewer(user).select_related("channel").select_for_update(of=("self",))
    return rows.get(pk=thread.pk)


def _hold_to_close(thread: Thread, user: Any) -> Any:
    current = _hold(thread, user)
    if not rules.may_close(current, user):
        raise NotPossible(_("Only hosts and programme staff close a discussion."))
    return current


def _refuse_unless_open(thread: Any, by: Any) -> None:
    if not rules.may_write(thread, by):
        raise NotPossible(_("Only those who belong to “%(title)s” write here.") % {"title": thread.channel.title})
    if rules.is_closed(thread):
        raise NotPossible(_("This discussion was closed. It takes no more posts."))


def _write(thread: Thread, post: Post) -> Post:
    """Save the post with the next number, and what the thread keeps of its posts."""
    thread.last_number += 1
    thread.standing += 1
    thread.last_post_at = max(thread.last_post_at, post.at)
    thread.save(update_fields=["last_number", "standing", "last_post_at", "updated_at"])
    post.number = thread.last_number
    post.save()
    return post


def _name(post: Post, by: Any) -> queries.Named:
    """Keep whom the text names now; who among them is new, told or not. One's own name is no news."""
    accounts = named(handles_in(post.body)[:MOST], by)
    before = dict(post.mentions.values_list("handle", "person_id"))
    post.mentions.exclude(handle__in=accounts).delete()
    fresh = {handle: person_id for handle, person_id in accounts.items() if handle not in before}
    Mention.objects.bulk_create(
        Mention(post=post, handle=handle, person_id=person_id) for handle, person_id in fresh.items()
    )
    return queries.who_hears(post.thread.channel, set(fresh.values()), by)


def _about(post: Post, by: Any) -> dict[str, Any]:
    """What every fact says of its post."""
    thread = post.thread
    return {
        "thread_id": thread.pk,
        "post_id": post.pk,
        "channel_id": thread.channel_id,
        "title": thread.title,
        "channel_title": thread.channel.title,
        "url": thread.url_of(post.number),
        "author": by.name,
    }
