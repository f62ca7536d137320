"""Writes: open a channel, keep it in step, give and take seats, follow and leave."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.follows.models import ChallengeChannel, Channel, Follow, Reach, Seat
from portal.taxonomy.models import Challenge


def open_channel(*, kind: str, title: str, url: str, audience: str) -> Channel:
    """Make the channel of a new thing; called by the operation that makes the thing."""
    return Channel.objects.create(kind=kind, title=title, url=url, audience=audience)


def keep_in_step(*, channel: Channel, title: str, url: str, audience: str) -> None:
    """Write title, address and audience when they changed; no query otherwise."""
    if (channel.title, channel.url, channel.audience) != (title, url, audience):
        channel.title, channel.url, channel.audience = title, url, audience
        channel.save(update_fields=["title", "url", "audience", "updated_at"])


@transaction.atomic
def seat(*, channel: Channel, user: Any, role: str = Seat.Role.READER) -> Seat:
    """Give `user` a place in the channel, or change what the place allows."""
    place, _made = Seat.objects.update_or_create(channel=channel, user=user, defaults={"role": role})
    return place


def unseat(*, channel: Channel, user: Any) -> None:
    """Take the place away; access ends with the next request."""
    Seat.objects.filter(channel=channel, user=user).delete()


@transaction.atomic
def keep_one_seat(*, channel: Channel, user: Any | None) -> None:
    """Of a channel that belongs to one person: `user` has a reader's place and nobody else has any; None: nobody has.

    Not a host's: hosts lead a group of others, and need a second factor for it.
    """
    Seat.objects.filter(channel=channel).exclude(user=user).delete()
    if user is not None:
        seat(channel=channel, user=user, role=Seat.Role.READER)


def follow(*, channel: Channel, by: Any, at: datetime) -> None:
    """`by` hears of the channel from now on; following twice changes nothing."""
    Follow.objects.get_or_create(channel=channel, user=by, defaults={"since": at})


def unfollow(*, channel: Channel, by: Any) -> None:
    """`by` hears no more of the channel."""
    Follow.objects.filter(channel=channel, user=by).delete()


@transaction.atomic
def follow_challenges(*, challenges: Collection[Challenge], by: Any, at: datetime) -> None:
    """`by` follows these challenges and no others: hears of new cases about them."""
    wanted = {channel_of_challenge(challenge=challenge).pk for challenge in challenges}
    followed = Follow.objects.filter(user=by, channel__challenge_channel__isnull=False)
    followed.exclude(channel__in=wanted).delete()
    for pk in wanted:
        Follow.objects.get_or_create(channel_id=pk, user=by, defaults={"since": at})


@transaction.atomic
def channel_of_challenge(*, challenge: Challenge) -> Channel:
    """The channel of a challenge, made when it is missing; it leads to the cases about it."""
    row = ChallengeChannel.objects.select_related("channel").filter(challenge=challenge).first()
    if row:
        return row.channel
    url = f"/cases/?challenge={challenge.slug}"
    channel = open_channel(kind="challenge", title=challenge.label, url=url, audience=Reach.PUBLIC)
    row, made = ChallengeChannel.objects.get_or_create(challenge=challenge, defaults={"channel": channel})
    if not made:  # somebody else was first
        channel.delete()
    return row.channel
