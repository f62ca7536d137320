"""Summaries: at the person's hour, once, never empty, with nothing in them that is not theirs to see."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.db import connection

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import seat, unseat
from portal.notifications import choosing, digests
from portal.notifications.models import Digest, Notification
from portal.notifications.operations import mark_read, set_level
from portal.notifications.summary import SummaryLine, pick
from portal.outbox.drain import drain, run_errands
from portal.outbox.models import Mail
from tests.harness.smtp_sink import SmtpSink
from tests.notifications.conftest import AT, DoorIsOpen, readers

pytestmark = pytest.mark.django_db
Happen = Callable[..., Any]
Door = Callable[..., Channel]
# AT is a Monday, 09:30 in UTC, where the people of these tests live unless one says otherwise.
SEVEN = datetime(2026, 5, 5, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def daily(member: Any, co_member: Any) -> None:
    """Both want doors once a day."""
    for person in (member, co_member):
        choosing.choose(kind=DoorIsOpen.slug, way="daily", by=person)


@pytest.fixture
def told(happen: Happen) -> Callable[..., Any]:
    """A door is opened, and the errand of telling it is done."""

    def tell(*people: Any, **more: Any) -> Any:
        row = happen(*people, **more)
        while run_errands():
            pass
        return row

    return tell


def drain_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        drain()


def texts(sink: SmtpSink) -> list[str]:
    return [delivery.message.get_body(("plain",)).get_content() for delivery in sink.deliveries]


def test_a_summary_comes_at_seven_the_next_morning_with_what_why_and_where(
    told: Callable[..., Any], door: Door, member: Any, sink: SmtpSink
) -> None:
    told(member, about=door(), title="The red door")
    drain_at(SEVEN - timedelta(seconds=1))
    assert sink.deliveries == []
    drain_at(SEVEN)
    (delivery,) = sink.deliveries
    message: EmailMessage = delivery.message
    assert (message["To"], message["Subject"]) == (member.email, "Your day: 1 piece of news")
    assert message["List-Id"] == "<daily-summary.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = message.get_body(("html",)).get_content()
    for body in (texts(sink)[0], html):
        assert "The red door is open" in body
        assert "You asked about doors." in body
        assert "http://localhost:8000/glossary/" in body
        assert "/notifications/stop/" in body
        assert "http://localhost:8000/settings/notifications/" in body
    notice = Notification.objects.get()
    assert (notice.waiting, notice.digest.day) == (False, date(2026, 5, 5))


def test_a_weekly_one_comes_on_the_day_of_the_week_that_was_chosen(
    told: Callable[..., Any], member: Any, sink: SmtpSink
) -> None:
    choosing.choose(kind=DoorIsOpen.slug, way="weekly", by=member)
    choosing.choose_times(hour=18, weekday=4, paused_until=None, by=member, at=AT)
    told(member)
    friday = datetime(2026, 5, 8, 18, tzinfo=UTC)
    for day in range(4):
        drain_at(SEVEN + day * DAY)
    assert sink.deliveries == []
    drain_at(friday)
    assert [delivery.message["Subject"] for delivery in sink.deliveries] == ["Your week: 1 piece of news"]


def test_each_is_told_by_their_own_clock(told: Callable[..., Any], member: Any, co_member: Any, sink: SmtpSink) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Auckland")  # 19:00 UTC of the same day
    User.objects.filter(pk=co_member.pk).update(time_zone="America/Los_Angeles")  # 14:00 UTC: later that morning
    told(member, co_member)
    drain_at(datetime(2026, 5, 4, 13, 59, tzinfo=UTC))
    assert readers(sink) == []
    drain_at(datetime(2026, 5, 4, 14, tzinfo=UTC))
    assert readers(sink) == [co_member.email]
    drain_at(datetime(2026, 5, 4, 19, tzinfo=UTC))
    assert readers(sink) == sorted([member.email, co_member.email])


def test_whoever_moves_gets_it_by_the_new_clock(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    told(member)
    drain_at(AT)
    assert Digest.objects.get().due_at == SEVEN
    User.objects.filter(pk=member.pk).update(time_zone="Asia/Tokyo")
    drain_at(datetime(2026, 5, 4, 22, tzinfo=UTC))
    assert readers(sink) == [member.email]


def test_all_that_waits_comes_in_one_and_once(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    for number in range(3):
        told(member, key=f"door:{number}", title=f"Door {number}", at=AT + timedelta(hours=number))
    for _beat in range(3):
        drain_at(SEVEN)
    (text,) = texts(sink)
    assert [text.count(f"Door {number} is open") for number in range(3)] == [1, 1, 1]
    drain_at(SEVEN + DAY)
    assert len(sink.deliveries) == 1
    assert not Digest.objects.filter(day=None).exists()


def test_a_late_run_makes_one_of_all_the_days(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    for day in range(4):
        told(member, key=f"door:{day}", at=AT + day * DAY)
    drain_at(AT + 5 * DAY)
    assert [delivery.message["Subject"] for delivery in sink.deliveries] == ["Your day: 4 pieces of news"]


def test_two_beats_at_once_make_one(told: Callable[..., Any], member: Any) -> None:
    told(member)
    digests.plan(at=SEVEN)
    first, second = Digest.objects.get(), Digest.objects.get()
    assert digests.make(digest=first, at=SEVEN)
    assert not digests.make(digest=second, at=SEVEN)
    assert Mail.objects.filter(renderer="digest").count() == 1


def test_a_second_one_on_a_day_waits_for_the_next(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    told(member)
    drain_at(SEVEN)
    told(member, key="door:2", at=SEVEN + timedelta(hours=1))
    choosing.choose_times(hour=10, weekday=0, paused_until=None, by=member, at=SEVEN)
    drain_at(SEVEN + timedelta(hours=3))
    assert len(sink.deliveries) == 1
    drain_at(SEVEN + timedelta(hours=3) + DAY)
    assert len(sink.deliveries) == 2


def test_a_clock_that_is_put_forward_and_back_makes_none_twice(
    told: Callable[..., Any], member: Any, sink: SmtpSink
) -> None:
    told(member)
    for moment in (SEVEN - timedelta(hours=2), SEVEN, SEVEN - timedelta(hours=2), SEVEN + timedelta(hours=2), SEVEN):
        drain_at(moment)
    assert len(sink.deliveries) == 1


def test_what_was_read_in_the_portal_is_not_told_again_and_an_empty_one_is_never_sent(
    told: Callable[..., Any], member: Any, sink: SmtpSink
) -> None:
    told(member, title="Read")
    told(member, key="door:2", title="Unread")
    mark_read(notices=Notification.objects.filter(fact__key="door:1"), at=AT)
    drain_at(SEVEN)
    (text,) = texts(sink)
    assert ("Unread is open" in text, "Read is open" in text) == (True, False)
    told(member, key="door:3", at=SEVEN)
    mark_read(notices=Notification.objects.all(), at=SEVEN)
    drain_at(SEVEN + DAY)
    assert len(sink.deliveries) == 1
    assert Digest.objects.count() == 1
    assert Mail.objects.filter(renderer="digest").count() == 1


def _lose_the_seat(channel: Channel, person: Any) -> None:
    unseat(channel=channel, user=person)


def _be_suspended(channel: Channel, person: Any) -> None:
    User.objects.filter(pk=person.pk).update(standing="suspended", is_active=False)


def _mute(channel: Channel, person: Any) -> None:
    set_level(channel=channel, level="muted", by=person, at=AT)


def _want_none(channel: Channel, person: Any) -> None:
    choosing.choose(kind=DoorIsOpen.slug, way="nothing", by=person)


def _stop_all(channel: Channel, person: Any) -> None:
    choosing.put_brake(brake="stop", by=person)


def _read(channel: Channel, person: Any) -> None:
    mark_read(notices=Notification.objects.filter(person=person), at=AT)


def _see_it_vanish(channel: Channel, person: Any) -> None:
    DoorIsOpen.note = ""


@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize("change", [_lose_the_seat, _be_suspended, _mute, _want_none, _stop_all, _read, _see_it_vanish])
def test_a_summary_holds_nothing_that_was_lost_meanwhile(  # noqa: PLR0917
    told: Callable[..., Any],
    door: Door,
    member: Any,
    sink: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Channel, Any], None],
    queued: bool,
) -> None:
    monkeypatch.setattr(DoorIsOpen, "note", "Come in.")
    channel = door("seated")
    seat(channel=channel, user=member)
    told(member, about=channel)
    if queued:
        digests.make_due_digests(at=SEVEN)
        assert Mail.objects.filter(renderer="digest", state="queued").exists()
    change(channel, member)
    drain_at(SEVEN)
    assert sink.deliveries == []


def test_in_a_pause_summaries_wait_and_then_one_comes_with_all(
    told: Callable[..., Any], member: Any, sink: SmtpSink
) -> None:
    told(member)
    choosing.choose_times(hour=7, weekday=0, paused_until=date(2026, 5, 11), by=member, at=AT)
    told(member, key="door:2", at=AT + 2 * DAY)
    for day in range(6):
        drain_at(SEVEN + day * DAY)
    assert sink.deliveries == []
    drain_at(datetime(2026, 5, 11, 7, tzinfo=UTC))
    assert [delivery.message["Subject"] for delivery in sink.deliveries] == ["Your day: 2 pieces of news"]


def test_whoever_pauses_or_slows_down_after_it_was_made_gets_it_later(
    told: Callable[..., Any], member: Any, co_member: Any, sink: SmtpSink
) -> None:
    told(member, co_member)
    digests.make_due_digests(at=SEVEN)
    choosing.choose_times(hour=7, weekday=0, paused_until=date(2026, 5, 8), by=member, at=SEVEN)
    choosing.put_brake(brake="weekly", by=co_member)
    drain_at(SEVEN)
    assert sink.deliveries == []
    drain_at(datetime(2026, 5, 8, 7, tzinfo=UTC))
    assert readers(sink) == [member.email]
    drain_at(datetime(2026, 5, 11, 7, tzinfo=UTC))
    assert readers(sink) == sorted([member.email, co_member.email])


def test_ten_lines_and_the_rest_as_a_number(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    for number in range(22):
        told(member, key=f"door:{number}", title=f"Door {number:02}")
    drain_at(SEVEN)
    (text,) = texts(sink)
    assert text.count(" is open") == 10
    assert "and 12 more in your notifications:" in text
    assert "\nhttp://localhost:8000/notifications/\r\n" in text
    assert sink.deliveries[0].message["Subject"] == "Your day: 22 pieces of news"


def line(headline: str, actor: int, minute: int, weight: str = "news") -> SummaryLine:
    return SummaryLine(headline, "why", "/", AT + timedelta(minutes=minute), "", weight, actor)


def test_whoever_writes_most_does_not_push_the_others_out() -> None:
    busy = [line(f"busy {number}", 1, 100 + number) for number in range(20)]
    others = [line("rare", 2, 1), line("old", 3, 0)]
    picked, left = pick([*busy, *others], limit=5)
    assert {each.headline for each in picked} == {"busy 19", "busy 18", "busy 17", "rare", "old"}
    assert left == 17
    assert [each.at for each in picked] == sorted((each.at for each in picked), reverse=True)


def test_what_speaks_to_the_person_is_always_among_them() -> None:
    busy = [line(f"busy {number}", number, 100 + number) for number in range(20)]
    picked, _left = pick([*busy, line("to you", 1, 0, "addressed")], limit=3)
    assert "to you" in {each.headline for each in picked}


def test_one_that_breaks_keeps_nobody_from_theirs(
    told: Callable[..., Any], member: Any, co_member: Any, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(member, co_member)
    digests.plan(at=AT)
    real = digests.make

    def make(*, digest: Digest, at: datetime) -> bool:
        if digest.person_id == member.pk:
            msg = "broken"
            raise RuntimeError(msg)
        return real(digest=digest, at=at)

    monkeypatch.setattr(digests, "make", make)
    drain_at(SEVEN)
    assert readers(sink) == [co_member.email]


def test_planning_costs_the_same_for_1_and_30_people(told: Callable[..., Any], member: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    costs = []
    people = [member]
    for number, size in enumerate((1, 30)):
        people += [
            User.objects.create(email=f"d{each}@x.example", name="D", standing="member")
            for each in range(len(people), size)
        ]
        for person in people:
            choosing.choose(kind=DoorIsOpen.slug, way="daily", by=person)
        Digest.objects.all().delete()
        told(*people, key=f"door:{number}")
        with CaptureQueriesContext(connection) as queries:
            digests.plan(at=AT)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert Digest.objects.count() == 30


def test_an_erased_person_s_summary_is_gone(told: Callable[..., Any], member: Any, sink: SmtpSink) -> None:
    told(member)
    digests.make_due_digests(at=SEVEN)
    User.objects.filter(pk=member.pk).delete()
    drain_at(SEVEN)
    assert sink.deliveries == []
    assert not Digest.objects.exists()
