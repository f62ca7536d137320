"""Joining, leaving, being appointed: memberships stay on record, seats follow, a group keeps a lead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.models import Contribution, User
from portal.follows.models import Seat
from portal.follows.queries import is_following
from portal.outbox.models import Fact
from tests.factories.members import ProfileFactory
from tests.factories.notifications import wants_mail
from tests.factories.workinggroups import make_group
from workinggroups import operations, queries
from workinggroups.models import Membership, WorkingGroup

pytestmark = pytest.mark.django_db


def seats(group: WorkingGroup) -> dict[str, str]:
    return {seat.user.name: seat.role for seat in Seat.objects.filter(channel=group.channel).select_related("user")}


def active(group: WorkingGroup) -> dict[str, str]:
    return {row.user.name: row.role for row in group.memberships.active().select_related("user")}


def test_one_click_joins_and_the_seat_comes_with_it(outsider: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group()
    client = client_of(outsider)
    for _click in range(3):
        response = client.post(f"/groups/{group.slug}/join/", follow=True)
    assert "You belong to “" in response.content.decode()
    assert active(group)["Otto Outsider"] == "member"
    assert seats(group)["Otto Outsider"] == "reader"
    assert Membership.objects.filter(user=outsider).count() == 1


def test_a_get_joins_nobody(outsider: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group()
    for verb in ("join", "leave"):
        assert client_of(outsider).get(f"/groups/{group.slug}/{verb}/").status_code == 405
    assert "Otto Outsider" not in active(group)


def test_leaving_asks_once_and_keeps_the_record(co_member: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(members=(co_member,))
    client, url = client_of(co_member), f"/groups/{group.slug}/leave/"
    assert "Leave “" in client.post(url).content.decode()
    assert "Carlo Comember" in active(group)
    client.post(url, {"sure": "1"})
    assert "Carlo Comember" not in active(group)
    assert "Carlo Comember" not in seats(group)
    row = Membership.objects.get(group=group, user=co_member)
    assert row.until == timezone.now().date()
    client.post(f"/groups/{group.slug}/join/")
    assert Membership.objects.filter(group=group, user=co_member).count() == 2


def test_leaving_a_private_group_leads_to_what_one_still_sees(
    co_member: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(audience="private", members=(co_member,))
    response = client_of(co_member).post(f"/groups/{group.slug}/leave/", {"sure": "1"})
    assert response["Location"] == "/groups/"


def test_the_last_lead_stays(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    response = client_of(lead).post(f"/groups/{group.slug}/leave/", {"sure": "1"}, follow=True)
    assert "A group keeps at least one lead." in response.content.decode()
    with pytest.raises(operations.NotPossible):
        operations.appoint(group=group, user=lead, role="member", by=None, at=timezone.now())
    assert active(group) == {"Lena Lead": "lead"}
    assert seats(group) == {"Lena Lead": "host"}


def test_a_new_role_is_a_new_row_and_a_new_seat(lead: User, co_member: User) -> None:
    group = make_group(lead=lead, members=(co_member,))
    at = timezone.now()
    operations.appoint(group=group, user=co_member, role="lead", by=None, at=at)
    operations.appoint(group=group, user=co_member, role="lead", by=None, at=at)
    assert [(row.role, row.until is None) for row in Membership.objects.filter(user=co_member).order_by("pk")] == [
        ("member", False),
        ("lead", True),
    ]
    assert seats(group)["Carlo Comember"] == "host"
    operations.leave(group=group, by=lead, at=at)
    assert active(group) == {"Carlo Comember": "lead"}


def test_a_profile_names_the_groups_its_person_leads(lead: User, co_member: User) -> None:
    group = make_group(lead=lead)
    at = timezone.now()
    assert [row.title for row in Contribution.objects.filter(person=lead)] == [group.title]
    operations.appoint(group=group, user=co_member, role="lead", by=None, at=at)
    operations.leave(group=group, by=lead, at=at)
    assert not Contribution.objects.filter(person=lead).exists()
    assert Contribution.objects.filter(person=co_member).exists()


@pytest.mark.parametrize(
    ("fields", "who", "may"),
    [
        ({}, "outsider", True),
        ({}, "provider", True),
        ({"takes_providers": False}, "provider", False),
        ({"takes_providers": False}, "outsider", True),
        ({"state": "dormant"}, "outsider", True),
        ({"state": "closed"}, "outsider", False),
        ({"audience": "members"}, "outsider", True),
    ],
)
def test_who_may_join_by_themselves(
    fields: dict[str, Any], who: str, may: bool, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    group, user = make_group(**fields), request.getfixturevalue(who)
    client_of(user).post(f"/groups/{group.slug}/join/")
    assert (user.name in active(group)) == may


def test_nobody_joins_a_private_group_by_themselves(outsider: User) -> None:
    group = make_group(audience="private")
    with pytest.raises(operations.NotPossible):
        operations.join(group=group, kind="practitioner", by=outsider, at=timezone.now())


@pytest.mark.parametrize("who", ["pending", "suspended"])
def test_only_approved_members_are_appointed(who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(operations.NotPossible):
        operations.appoint(
            group=make_group(), user=request.getfixturevalue(who), role="member", by=None, at=timezone.now()
        )


def test_the_database_keeps_one_active_membership_for_each_person(co_member: User) -> None:
    group = make_group(members=(co_member,))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(group=group, user=co_member, since=timezone.now().date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=co_member).update(until=timezone.now().date() - timedelta(days=900))


def test_following_is_not_belonging(outsider: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group()
    client = client_of(outsider)
    assert ">Follow<" in client.get(group.get_absolute_url()).content.decode()
    client.post(f"/follow/{group.channel_id}/", {"want": "1"})
    assert is_following(outsider, group.channel)
    assert "Otto Outsider" not in active(group)
    assert ">Following<" in client.get(group.get_absolute_url()).content.decode()
    client.post(f"/follow/{group.channel_id}/", {"want": "0"})
    assert not is_following(outsider, group.channel)


def test_staff_appoint_and_end_memberships_from_a_page(
    staff: User, outsider: User, lead: User, client_of: Callable[[Any], Client]
) -> None:
    group, client = make_group(lead=lead, audience="private"), client_of(staff)
    handle = outsider.profile.handle
    url = f"/groups/{group.slug}/appoint/"
    wrong = client.post(url, {"person": "nobody", "role": "member"})
    assert "There is no member with this address." in wrong.content.decode()
    client.post(url, {"person": f"https://portal.example/members/{handle}/", "role": "lead"})
    assert active(group) == {"Lena Lead": "lead", "Otto Outsider": "lead"}
    client.post(f"/groups/{group.slug}/members/{outsider.pk}/end/")
    assert active(group) == {"Lena Lead": "lead"}
    response = client.post(f"/groups/{group.slug}/members/{lead.pk}/end/", follow=True)
    assert "A group keeps at least one lead." in response.content.decode()
    assert client.post(f"/groups/{group.slug}/members/{outsider.pk}/end/").status_code == 404
    last = client.post(url, {"person": lead.profile.handle, "role": "member"})
    assert "A group keeps at least one lead." in last.content.decode()


def test_the_leads_hear_of_who_joins_once_and_nobody_else(
    lead: User, co_member: User, provider: User, sent: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    group = make_group(lead=lead, members=(co_member,))
    wants_mail(lead)
    for _click in range(2):
        operations.join(group=group, kind="provider", by=provider, at=timezone.now())
    mails = sent()
    assert [mail.to for mail in mails] == [["lena@agency.example"]]
    assert mails[0].subject == f"Somebody joined “{group.title}”"
    assert f"Piet Provider joined “{group.title}”" in mails[0].body
    for body in (mails[0].body, mails[0].alternatives[0][0]):
        assert "Provider" in body
        assert "You lead “" in body
    assert Fact.objects.filter(name="workinggroups.MemberJoined").count() == 1


def test_who_left_again_is_not_announced(
    lead: User, outsider: User, sent: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    group = make_group(lead=lead)
    operations.join(group=group, kind="practitioner", by=outsider, at=timezone.now())
    operations.leave(group=group, by=outsider, at=timezone.now())
    assert sent() == []


def test_the_balance_counts_those_who_belong_now(db: None) -> None:
    kinds = ["practitioner"] * 3 + ["researcher"] * 2 + ["provider"]
    people = [ProfileFactory(kind=kind).user for kind in kinds]
    group = make_group(lead=people[0], members=tuple(people[1:]))
    gone = people[2]
    operations.leave(group=group, by=gone, at=timezone.now())
    balance = queries.balances([group.pk])[group.pk]
    assert [(share.kind, share.count) for share in balance.shares] == [
        ("practitioner", 2),
        ("researcher", 2),
        ("provider", 1),
    ]
    assert balance.total == 5
    assert [share.width for share in balance.shares] == [40.0, 40.0, 20.0]
    assert [share.begins for share in balance.shares] == [0.0, 40.0, 80.0]
