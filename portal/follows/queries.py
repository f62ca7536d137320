"""Reads about followers."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.core.rules import is_member, is_signed_in
from portal.follows.models import Channel, Follow, Reach, Seat
from portal.taxonomy.models import Challenge


def is_following(user: Any, channel: Channel) -> bool:
    """Whether `user` follows the channel; False for a visitor."""
    return is_signed_in(user) and Follow.objects.filter(user=user, channel=channel).exists()


def followers(channel: Channel) -> QuerySet[Any]:
    """The people who follow the channel."""
    return get_user_model()._default_manager.filter(follows__channel=channel)


def seated(channel: Channel) -> QuerySet[Any]:
    """The people who belong to the channel."""
    return get_user_model()._default_manager.filter(seats__channel=channel)


def is_host(user: Any, channel: Channel) -> bool:
    """Whether `user` may arrange the channel's meetings: the same rule as `Channel.objects.hosted_by`."""
    return is_member(user) and Seat.objects.filter(user=user, channel=channel, role=Seat.Role.HOST).exists()


def followed_by(user: Any) -> QuerySet[Channel]:
    """The channels `user` follows and may still see, newest first; none for a visitor."""
    if not is_signed_in(user):
        return Channel.objects.none()
    return Channel.objects.visible_to(user).filter(follows__user=user).order_by("-follows__since")


def followed_challenges(user: Any) -> QuerySet[Challenge]:
    """The challenges `user` follows, in the order in which they are cited."""
    if not is_signed_in(user):
        return Challenge.objects.none()
    return Challenge.objects.filter(followable__channel__follows__user=user).order_by("position", "pk")


def who_may_see(channel: Channel, people: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `people` to whom the channel is visible: the same rule as `Channel.visible_to`, from the other side.

    `people` are active members; who is suspended or waits for approval has been left out by the caller.
    """
    staff = Q(is_staff=True) | Q(is_superuser=True)
    if channel.audience in {Reach.PUBLIC, Reach.MEMBERS}:
        return people
    if channel.audience == Reach.SEATED:
        return people.filter(staff | Q(Exists(Seat.objects.filter(channel=channel, user=OuterRef("pk")))))
    return people.filter(staff)
