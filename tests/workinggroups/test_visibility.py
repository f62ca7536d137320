"""Matrix 3.4 for groups: who reads, who joins, who changes; a private group exists for its own people alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel, Follow, Seat
from tests.factories.members import ProfileFactory
from tests.factories.workinggroups import make_group
from tests.meetings.test_visibility import without_token
from workinggroups import operations
from workinggroups.models import Membership, WorkingGroup

ROLES = (
    "visitor",
    "pending",
    "suspended",
    "outsider",
    "provider",
    "other_lead",
    "ex_member",
    "co_member",
    "lead",
    "staff",
)
MEMBERS = {"outsider", "provider", "other_lead", "ex_member", "co_member", "lead", "staff"}
BELONG = {"co_member", "lead"}
VISIBLE = {"public": set(ROLES), "members": MEMBERS, "private": BELONG | {"staff"}}


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> dict[str, Any]:
    """Everybody who looks."""
    made = {"other_lead": "Oona Otherlead", "ex_member": "Xenia Exmember"}
    people = {role: request.getfixturevalue(role) for role in ROLES if role not in made}
    people |= {role: ProfileFactory(user__name=name).user for role, name in made.items()}
    make_group(lead=people["other_lead"], audience="private", title="Another group")
    return people


def stage(cast: dict[str, Any], audience: str) -> WorkingGroup:
    """A group of that audience; the ex-member left a moment ago, the suspended one still has a membership."""
    group = make_group(audience=audience, lead=cast["lead"], members=(cast["co_member"], cast["ex_member"]))
    now = timezone.now()
    Membership.objects.create(group=group, user=cast["suspended"], since=now.date())
    Seat.objects.create(channel=group.channel, user=cast["suspended"])
    operations.leave(group=group, by=cast["ex_member"], at=now)
    return group


def opens(cast: dict[str, Any], client_of: Callable[[Any], Client], url: str) -> set[str]:
    return {role for role, user in cast.items() if client_of(user).get(url).status_code == 200}


@pytest.mark.parametrize("audience", sorted(VISIBLE))
def test_a_group_is_seen_by_those_its_audience_names_everywhere(
    audience: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    group = stage(cast, audience)
    seen = {role for role, user in cast.items() if WorkingGroup.objects.visible_to(user).filter(pk=group.pk).exists()}
    assert seen == VISIBLE[audience]
    root = group.get_absolute_url()
    for path in ("", "meetings/", "calendar.ics"):
        assert opens(cast, client_of, root + path) == VISIBLE[audience], path
    assert opens(cast, client_of, root + "members/") == VISIBLE[audience] & MEMBERS
    listed = {role for role, user in cast.items() if group.title in client_of(user).get("/groups/").content.decode()}
    assert listed == VISIBLE[audience]


@pytest.mark.parametrize("role", [role for role in ROLES if role not in VISIBLE["private"]])
def test_a_private_group_answers_like_one_that_is_not_there(
    role: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    group, client = stage(cast, "private"), client_of(cast[role])
    root = group.get_absolute_url()
    gets = [
        root + path
        for path in (
            "",
            "meetings/",
            "meetings/next/",
            "meetings/new/",
            "members/",
            "calendar.ics",
            "edit/",
            "appoint/",
        )
    ]
    posts = [root + path for path in ("join/", "leave/", f"members/{cast['lead'].pk}/end/")] + [
        f"/follow/{group.channel_id}/"
    ]

    def everything() -> list[Any]:
        return [client.get(url) for url in gets] + [client.post(url, {"sure": "1", "want": "1"}) for url in posts]

    hidden = everything()
    assert not Follow.objects.filter(user=cast[role] if role != "visitor" else None).exists()
    channel = group.channel_id
    group.memberships.all().delete()
    group.delete()
    Channel.objects.filter(pk=channel).delete()
    missing = everything()
    assert [response.status_code for response in hidden] == [response.status_code for response in missing]
    assert {response.status_code for response in hidden} <= {302, 404}
    assert [without_token(response) for response in hidden] == [without_token(response) for response in missing]


@pytest.mark.parametrize("audience", sorted(VISIBLE))
def test_only_leads_and_staff_write(audience: str, cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    root = stage(cast, audience).get_absolute_url()
    assert opens(cast, client_of, root + "edit/") == {"lead", "staff"}
    assert opens(cast, client_of, root + "meetings/new/") == {"lead", "staff"}
    assert opens(cast, client_of, root + "appoint/") == {"staff"}
    assert opens(cast, client_of, "/groups/new/") == {"staff"}


def test_names_are_for_members_and_leads_with_a_public_profile_for_everybody(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    public = ProfileFactory(user__name="Paula Public", visibility="public").user
    group = stage(cast, "public")
    operations.appoint(group=group, user=public, role="lead", by=cast["staff"], at=timezone.now())
    for role, user in cast.items():
        page = client_of(user).get(group.get_absolute_url()).content.decode()
        assert ("Paula Public" in page) == (role != "pending")
        assert ("Lena Lead" in page) == (role in MEMBERS)
        assert ("Carlo Comember" in page) == (role in MEMBERS)
        assert "3 members" in page, "the number is no secret, and who is suspended is not counted"


def test_who_is_suspended_is_not_on_the_roster(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    group = stage(cast, "public")
    page = client_of(cast["outsider"]).get(f"{group.get_absolute_url()}members/").content.decode()
    assert "Sven Suspended" not in page
    assert "Xenia Exmember" not in page
    assert "Carlo Comember" in page


def test_rights_of_a_lead_end_at_the_border_of_the_group(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    group, other = stage(cast, "public"), make_group(lead=cast["other_lead"])
    client = client_of(cast["other_lead"])
    assert client.get(f"{other.get_absolute_url()}edit/").status_code == 200
    assert client.get(f"{group.get_absolute_url()}edit/").status_code == 404
    for address in ("/cms/", "/django-admin/", "/manage/"):
        assert client.get(address).status_code == 404


def test_a_lead_who_is_suspended_hosts_nothing(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    group = stage(cast, "public")
    client = client_of(cast["lead"])
    User.objects.filter(pk=cast["lead"].pk).update(standing=User.Standing.SUSPENDED)
    assert client.get(f"{group.get_absolute_url()}edit/").status_code in {302, 404}
    assert client.get(f"{group.get_absolute_url()}meetings/new/").status_code in {302, 404}
