"""How much somebody wants to hear of a channel or a thread."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.follows.models import Channel
from portal.notifications.audience import recipients
from portal.notifications.kinds import Kind
from portal.notifications.models import Level
from portal.notifications.operations import set_level
from tests.notifications.conftest import AT, DoorIsOpen, DoorOpened

pytestmark = pytest.mark.django_db
Door = Callable[..., Channel]


@pytest.mark.parametrize(
    ("of_channel", "of_thread", "told"),
    [
        ("", "", True),
        ("normal", "", True),
        ("everything", "", True),
        ("muted", "", False),
        ("", "muted", False),
        ("everything", "muted", False),
        ("muted", "normal", True),
        ("muted", "everything", True),
    ],
)
def test_who_muted_a_thread_or_its_channel_is_told_nothing(  # noqa: PLR0917
    door: Door, member: Any, monkeypatch: pytest.MonkeyPatch, of_channel: str, of_thread: str, told: bool
) -> None:
    monkeypatch.setattr(DoorIsOpen, "thread", lambda self, fact: "doors.thread:1")
    channel = door()
    if of_channel:
        set_level(channel=channel, level=of_channel, by=member, at=AT)
    if of_thread:
        set_level(channel=channel, thread="doors.thread:1", level=of_thread, by=member, at=AT)
    set_level(channel=channel, thread="doors.thread:2", level="muted", by=member, at=AT)
    people = recipients(DoorIsOpen(), DoorOpened(channel.pk, (member.pk,)), actor_id=None)
    assert people.exists() is told


def test_a_muted_channel_says_nothing_of_what_has_no_thread(door: Door, member: Any) -> None:
    channel = door()
    set_level(channel=channel, level="muted", by=member, at=AT)
    assert not recipients(DoorIsOpen(), DoorOpened(channel.pk, (member.pk,)), actor_id=None).exists()


def test_a_level_is_changed_and_never_doubled(door: Door, member: Any) -> None:
    channel = door()
    for level in ("muted", "everything", "everything"):
        set_level(channel=channel, level=level, by=member, at=AT)
    assert list(Level.objects.values_list("person", "level")) == [(member.pk, "everything")]
    with pytest.raises(ValueError, match="loud"):
        set_level(channel=channel, level="loud", by=member, at=AT)


def test_nobody_sees_the_levels_of_another(  # noqa: PLR0917
    door: Door, member: Any, visitor: Any, pending: Any, suspended: Any, outsider: Any
) -> None:
    set_level(channel=door(), level="muted", by=member, at=AT)
    assert Level.objects.visible_to(member).count() == 1
    for other in (visitor, pending, suspended, outsider):
        assert not Level.objects.visible_to(other).exists()


def test_a_kind_says_nothing_of_threads_and_replies_unless_it_has_them(member: Any) -> None:
    kind, fact = DoorIsOpen(), DoorOpened(None, ())
    assert (kind.thread(fact), kind.exempt(fact), kind.reply_to(fact, member)) == ("", False, None)
    assert (Kind.conversation, Kind.transactional) == (False, False)


def test_of_the_account_itself_even_those_are_told_who_are_no_members(
    member: Any, pending: Any, suspended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DoorIsOpen, "transactional", True)
    fact = DoorOpened(None, (member.pk, pending.pk, suspended.pk))
    assert recipients(DoorIsOpen(), fact, actor_id=member.pk).count() == 3
