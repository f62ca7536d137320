"""What happens in discussions. Each fact carries what a line about it needs, and whom it speaks to.

`named` are the accounts that the text names and that may see it. Of what is `quiet` nobody is told.
"""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("discussions.ThreadOpened")
@dataclass(frozen=True)
class ThreadOpened:
    """Somebody began a discussion with its first post."""

    thread_id: int
    post_id: int
    channel_id: int
    title: str
    channel_title: str
    url: str
    author: str
    named: tuple[int, ...] = ()
    quiet: bool = False


@fact("discussions.PostWritten")
@dataclass(frozen=True)
class PostWritten:
    """Somebody replied. `answered_id`: whose post it answers, or who began the discussion; None for who is gone."""

    thread_id: int
    post_id: int
    channel_id: int
    title: str
    channel_title: str
    url: str
    author: str
    named: tuple[int, ...] = ()
    answered_id: int | None = None
    quiet: bool = False
