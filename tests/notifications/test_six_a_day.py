"""At most six mails a day for each person; what comes after them waits for the next summary."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.models import User
from portal.notifications import choosing
from portal.notifications.models import Notification
from portal.notifications.operations import read_about
from portal.notifications.queries import Told, who_will_be_told
from portal.notifications.settling import settle
from portal.outbox.drain import run_errands
from portal.outbox.models import Mail
from tests.notifications.conftest import AT, DoorIsOpen, DoorOpened

pytestmark = pytest.mark.django_db
Happen = Callable[..., Any]
HOUR = timedelta(hours=1)


def ways() -> list[str]:
    return list(Notification.objects.order_by("at", "pk").values_list("way", flat=True))


def times(happen: Happen, number: int, *people: Any, at: datetime = AT, key: str = "door") -> None:
    for each in range(number):
        happen(*people, key=f"{key}:{each}", at=at + timedelta(minutes=each))
        run_errands()


def test_the_seventh_waits_for_the_summary(happen: Happen, member: Any, co_member: Any) -> None:
    happen(co_member, key="other", at=AT - HOUR)
    times(happen, 8, member)
    mine = Notification.objects.filter(person=member)
    assert list(mine.order_by("at").values_list("way", "mail_slot", "waiting")) == [
        *[("mail", slot, False) for slot in range(1, 7)],
        ("daily", None, True),
        ("daily", None, True),
    ]
    assert Mail.objects.filter(person=member).count() == 6


def test_the_next_day_begins_at_the_person_s_midnight(happen: Happen, member: Any, co_member: Any) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Auckland")
    User.objects.filter(pk=co_member.pk).update(time_zone="America/Los_Angeles")
    noon = datetime(2026, 5, 4, 11, 50, tzinfo=UTC)  # ten minutes to midnight in Auckland
    times(happen, 6, member, co_member, at=noon - HOUR)
    happen(member, co_member, key="before", at=noon + timedelta(minutes=9))
    happen(member, co_member, key="after", at=noon + timedelta(minutes=11))
    run_errands()
    last = Notification.objects.filter(fact__key__in=["before", "after"]).order_by("at")
    assert [(notice.person.email.split("@")[0], notice.way) for notice in last.order_by("person", "at")] == [
        ("olena", "daily"),
        ("olena", "mail"),
        ("carlo", "daily"),
        ("carlo", "daily"),
    ]


def test_what_cannot_wait_is_not_counted(happen: Happen, member: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    times(happen, 6, member)
    with monkeypatch.context() as patch:
        patch.setattr(DoorIsOpen, "exempt", lambda self, fact: True)
        happen(member, key="tomorrow", at=AT + HOUR)
        run_errands()
    happen(member, key="later", at=AT + 2 * HOUR)
    run_errands()
    assert ways() == ["mail"] * 7 + ["daily"]


def test_mail_about_the_account_is_not_counted(happen: Happen, member: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(DoorIsOpen, "transactional", True)
        times(happen, 7, member)
    times(happen, 6, member, at=AT + HOUR, key="news")
    assert ways() == ["mail"] * 13


def test_what_joins_a_waiting_mail_is_not_counted(say: Callable[..., Any], member: Any) -> None:
    choosing.choose_preset(preset="everything", by=member, at=AT)
    for number in range(12):
        say(f"tests.thread:{number % 6}", seated=[member], at=AT + timedelta(seconds=number))
    assert ways() == ["mail"] * 12
    assert Mail.objects.count() == 6
    say("tests.thread:7", seated=[member], at=AT + timedelta(minutes=1))
    assert ways()[-1] == "daily"
    say("tests.thread:1", seated=[member], at=AT + timedelta(minutes=2))
    assert ways()[-1] == "mail"


def test_a_mail_that_was_not_needed_gives_its_place_to_the_next(
    say: Callable[..., Any], door: Callable[..., Any], member: Any
) -> None:
    channel = door()
    choosing.choose_preset(preset="everything", by=member, at=AT)
    for number in range(6):
        say(f"tests.thread:{number}", about=channel, seated=[member])
    read_about(channel=channel, thread="tests.thread:2", by=member, at=AT)
    settle(list(Mail.objects.all()), AT)
    say("tests.thread:9", about=channel, seated=[member], at=AT + HOUR)
    say("tests.thread:10", about=channel, seated=[member], at=AT + HOUR)
    assert list(Notification.objects.order_by("pk").values_list("mail_slot", flat=True)) == [
        1,
        2,
        None,
        4,
        5,
        6,
        3,
        None,
    ]


def test_who_wants_no_summaries_finds_the_seventh_in_the_list(happen: Happen, member: Any) -> None:
    choosing.put_brake(brake="no_digest", by=member)
    times(happen, 7, member)
    assert ways() == ["mail"] * 6 + ["list"]
    assert not Notification.objects.filter(waiting=True).exists()


def test_a_composer_is_told_when_the_day_is_full(happen: Happen, member: Any, co_member: Any) -> None:
    times(happen, 6, member)
    fact = DoorOpened(None, (member.pk, co_member.pk))
    told = who_will_be_told(kind=DoorIsOpen.slug, fact=fact, by=None, at=AT + HOUR)
    assert told == Told(people=2, by_mail=1, in_digest=1)


def test_the_database_itself_refuses_a_seventh(happen: Happen, member: Any) -> None:
    times(happen, 7, member)
    seventh = Notification.objects.get(mail_slot=None)
    for slot in (0, 1, 7):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notification.objects.filter(pk=seventh.pk).update(
                way="mail", waiting=False, mail_day=AT.date(), mail_slot=slot
            )
