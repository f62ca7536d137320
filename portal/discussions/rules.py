"""Who may do what in a discussion: pure predicates about rows that carry what their viewer is to them."""

from datetime import datetime, timedelta
from typing import Any

from portal.core.rules import is_member, is_staff_member

# So long after it was posted a change leaves no mark for readers: typing errors are mended then.
GRACE = timedelta(minutes=30)


def may_write(thread: Any, user: Any) -> bool:
    """Whether `user`, who may see the thread, may post in it while it is open.

    The row comes `with_viewer(user)`. Staff look after every discussion.
    """
    if not is_member(user):
        return False
    return bool(not thread.seated_only or thread.belongs or is_staff_member(user))


def may_close(thread: Any, user: Any) -> bool:
    """Hosts of the channel, and staff; where every member writes also those who belong: the author of a case.

    The row comes `with_viewer(user)`.
    """
    if not is_member(user):
        return False
    return bool(is_staff_member(user) or thread.hosting or (thread.belongs and not thread.seated_only))


def is_closed(thread: Any) -> bool:
    """It takes no more posts; what was said stays readable."""
    return thread.closed_at is not None


def is_withdrawn(post: Any) -> bool:
    """Its author took it back: a tombstone stands in its place."""
    return post.withdrawn_at is not None


def is_by(post: Any, user: Any) -> bool:
    """Whether `user` wrote it; nobody wrote what an erased account left behind."""
    return post.author_id is not None and post.author_id == getattr(user, "pk", None)


def may_withdraw(post: Any, user: Any) -> bool:
    """One's own, once; also in a closed discussion, and also for who no longer belongs but still sees it."""
    return is_member(user) and is_by(post, user) and not is_withdrawn(post)


def may_edit(post: Any, thread: Any, user: Any) -> bool:
    """One's own, where one may still write."""
    return may_withdraw(post, user) and not is_closed(thread) and may_write(thread, user)


def may_read_versions(post: Any, user: Any) -> bool:
    """Its author and staff read what it said before, and what it said when it was withdrawn."""
    return is_staff_member(user) or (is_member(user) and is_by(post, user))


def shows_as_edited(post: Any) -> bool:
    """Whether readers are told that it was changed: changed later than GRACE after it was posted."""
    return post.edited_at is not None and post.edited_at - post.at > GRACE


def grace_ends(post: Any) -> datetime:
    """Until when a change leaves no mark."""
    return post.at + GRACE
