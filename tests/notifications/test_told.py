"""One event is told to each person it concerns once, and to nobody who may not see what it is about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import User
from portal.follows.models import Channel, Seat
from portal.follows.operations import open_channel
from portal.notifications import kinds, operations, writing
from portal.notifications.audience import recipients
from portal.notifications.models import Notification, Preference
from portal.notifications.queries import Told, who_will_be_told
from portal.outbox.drain import drain, run_errands, settle_without_mail
from portal.outbox.models import Mail
from portal.outbox.operations import record
from tests.notifications.conftest import AT, DoorIsOpen, DoorOpened

pytestmark = pytest.mark.django_db
Happen = Callable[..., Any]


def told() -> set[str]:
    return set(Notification.objects.values_list("person__email", flat=True))


def test_each_person_concerned_gets_one_notice_with_its_time(happen: Happen, member: Any, co_member: Any) -> None:
    happen(member, co_member)
    drain()
    assert list(Notification.objects.order_by("person").values_list("person", "kind", "at")) == [
        (member.pk, "tests.door-open", AT),
        (co_member.pk, "tests.door-open", AT),
    ]


def test_whoever_did_it_is_not_told(happen: Happen, member: Any, co_member: Any) -> None:
    happen(member, co_member, by=member)
    drain()
    assert told() == {co_member.email}


def test_the_pending_and_the_suspended_are_not_told(happen: Happen, member: Any, pending: Any, suspended: Any) -> None:
    happen(member, pending, suspended)
    drain()
    assert told() == {member.email}


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("public", {"olena", "carlo", "stella"}),
        ("members", {"olena", "carlo", "stella"}),
        ("seated", {"carlo", "stella"}),
        ("staff", {"stella"}),
    ],
)
def test_whoever_may_not_see_the_channel_is_not_told(  # noqa: PLR0917
    happen: Happen,
    door: Callable[..., Channel],
    member: Any,
    co_member: Any,
    staff: Any,
    audience: str,
    expected: set[str],
) -> None:
    channel = door(audience)
    Seat.objects.create(channel=channel, user=co_member)
    happen(member, co_member, staff, about=channel)
    drain()
    assert {email.split("@")[0] for email in told()} == expected


def test_telling_twice_tells_once(happen: Happen, member: Any, own_kinds: kinds.Kind) -> None:
    row = happen(member)
    envelope = operations.Envelope(fact_id=row.pk, at=AT, by_id=None)
    for _ in range(3):
        operations.notify(kind=own_kinds, fact=DoorOpened(None, (member.pk,)), envelope=envelope)
    drain()
    assert Notification.objects.count() == Mail.objects.count() == 1


def test_two_kinds_about_one_event_give_a_person_one_notice_and_one_mail(
    happen: Happen, member: Any, co_member: Any
) -> None:
    @kinds.declare
    class DoorIsOpenForStaff(DoorIsOpen):
        slug = "tests.another"
        label = "A door, again"

        def audience(self, fact: DoorOpened) -> Any:
            return User.objects.filter(pk__in=[member.pk, co_member.pk])

    happen(member)
    run_errands()
    assert sorted(Notification.objects.values_list("person__email", "kind")) == [
        (co_member.email, "tests.another"),
        (member.email, "tests.another"),  # errands run in the order of their names
    ]
    assert Mail.objects.count() == 2


def test_more_people_than_one_batch_holds_are_all_told(happen: Happen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AT_A_TIME", 7)
    people = User.objects.bulk_create(
        User(email=f"p{number}@x.example", name=f"P {number}", standing="member") for number in range(30)
    )
    happen(*people)
    drain()
    assert Notification.objects.count() == 30
    assert Mail.objects.values("person").distinct().count() == 30


def test_imported_facts_are_told_without_mail_and_other_mail_still_goes_out(
    happen: Happen, member: Any, co_member: Any
) -> None:
    happen(member)
    while run_errands():
        pass
    happen(co_member, key="door:of-last-year")
    report = settle_without_mail()
    assert (report.errands > 0, report.mails) == (True, 1)
    assert told() == {member.email, co_member.email}
    assert dict(Mail.objects.values_list("person__email", "state")) == {
        member.email: "queued",
        co_member.email: "suppressed",
    }


def test_half_a_kind_is_refused_at_start() -> None:
    with pytest.raises(TypeError, match=r"Half lacks template, channel, audience"):

        @kinds.declare
        class Half(kinds.Kind):
            slug, label, fact = "tests.half", "Half", DoorOpened


def test_two_kinds_of_one_name_are_refused_at_start() -> None:
    with pytest.raises(ValueError, match="already"):
        kinds.declare(DoorIsOpen)


def test_a_kind_nobody_declared_is_told_to_nobody(member: Any) -> None:
    assert who_will_be_told(kind="tests.none", fact=DoorOpened(None, ()), by=member) == Told(0, 0)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


person = st.fixed_dictionaries(
    {
        "standing": st.sampled_from(["member", "member", "pending", "suspended"]),
        "is_active": st.sampled_from([True, True, True, False]),
        "is_staff": st.sampled_from([False, False, True]),
        "is_superuser": st.sampled_from([False, False, False, True]),
        "seat": st.sampled_from([None, "reader", "host"]),
        "concerned": st.booleans(),
        "mail": st.sampled_from([None, True, False]),
    }
)


@given(
    people=st.lists(person, min_size=1, max_size=8),
    audience=st.sampled_from(["public", "members", "seated", "staff", None]),
    actor=st.integers(min_value=-3, max_value=7),
)
@settings(max_examples=80, deadline=None)
def _promise_is_kept(people: list[dict[str, Any]], audience: str | None, actor: int) -> None:
    with undone():
        channel = open_channel(kind="door", title="Door", url="/", audience=audience) if audience else None
        users = []
        for number, traits in enumerate(people):
            account = {name: traits[name] for name in ("standing", "is_active", "is_staff", "is_superuser")}
            user = User.objects.create(email=f"p{number}@x.example", name=f"P {number}", **account)
            users.append(user)
            if traits["seat"] and channel:
                Seat.objects.create(channel=channel, user=user, role=traits["seat"])
            if traits["mail"] is not None:
                way = "mail" if traits["mail"] else "list"
                Preference.objects.create(person=user, kind="tests.door-open", way=way)
        by = users[actor] if 0 <= actor < len(users) else None
        concerned = tuple(user.pk for user, traits in zip(users, people, strict=True) if traits["concerned"])
        fact = DoorOpened(channel.pk if channel else None, concerned)

        promised = who_will_be_told(kind="tests.door-open", fact=fact, by=by)
        record(fact, key="door:1", by=by, at=AT)
        while run_errands():
            pass

        got = set(Notification.objects.values_list("person", flat=True))
        mailed = list(Mail.objects.values_list("person", flat=True))
        assert promised == Told(len(got), len(mailed), listed=len(got) - len(mailed))
        assert len(mailed) == len(set(mailed))
        # Written out once more, from the words of the rule rather than from the queries.
        expected = {
            user.pk
            for user in users
            if user.pk in concerned
            and user.is_member
            and user != by
            and (channel is None or Channel.objects.visible_to(user).filter(pk=channel.pk).exists())
        }
        assert got == expected
        unwanted = {user.pk for user, traits in zip(users, people, strict=True) if traits["mail"] is False}
        assert set(mailed) == expected - unwanted
        for user in users:
            assert Notification.objects.visible_to(user).count() == (user.pk in got)


def test_who_will_be_told_is_who_is_told() -> None:
    _promise_is_kept()


def test_the_numbers_cost_six_queries_whatever_the_audience(
    django_assert_max_num_queries: Any, happen: Happen, door: Callable[..., Channel], member: Any, own_kinds: kinds.Kind
) -> None:
    fact = DoorOpened(door("seated").pk, (member.pk,))
    with django_assert_max_num_queries(6):
        who_will_be_told(kind=own_kinds.slug, fact=fact, by=None)
    assert not recipients(own_kinds, fact, actor_id=None).exists()
