"""How much somebody hears of one thing: what stands on the button beside its title."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from portal.core.rules import is_member
from portal.follows.models import Channel, Follow, Seat
from portal.notifications.models import Level, Notification


@dataclass(frozen=True)
class LevelChoice:
    """A level as the menu offers it."""

    value: str
    label: str
    hint: str
    now: str

    @property
    def chosen(self) -> bool:
        """Whether it holds now."""
        return self.value == self.now


@dataclass(frozen=True)
class Hearing:
    """What somebody hears of a channel, or of one thread in it."""

    channel_id: int
    thread: str
    level: str
    following: bool
    seated: bool

    @property
    def at_all(self) -> bool:
        """Whether they hear of it, or have said that they do not want to."""
        return self.following or self.seated or self.level != Level.Choice.NORMAL

    @property
    def choices(self) -> list[LevelChoice]:
        """The three levels in words."""
        return [
            LevelChoice(Level.Choice.EVERYTHING, _("Everything"), _("A mail for each thing, at once"), self.level),
            LevelChoice(Level.Choice.NORMAL, _("Normal"), _("As your settings have it"), self.level),
            LevelChoice(Level.Choice.MUTED, _("Mute"), _("Nothing, not even in the list"), self.level),
        ]


def with_hearing(rows: QuerySet[Any], user: Any, *, channel: str = "channel", thread: str = "") -> QuerySet[Any]:
    """`rows` with what `{% hearing row %}` shows, in the same query; `channel` is their way to it.

    `hears_news` says whether `read_about` has anything to do, and is its `news`.
    """
    key = user.pk if is_member(user) else None
    level = Level.objects.filter(channel=OuterRef(channel), person_id=key, thread=thread)
    unread = Notification.objects.filter(channel=OuterRef(channel), person_id=key, thread=thread).unread()
    return rows.annotate(
        hears_following=Exists(Follow.objects.filter(channel=OuterRef(channel), user_id=key)),
        hears_seated=Exists(Seat.objects.filter(channel=OuterRef(channel), user_id=key)),
        hears_level=Subquery(level.values("level")[:1]),
        hears_news=Exists(unread),
    )


def hearing(user: Any, thing: Any, thread: str = "") -> Hearing | None:
    """How `user` hears of a channel, or of a row that `with_hearing` brought; None for whoever is no member.

    For a channel one query, for such a row none.
    """
    if not is_member(user):
        return None
    key = thing.pk if isinstance(thing, Channel) else thing.channel_id
    if not hasattr(thing, "hears_level"):
        thing = with_hearing(Channel.objects.filter(pk=key), user, channel="pk", thread=thread).get()
    level = thing.hears_level or Level.Choice.NORMAL
    return Hearing(key, thread, level, thing.hears_following, thing.hears_seated)
