"""Matrix 3.4 for meetings: who sees, who changes, who joins; and what is invisible does not exist."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import unseat
from portal.meetings.models import Meeting
from portal.meetings.operations import Row
from tests.factories.meetings import SECRET, make_channel, make_meeting
from tests.factories.members import ProfileFactory

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
BELONG = {"co_member", "lead", "staff"}
HOSTS = {"lead", "staff"}
VISIBLE = {"public": set(ROLES), "members": MEMBERS, "seated": BELONG}


@pytest.fixture
def other_lead(outsider: User) -> User:
    """Leads another group."""
    person = ProfileFactory(user__name="Oona Otherlead").user
    make_channel(hosts=(person,))
    return person


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> dict[str, Any]:
    """Everybody who looks."""
    people = {role: request.getfixturevalue(role) for role in ROLES if role != "ex_member"}
    return people | {"ex_member": ProfileFactory(user__name="Xenia Exmember").user}


def stage(cast: dict[str, Any], audience: str) -> Channel:
    """A channel of that audience with its people; the ex-member belonged until a moment ago."""
    channel = make_channel(
        audience=audience, hosts=(cast["lead"],), readers=(cast["co_member"], cast["ex_member"], cast["suspended"])
    )
    unseat(channel=channel, user=cast["ex_member"])
    return channel


def answers(cast: dict[str, Any], client_of: Callable[[Any], Client], url: str) -> set[str]:
    """The roles for which the address opens."""
    return {role for role, user in cast.items() if client_of(user).get(url).status_code == 200}


def without_token(response: Any) -> bytes:
    """The body less the one thing that differs between any two answers."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


@pytest.mark.parametrize("audience", sorted(VISIBLE))
@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_an_announced_meeting_is_seen_by_those_who_see_its_channel(
    audience: str, state: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(stage(cast, audience), state=state)
    assert {role for role, user in cast.items() if Meeting.objects.visible_to(user).exists()} == VISIBLE[audience]
    for url in (meeting.get_absolute_url(), f"/meetings/{meeting.pk}.ics"):
        assert answers(cast, client_of, url) == VISIBLE[audience], url
    listed = {
        role for role, user in cast.items() if meeting.title in client_of(user).get("/meetings/").content.decode()
    }
    assert listed == VISIBLE[audience]


@pytest.mark.parametrize("audience", sorted(VISIBLE))
def test_a_draft_exists_for_hosts_and_staff_alone(
    audience: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    draft = make_meeting(stage(cast, audience), state="draft", title="Nobody knows of this")
    assert {role for role, user in cast.items() if Meeting.objects.visible_to(user).exists()} == HOSTS
    assert answers(cast, client_of, draft.get_absolute_url()) == HOSTS
    assert answers(cast, client_of, f"/meetings/{draft.pk}.ics") == set()
    for role, user in cast.items():
        client = client_of(user)
        page = client.get("/meetings/").content.decode()
        assert (draft.title in page) == (role in HOSTS)
        assert ("1 meeting" in page) == (role in HOSTS)
        assert draft.title.encode() not in client.get("/calendar.ics").content


@pytest.mark.parametrize("role", [role for role in ROLES if role not in HOSTS])
def test_a_draft_answers_byte_for_byte_like_what_is_not_there(
    role: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    draft = make_meeting(stage(cast, "public"), state="draft")
    urls = [draft.get_absolute_url(), f"/meetings/{draft.pk}.ics", f"{draft.get_absolute_url()}edit/"]
    client = client_of(cast[role])
    hidden = [client.get(url) for url in urls]
    Meeting.objects.all().delete()
    missing = [client.get(url) for url in urls]
    assert [response.status_code for response in hidden] == [response.status_code for response in missing]
    assert [without_token(response) for response in hidden] == [without_token(response) for response in missing]
    assert [response.headers for response in hidden] == [response.headers for response in missing]


def test_only_hosts_and_staff_change_a_meeting(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    meeting = make_meeting(stage(cast, "public"))
    for page in ("edit/", "publish/", "cancel/", "discard/"):
        assert answers(cast, client_of, meeting.get_absolute_url() + page) == HOSTS, page
    for role in set(ROLES) - HOSTS:
        client = client_of(cast[role])
        for page in ("edit/", "publish/", "cancel/", "discard/", "summary/"):
            data = {"version": meeting.version, "tell": "1", "reason": "x", "save": "1"}
            assert client.post(meeting.get_absolute_url() + page, data).status_code in {302, 404}
    unchanged = Meeting.objects.get()
    assert (unchanged.version, unchanged.state, unchanged.told_version) == (meeting.version, "published", 0)


@pytest.mark.parametrize(
    ("starts_in", "open_now"),
    [
        (timedelta(hours=25), False),
        (timedelta(hours=23), True),
        (timedelta(minutes=-30), True),
        (timedelta(hours=-2), False),
    ],
)
def test_the_joining_link_opens_for_those_who_belong_in_its_window_and_is_nowhere_in_a_page(
    starts_in: timedelta, open_now: bool, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(stage(cast, "public"), start=timezone.now() + starts_in)
    through = set()
    for role, user in cast.items():
        client = client_of(user)
        response = client.get(f"/meetings/{meeting.pk}/join/")
        if response.status_code == 302 and response["Location"] == SECRET:
            through.add(role)
        for url in (meeting.get_absolute_url(), "/meetings/", f"/meetings/{meeting.pk}.ics", "/calendar.ics"):
            assert SECRET not in client.get(url).content.decode()
    assert through == (BELONG if open_now else set())


def test_the_joining_link_of_a_cancelled_meeting_stays_shut(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(stage(cast, "public"), start=timezone.now() + timedelta(hours=2), state="cancelled")
    response = client_of(cast["co_member"]).get(f"/meetings/{meeting.pk}/join/")
    assert response["Location"] == meeting.get_absolute_url()


def test_whoever_leaves_the_channel_is_out_with_the_next_request(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    channel = stage(cast, "seated")
    meeting = make_meeting(channel, start=timezone.now() + timedelta(hours=2))
    client = client_of(cast["co_member"])
    assert client.get(f"/meetings/{meeting.pk}/join/")["Location"] == SECRET
    unseat(channel=channel, user=cast["co_member"])
    assert client.get(f"/meetings/{meeting.pk}/join/").status_code == 404
    assert client.get(meeting.get_absolute_url()).status_code == 404


def test_names_of_those_who_come_are_for_hosts_and_counts_for_those_who_belong(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(stage(cast, "public"))
    client_of(cast["outsider"]).post(f"/meetings/{meeting.pk}/reply/", {"answer": "yes"})
    pages = {role: client_of(user).get(meeting.get_absolute_url()).content.decode() for role, user in cast.items()}
    assert {role for role, page in pages.items() if "1 will be there" in page} == BELONG
    assert {role for role, page in pages.items() if "Otto Outsider" in page} == HOSTS


def test_owners_of_agenda_items_are_shown_to_visitors_only_when_their_profile_is_public(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    public = ProfileFactory(visibility="public", user__name="Paula Public").user
    private = ProfileFactory(user__name="Magda Membersonly").user
    rows = [
        Row(title="One", minutes=10, owner_id=public.pk),
        Row(title="Two", minutes=10, owner_id=private.pk),
        Row(title="Three", minutes=10, owner_name="Gerda Guest"),
    ]
    meeting = make_meeting(stage(cast, "public"), rows=rows)
    for role, user in cast.items():
        page = client_of(user).get(meeting.get_absolute_url()).content.decode()
        assert ("Paula Public" in page) == (role != "pending")  # who waits to be let in sees nobody
        assert ("Magda Membersonly" in page) == (role in MEMBERS)
        assert ("Gerda Guest" in page) == (role in MEMBERS)


def test_only_members_reply(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    meeting = make_meeting(stage(cast, "public"))
    for user in cast.values():
        client_of(user).post(f"/meetings/{meeting.pk}/reply/", {"answer": "yes"})
    assert {reply.person for reply in meeting.replies.all()} == {cast[role] for role in MEMBERS}


def test_a_wrong_slug_leads_to_the_right_address_and_a_hidden_meeting_does_not_tell_its_slug(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    channel = stage(cast, "public")
    meeting, draft = make_meeting(channel), make_meeting(channel, state="draft")
    client = client_of(cast["outsider"])
    response = client.get(f"/meetings/{meeting.pk}-something-else/")
    assert (response.status_code, response["Location"]) == (301, meeting.get_absolute_url())
    assert client.get(f"/meetings/{draft.pk}-something-else/").status_code == 404
    assert client.get(f"/meetings/{10**21}-x/").status_code == 404
    assert client.get(f"/meetings/{10**21}.ics").status_code == 404
