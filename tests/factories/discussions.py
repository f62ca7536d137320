"""Discussions for tests, made by the operations themselves."""

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from portal.discussions import operations
from portal.discussions.models import Post, Thread
from portal.follows.models import Channel

_numbers = count(1)


def make_thread(
    channel: Channel, *, by: Any, posts: int = 1, at: datetime | None = None, quiet: bool = True, **fields: Any
) -> Thread:
    """A thread of `posts` posts by one person, of which nobody is told unless `quiet=False`."""
    now = at or timezone.now()
    fields = {"title": f"Discussion {next(_numbers)}", "body": "What do you think?"} | fields
    thread = operations.open_thread(channel=channel, by=by, at=now, quiet=quiet, **fields).post.thread
    for number in range(1, posts):
        operations.reply(thread=thread, body=f"Thought {number}", by=by, at=now, quiet=quiet)
    thread.refresh_from_db()
    return thread


def make_reply(thread: Thread, *, by: Any, body: str = "I tried that.", **fields: Any) -> Post:
    """A reply, of which people are told."""
    return operations.reply(**({"thread": thread, "body": body, "by": by, "at": timezone.now()} | fields)).post
