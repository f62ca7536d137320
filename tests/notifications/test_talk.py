"""Talk waits five minutes, comes as one mail for each thread and person, and not at all when read meanwhile."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.follows.models import Channel
from portal.notifications import choosing
from portal.notifications.models import Notification, ReadMark
from portal.notifications.operations import mark_read, read_about, set_level
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from tests.harness.smtp_sink import SmtpSink
from tests.notifications.conftest import AT, readers

pytestmark = pytest.mark.django_db
Say = Callable[..., Any]
Door = Callable[..., Channel]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def everything(member: Any, co_member: Any) -> None:
    """Both want everything by mail."""
    for person in (member, co_member):
        choosing.choose_preset(preset="everything", by=person, at=AT)


def drain_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        drain()


def words(sink: SmtpSink) -> list[list[str]]:
    """What each mail said, item by item."""
    bodies = [delivery.message.get_body(("plain",)).get_content() for delivery in sink.deliveries]
    return [[line for line in body.splitlines() if line.startswith("word")] for body in bodies]


def test_a_mail_waits_five_minutes(say: Say, member: Any, sink: SmtpSink) -> None:
    say(seated=[member], words="word 1")
    assert Mail.objects.get().due_at == AT + 5 * MINUTE
    drain_at(AT + 5 * MINUTE - timedelta(seconds=1))
    assert sink.deliveries == []
    drain_at(AT + 5 * MINUTE)
    assert readers(sink) == [member.email]


def test_what_is_said_meanwhile_comes_in_the_same_mail_in_order(say: Say, member: Any, sink: SmtpSink) -> None:
    for minute in (0, 1, 4):
        say(seated=[member], words=f"word {minute}", at=AT + minute * MINUTE)
    assert Mail.objects.get().due_at == AT + 5 * MINUTE
    drain_at(AT + 5 * MINUTE)
    assert words(sink) == [["word 0", "word 1", "word 4"]]
    assert sink.deliveries[0].message["Subject"] == "Somebody said word 4"


def test_after_the_mail_has_gone_the_next_begins(say: Say, member: Any, sink: SmtpSink) -> None:
    say(seated=[member], words="word 0")
    drain_at(AT + 5 * MINUTE)
    say(seated=[member], words="word 6", at=AT + 6 * MINUTE)
    drain_at(AT + 11 * MINUTE)
    assert words(sink) == [["word 0"], ["word 6"]]


def test_a_mail_that_a_sender_holds_takes_nothing_in_any_more(say: Say, member: Any) -> None:
    say(seated=[member], words="word 0")
    Mail.objects.update(state=Mail.State.SENDING)
    say(seated=[member], words="word 1", at=AT + MINUTE)
    assert Mail.objects.count() == 2
    assert not Notification.objects.exclude(joins=None).exists()


def test_each_thread_and_each_person_has_a_mail_of_their_own(
    say: Say, member: Any, co_member: Any, sink: SmtpSink
) -> None:
    say("tests.thread:1", seated=[member, co_member], words="word 1")
    say("tests.thread:2", seated=[member], words="word 2", at=AT + MINUTE)
    say("tests.thread:1", seated=[co_member], words="word 3", at=AT + 2 * MINUTE)
    drain_at(AT + 10 * MINUTE)
    assert sorted(zip(readers_in_order(sink), words(sink), strict=True)) == sorted(
        [(member.email, ["word 1"]), (member.email, ["word 2"]), (co_member.email, ["word 1", "word 3"])]
    )


def readers_in_order(sink: SmtpSink) -> list[str]:
    return [delivery.recipients[0] for delivery in sink.deliveries]


def test_talk_without_a_thread_is_not_merged(say: Say, member: Any, sink: SmtpSink) -> None:
    say("", seated=[member], words="word 1")
    say("", seated=[member], words="word 2", at=AT + MINUTE)
    drain_at(AT + 10 * MINUTE)
    assert sorted(words(sink)) == [["word 1"], ["word 2"]]


def test_whoever_opened_the_thread_meanwhile_gets_no_mail(
    say: Say, door: Door, member: Any, co_member: Any, sink: SmtpSink
) -> None:
    channel = door()
    say(about=channel, seated=[member, co_member], words="word 1")
    read_about(channel=channel, thread="tests.thread:1", by=member, at=AT + 2 * MINUTE)
    drain_at(AT + 5 * MINUTE)
    assert readers(sink) == [co_member.email]
    assert Mail.objects.get(person=member).state == "suppressed"
    mine = Notification.objects.get(person=member)
    assert (mine.way, mine.mail_slot) == ("list", None)


def test_what_was_read_is_left_out_and_the_rest_is_mailed(say: Say, door: Door, member: Any, sink: SmtpSink) -> None:
    channel = door()
    say(about=channel, seated=[member], words="word 1")
    read_about(channel=channel, thread="tests.thread:1", by=member, at=AT + MINUTE)
    say(about=channel, seated=[member], words="word 2", at=AT + 2 * MINUTE)
    drain_at(AT + 5 * MINUTE)
    assert words(sink) == [["word 2"]]
    assert Notification.objects.filter(person=member, mail_slot=1).count() == 1


def test_opening_a_thread_marks_what_was_told_of_it_and_nothing_else(
    say: Say, door: Door, member: Any, co_member: Any, django_assert_num_queries: Any
) -> None:
    channel, other = door(), door(title="Another")
    for thread, about in (("tests.thread:1", channel), ("tests.thread:2", channel), ("tests.thread:1", other)):
        say(thread, about=about, seated=[member, co_member])
    read_about(channel=channel, thread="tests.thread:1", by=member, at=AT)
    (mark,) = ReadMark.objects.select_related("notification")
    assert (mark.notification.person, mark.notification.channel, mark.notification.thread) == (
        member,
        channel,
        "tests.thread:1",
    )
    with django_assert_num_queries(1):
        read_about(channel=channel, thread="tests.thread:1", by=member, at=AT)
    read_about(channel=channel, by=member, at=AT)
    assert ReadMark.objects.count() == 1


def test_a_visitor_reads_without_a_trace(door: Door, visitor: Any, django_assert_num_queries: Any) -> None:
    channel = door()
    with django_assert_num_queries(0):
        read_about(channel=channel, by=visitor, at=AT)


def test_who_mutes_the_thread_before_the_mail_goes_gets_none(say: Say, door: Door, member: Any, sink: SmtpSink) -> None:
    channel = door()
    say(about=channel, seated=[member], words="word 1")
    set_level(channel=channel, thread="tests.thread:1", level="muted", by=member, at=AT + MINUTE)
    drain_at(AT + 5 * MINUTE)
    assert sink.deliveries == []


@pytest.mark.parametrize(("way", "waits"), [("daily", True), ("weekly", True), ("list", False), ("nothing", False)])
def test_who_wants_it_otherwise_before_the_mail_goes_gets_it_so(
    say: Say, member: Any, sink: SmtpSink, way: str, waits: bool
) -> None:
    say(seated=[member], words="word 1")
    choosing.choose(kind="tests.spoke", way=way, by=member)
    drain_at(AT + 5 * MINUTE)
    assert sink.deliveries == []
    notice = Notification.objects.get()
    assert (notice.way, notice.waiting, notice.mail_slot) == (way if waits else "list", waits, None)


def test_a_mail_goes_on_without_the_notice_that_led_it_and_still_counts(say: Say, member: Any, sink: SmtpSink) -> None:
    say(seated=[member], words="word 1")
    say(mentioned=[member], words="word 2", at=AT + MINUTE)
    choosing.choose(kind="tests.spoke", way="daily", by=member)
    drain_at(AT + 5 * MINUTE)
    assert words(sink) == [["word 2"]]
    assert list(Notification.objects.order_by("at").values_list("way", "waiting", "mail_slot")) == [
        ("daily", True, None),
        ("mail", False, 1),
    ]


def test_what_is_no_talk_is_mailed_at_once_and_also_when_read(
    happen: Callable[..., Any], member: Any, sink: SmtpSink
) -> None:
    from portal.outbox.drain import run_errands

    happen(member)
    run_errands()
    assert Mail.objects.get().due_at == AT
    mark_read(notices=Notification.objects.all(), at=timezone.now())
    drain()
    assert readers(sink) == [member.email]
