"""Channels are seen by whom their audience says; seats and follows are one for each person."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import User
from portal.follows import operations, queries
from portal.follows.models import Channel, Follow, Reach, Seat

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ROLES = ("visitor", "pending", "suspended", "member", "co_member", "provider", "staff", "superuser")


def door(audience: str, **fields: Any) -> Channel:
    return operations.open_channel(kind="door", title=fields.get("title", "Door"), url="/glossary/", audience=audience)


SEEN_BY = {
    "public": set(ROLES),
    "members": {"member", "co_member", "provider", "staff", "superuser"},
    "seated": {"co_member", "staff", "superuser"},
    "staff": {"staff", "superuser"},
}


@pytest.mark.parametrize("audience", Reach.values)
@pytest.mark.parametrize("role", ROLES)
def test_who_sees_a_channel(audience: str, role: str, request: pytest.FixtureRequest, co_member: Any) -> None:
    channel = door(audience)
    operations.seat(channel=channel, user=co_member)
    seen = Channel.objects.visible_to(request.getfixturevalue(role)).filter(pk=channel.pk).exists()
    assert seen == (role in SEEN_BY[audience])


account = st.fixed_dictionaries(
    {
        "standing": st.sampled_from(["member", "pending", "suspended"]),
        "is_active": st.booleans(),
        "is_staff": st.booleans(),
        "is_superuser": st.booleans(),
        "seat": st.sampled_from([None, *Seat.Role.values]),
    }
)


def test_the_rule_is_the_same_from_both_sides() -> None:
    """`visible_to(person)` picks channels, `who_may_see(channel)` picks people: one rule, written twice."""
    channels = [door(audience) for audience in Reach.values]
    made = []

    @given(traits=account)
    @settings(max_examples=80, deadline=None)
    def check(traits: dict[str, Any]) -> None:
        place = traits.pop("seat")
        user = User.objects.create(email=f"p{len(made)}@x.example", name="P", **traits)
        made.append(user)
        if place:
            Seat.objects.bulk_create(Seat(channel=channel, user=user, role=place) for channel in channels)
        members = User.objects.members().filter(pk=user.pk)
        for channel in channels:
            sees = Channel.objects.visible_to(user).filter(pk=channel.pk).exists()
            is_among = queries.who_may_see(channel, members).exists()
            assert is_among == (sees and user.is_member)
            hosts = Channel.objects.hosted_by(user).filter(pk=channel.pk).exists()
            assert queries.is_host(user, channel) == hosts == (user.is_member and place == "host")

    check()


def test_a_seat_is_one_and_its_role_can_change(member: Any) -> None:
    channel = door("seated")
    operations.seat(channel=channel, user=member)
    operations.seat(channel=channel, user=member, role=Seat.Role.HOST)
    assert list(Seat.objects.values_list("user", "role")) == [(member.pk, "host")]
    operations.unseat(channel=channel, user=member)
    operations.unseat(channel=channel, user=member)
    assert not Channel.objects.visible_to(member).exists()


def test_a_host_who_is_suspended_hosts_no_more(member: Any) -> None:
    channel = door("seated")
    operations.seat(channel=channel, user=member, role=Seat.Role.HOST)
    member.standing = User.Standing.SUSPENDED
    member.save()
    assert not queries.is_host(member, channel)
    assert not Channel.objects.hosted_by(member).exists()


def test_visitors_follow_and_host_nothing() -> None:
    channel, nobody = door("public"), AnonymousUser()
    assert not queries.is_following(nobody, channel)
    assert not queries.is_host(nobody, channel)
    assert not queries.followed_by(nobody).exists()


def test_a_channel_is_written_only_when_it_changed(django_assert_num_queries: Any) -> None:
    channel = door("public")
    with django_assert_num_queries(0):
        operations.keep_in_step(channel=channel, title="Door", url="/glossary/", audience="public")
    operations.keep_in_step(channel=channel, title="Gate", url="/glossary/", audience="members")
    channel.refresh_from_db()
    assert (channel.title, channel.audience) == ("Gate", "members")


def test_follow_and_leave_with_a_button(member: Any, client_of: Callable[[Any], Client]) -> None:
    channel, client = door("members", title="The <door>"), client_of(member)
    for _ in range(2):
        response = client.post(f"/follow/{channel.pk}/", {"want": "1"})
    assert (response.status_code, response["Location"]) == (302, "/glossary/")
    assert queries.is_following(member, channel)
    assert list(queries.followers(channel)) == [member]
    assert list(queries.followed_by(member)) == [channel]
    assert Follow.objects.count() == 1
    client.post(f"/follow/{channel.pk}/", {"want": "0"})
    assert not queries.is_following(member, channel)
    page = client.get("/glossary/").content.decode()
    assert "You no longer follow “The &lt;door&gt;”." in page


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended", "outsider", "provider"])
def test_nobody_follows_what_they_may_not_see(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    hidden = door("seated", title="Hidden")
    client = client_of(request.getfixturevalue(role))
    answers = [client.post(f"/follow/{number}/", {"want": "1"}) for number in (hidden.pk, hidden.pk + 1000)]
    assert {answer.status_code for answer in answers} <= {302, 404}
    assert answers[0].status_code == answers[1].status_code
    assert not Follow.objects.exists()


def test_a_follower_who_loses_sight_of_it_sees_it_no_more_in_their_list(member: Any) -> None:
    channel = door("members")
    operations.follow(channel=channel, by=member, at=AT)
    operations.keep_in_step(channel=channel, title="Door", url="/", audience="staff")
    assert not queries.followed_by(member).exists()


@pytest.mark.parametrize("number", ["0", "9" * 21, "9223372036854775808"])
def test_no_channel_has_such_a_number(number: str, member: Any, client_of: Callable[[Any], Client]) -> None:
    assert client_of(member).post(f"/follow/{number}/").status_code == 404


def test_a_seat_in_one_channel_is_none_in_another(member: Any) -> None:
    one, other = door("seated"), door("seated")
    operations.seat(channel=one, user=member, role=Seat.Role.HOST)
    assert list(Channel.objects.visible_to(member)) == [one]
    assert not queries.is_host(member, other)
    assert list(queries.seated(one)) == [member]
