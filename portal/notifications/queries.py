"""Reads: the audience of an event, a person's notices, what a person wants."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet

from portal.follows.models import Channel
from portal.follows.queries import who_may_see
from portal.notifications.kinds import Kind, all_kinds, kind_called
from portal.notifications.models import Level, Notification, Preference

BADGE_CAP = 99


@dataclass(frozen=True)
class Told:
    """How many people hear of something, and how many of them by mail."""

    people: int
    by_mail: int


@dataclass(frozen=True)
class Choice:
    """One line of the settings page."""

    slug: str
    label: Any
    by_mail: bool


def recipients(kind: Kind, fact: Any, *, actor_id: int | None) -> QuerySet[Any]:
    """Who is told: the declared audience without the actor, the inactive, the muted, and those who may not see it.

    Of the account itself everybody named is told, whatever became of the account.
    """
    if kind.transactional:
        return get_user_model()._default_manager.filter(pk__in=kind.audience(fact).values("pk"))
    members = get_user_model()._default_manager.members()
    people = members.filter(pk__in=kind.audience(fact).values("pk")).exclude(pk=actor_id)
    channel = kind.channel(fact)
    if channel is None:
        return people
    return without_muted(who_may_see(channel, people), channel, kind.thread(fact))


def without_muted(people: QuerySet[Any], channel: Channel, thread: str) -> QuerySet[Any]:
    """Those who have not muted the thread, nor its channel while saying nothing of the thread."""
    of_channel = Level.objects.filter(person=OuterRef("pk"), channel=channel)
    muted = of_channel.filter(level=Level.Choice.MUTED)
    if not thread:
        return people.exclude(Exists(muted.filter(thread="")))
    own = of_channel.filter(thread=thread)
    return people.exclude(Exists(muted.filter(thread=thread))).exclude(~Exists(own) & Exists(muted.filter(thread="")))


def wanting_mail(people: QuerySet[Any], kind: Kind) -> QuerySet[Any]:
    """Those of `people` who have not turned mail off for this kind."""
    return people.exclude(Exists(Preference.objects.filter(person=OuterRef("pk"), kind=kind.slug, by_mail=False)))


def who_will_be_told(*, kind: str, fact: Any, by: Any) -> Told:
    """The numbers a composer shows before publishing, from the same queries that then decide."""
    declared = kind_called(kind)
    if declared is None:
        return Told(0, 0)
    people = recipients(declared, fact, actor_id=getattr(by, "pk", None))
    return Told(people.count(), wanting_mail(people, declared).count())


def unread_count(person: Any) -> int:
    """For the badge; counted up to 99."""
    return Notification.objects.visible_to(person).unread()[: BADGE_CAP + 1].count()


def notices(person: Any) -> QuerySet[Notification]:
    """A person's notices with what their lines need."""
    return Notification.objects.visible_to(person).select_related("fact", "channel", "mark")


def choices(person: Any) -> list[Choice]:
    """Every kind with what the person chose."""
    off = set(Preference.objects.filter(person=person, by_mail=False).values_list("kind", flat=True))
    return [Choice(kind.slug, kind.label, kind.slug not in off) for kind in all_kinds()]
