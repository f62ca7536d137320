"""Who would hear of what somebody is about to post: the same question that is asked again once it is posted."""

from dataclasses import dataclass
from typing import Any

from portal.discussions import facts
from portal.discussions.models import Thread
from portal.follows.models import Channel
from portal.notifications.queries import Told, who_will_be_told


@dataclass(frozen=True)
class _Opening(facts.ThreadOpened):
    """A discussion that is not open yet; its channel is at hand."""

    at_hand: Channel | None = None


@dataclass(frozen=True)
class _Reply(facts.PostWritten):
    """A post that is not written yet; its channel is at hand."""

    at_hand: Channel | None = None


def of_thread(channel: Channel, *, by: Any, named: tuple[int, ...] = ()) -> Told:
    """Who hears when `by` begins a discussion in the channel that names these accounts."""
    fact = _Opening(**_about(channel, 0), named=named, at_hand=channel)
    return who_will_be_told(kind="discussions.thread-opened", fact=fact, by=by)


def of_reply(thread: Thread, *, by: Any, named: tuple[int, ...] = (), answered_id: int | None = None) -> Told:
    """Who hears when `by` posts in the thread, answering that account and naming these."""
    about = _about(thread.channel, thread.pk)
    fact = _Reply(**about, named=named, answered_id=answered_id or thread.opened_by_id, at_hand=thread.channel)
    return who_will_be_told(kind="discussions.post-written", fact=fact, by=by)


def _about(channel: Channel, thread_id: int) -> dict[str, Any]:
    return {
        "thread_id": thread_id,
        "post_id": 0,
        "channel_id": channel.pk,
        "title": "",
        "channel_title": channel.title,
        "url": "",
        "author": "",
    }
