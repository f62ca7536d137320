"""Who reads, writes, closes: a thread is as visible as its channel, and what is invisible does not exist."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.discussions import operations, rules
from portal.discussions.models import Mention, Post, PostVersion, Thread
from portal.discussions.operations import NotPossible
from portal.follows.models import Channel, Reach, Seat
from portal.follows.operations import seat, unseat
from tests.factories.discussions import make_reply, make_thread
from tests.factories.meetings import make_channel
from tests.factories.members import ProfileFactory, UserFactory
from tests.factories.workinggroups import make_group
from tests.meetings.test_visibility import without_token
from workinggroups import operations as groups

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
SEEN_BY = {"public": set(ROLES), "members": MEMBERS, "private": BELONG}
POST = {"body": "I was here.", "title": "I was here"}


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> dict[str, Any]:
    """Everybody who looks. The other lead leads another group; the ex-member belonged until a moment ago."""
    people = {role: request.getfixturevalue(role) for role in ROLES if role not in {"ex_member", "other_lead"}}
    people["ex_member"] = ProfileFactory(user__name="Xenia Exmember").user
    people["other_lead"] = ProfileFactory(user__name="Oona Otherlead").user
    make_group(lead=people["other_lead"])
    return people


def stage(cast: dict[str, Any], audience: str) -> Thread:
    """A discussion in a group of that audience, opened by its lead."""
    group = make_group(audience=audience, lead=cast["lead"], members=(cast["co_member"], cast["ex_member"]))
    groups.leave(group=group, by=cast["ex_member"], at=timezone.now())
    return make_thread(group.channel, by=cast["lead"], title="Clause seven", body="Secret words", seated_only=True)


def opens(cast: dict[str, Any], client_of: Callable[[Any], Client], url: str) -> set[str]:
    return {role for role, user in cast.items() if client_of(user).get(url).status_code == 200}


@pytest.mark.parametrize("audience", sorted(SEEN_BY))
def test_a_discussion_is_read_by_those_who_see_its_group(
    audience: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = stage(cast, audience)
    seen = {role for role, user in cast.items() if Thread.objects.visible_to(user).filter(pk=thread.pk).exists()}
    assert seen == SEEN_BY[audience]
    assert opens(cast, client_of, thread.get_absolute_url()) == SEEN_BY[audience]
    assert opens(cast, client_of, thread.list_url) == SEEN_BY[audience]


@pytest.mark.parametrize("audience", sorted(SEEN_BY))
def test_those_who_belong_write_and_nobody_else(
    audience: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = stage(cast, audience)
    root = thread.get_absolute_url()
    assert opens(cast, client_of, f"{root}reply/") == BELONG
    assert opens(cast, client_of, f"{thread.list_url}new/") == BELONG
    for role in set(ROLES) - BELONG:
        client = client_of(cast[role])
        for url in (f"{root}reply/", f"{thread.list_url}new/"):
            assert client.post(url, POST).status_code in {302, 404}, (role, url)
    assert (Thread.objects.count(), Post.objects.count()) == (1, 1)
    for role in sorted(BELONG):
        assert client_of(cast[role]).post(f"{root}reply/", POST).status_code == 302, role
    assert Post.objects.count() == 1 + len(BELONG)


def test_one_s_own_posts_are_nobody_else_s(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    thread = stage(cast, "public")
    post = make_reply(thread, by=cast["co_member"])
    root = f"{thread.get_absolute_url()}{post.number}/"
    assert opens(cast, client_of, f"{root}edit/") == {"co_member"}
    assert opens(cast, client_of, f"{root}withdraw/") == {"co_member"}
    assert opens(cast, client_of, f"{root}versions/") == {"co_member", "staff"}
    for role in set(ROLES) - {"co_member"}:
        client = client_of(cast[role])
        for page in ("edit/", "withdraw/"):
            assert client.post(root + page, POST).status_code in {302, 404}, role
    post.refresh_from_db()
    assert (post.body, post.withdrawn_at) == ("I tried that.", None)


def test_hosts_and_staff_close(cast: dict[str, Any], client_of: Callable[[Any], Client]) -> None:
    thread = stage(cast, "public")
    url = f"{thread.get_absolute_url()}close/"
    for role in set(ROLES) - HOSTS:
        assert client_of(cast[role]).post(url).status_code in {302, 404}, role
    assert Thread.objects.get().closed_at is None
    for role in sorted(HOSTS):
        client_of(cast[role]).post(url)
        assert Thread.objects.get().closed_at is not None
        client_of(cast[role]).post(url, {"want": "0"})
        assert Thread.objects.get().closed_at is None


@pytest.mark.parametrize("role", sorted(set(ROLES) - BELONG))
def test_a_private_discussion_answers_byte_for_byte_like_what_is_not_there(
    role: str, cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = stage(cast, "private")
    root = thread.get_absolute_url()
    urls = [root, f"/discussions/{thread.pk}-other/", f"{root}reply/", f"{root}1/versions/", thread.list_url]
    client = client_of(cast[role])
    hidden = [client.get(url) for url in urls]
    Thread.objects.all().delete()
    thread.channel.working_group.delete()
    missing = [client.get(url) for url in urls]
    assert [response.status_code for response in hidden] == [response.status_code for response in missing]
    assert [without_token(response) for response in hidden] == [without_token(response) for response in missing]


def test_whoever_leaves_the_group_is_out_with_the_next_request(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    public, private = stage(cast, "public"), stage(cast, "private")
    client = client_of(cast["co_member"])
    for thread in (public, private):
        assert client.get(f"{thread.get_absolute_url()}reply/").status_code == 200
        unseat(channel=thread.channel, user=cast["co_member"])
        assert client.post(f"{thread.get_absolute_url()}reply/", POST).status_code == 404
    assert client.get(public.get_absolute_url()).status_code == 200
    assert client.get(private.get_absolute_url()).status_code == 404
    assert Post.objects.count() == 2


def test_names_are_for_members_and_public_profiles_for_everybody(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    paula = ProfileFactory(user__name="Paula Public", handle="paula", visibility="public").user
    ProfileFactory(user__name="Magda Membersonly", handle="magda")
    thread = stage(cast, "public")
    seat(channel=thread.channel, user=paula)
    make_reply(thread, by=paula, body="As @magda and @paula say.")
    for role, user in cast.items():
        page = client_of(user).get(thread.get_absolute_url()).content.decode()
        assert ("Paula Public" in page) == (role != "pending"), role  # who waits to be let in sees nobody
        for words in ("Magda Membersonly", "Lena Lead", "magda"):
            assert (words in page) == (role in MEMBERS), (role, words)
        assert ("A member" in page) == (role not in MEMBERS), role


def test_a_discussion_for_members_is_not_for_visitors_of_a_public_channel(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = make_thread(make_channel(audience="public"), by=cast["outsider"], members_only=True)
    assert opens(cast, client_of, thread.get_absolute_url()) == MEMBERS
    assert opens(cast, client_of, f"{thread.get_absolute_url()}reply/") == MEMBERS


def test_earlier_texts_are_for_the_author_and_staff(cast: dict[str, Any]) -> None:
    thread = stage(cast, "public")
    post = make_reply(thread, by=cast["co_member"])
    operations.edit(post=post, body="Otherwise.", by=cast["co_member"], at=timezone.now())
    seen = {role for role, user in cast.items() if PostVersion.objects.visible_to(user).exists()}
    assert seen == {"co_member", "staff"}
    for role, user in cast.items():
        assert rules.may_read_versions(post, user) == (role in seen)


def test_what_was_withdrawn_is_read_by_its_author_and_staff_alone(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = stage(cast, "public")
    post = make_reply(thread, by=cast["co_member"], body="Taken back, @nobody")
    operations.withdraw(post=post, by=cast["co_member"], at=timezone.now())
    for role, user in cast.items():
        client = client_of(user)
        assert "Taken back" not in client.get(thread.get_absolute_url()).content.decode()
        page = client.get(f"{thread.get_absolute_url()}2/versions/").content.decode()
        assert ("Taken back" in page) == (role in {"co_member", "staff"}), role


# --- one rule, written twice ------------------------------------------------------------------------------------

somebody = st.fixed_dictionaries(
    {
        "standing": st.sampled_from(["member", "pending", "suspended"]),
        "is_active": st.booleans(),
        "is_staff": st.booleans(),
        "seat": st.sampled_from([None, *Seat.Role.values]),
    }
)
place = st.fixed_dictionaries(
    {"audience": st.sampled_from(Reach.values), "members_only": st.booleans(), "seated_only": st.booleans()}
)


@pytest.mark.django_db
def test_a_thread_is_visible_exactly_where_its_channel_is() -> None:
    author, made = ProfileFactory(user__is_staff=True).user, []

    @given(traits=st.none() | somebody, terms=place)
    @settings(max_examples=60, deadline=None)
    def check(traits: dict[str, Any] | None, terms: dict[str, Any]) -> None:
        channel = make_channel(audience=terms["audience"])
        thread = make_thread(channel, by=author, members_only=terms["members_only"], seated_only=terms["seated_only"])
        person: Any = AnonymousUser()
        if traits is not None:
            person = UserFactory(verified=False, **{key: value for key, value in traits.items() if key != "seat"})
            if traits["seat"]:
                seat(channel=channel, user=person, role=traits["seat"])
        is_member = bool(getattr(person, "is_member", False))
        channel_seen = Channel.objects.visible_to(person).filter(pk=channel.pk).exists()
        expected = channel_seen and (is_member or not terms["members_only"])
        assert Thread.objects.visible_to(person).filter(pk=thread.pk).exists() == expected
        assert Post.objects.visible_to(person).filter(thread=thread).exists() == expected
        row = Thread.objects.with_viewer(person).get(pk=thread.pk)
        staff = is_member and person.is_programme_staff
        seated = is_member and bool(traits and traits["seat"])
        writes = expected and is_member and (not terms["seated_only"] or seated or staff)
        assert (expected and rules.may_write(row, person)) == writes
        looks_after = seated and (traits["seat"] == "host" or not terms["seated_only"])
        assert rules.may_close(row, person) == bool(staff or looks_after)
        made.append(expected)

    check()
    assert set(made) == {True, False}


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended"])
def test_who_is_no_member_writes_nothing_by_any_way(role: str, cast: dict[str, Any]) -> None:
    thread = make_thread(make_channel(), by=cast["lead"])
    with pytest.raises(NotPossible):
        make_reply(thread, by=cast[role])
    with pytest.raises(NotPossible):
        make_thread(make_channel(), by=cast[role])
    assert not Mention.objects.visible_to(cast[role]).exists()


def test_a_wrong_slug_leads_to_the_right_address_and_endless_numbers_nowhere(
    cast: dict[str, Any], client_of: Callable[[Any], Client]
) -> None:
    thread = stage(cast, "public")
    client = client_of(cast["co_member"])
    response = client.get(f"/discussions/{thread.pk}-something/")
    assert (response.status_code, response["Location"]) == (301, thread.get_absolute_url())
    for url in (
        f"/discussions/{10**21}-x/",
        f"{thread.get_absolute_url()}{10**21}/edit/",
        f"{thread.get_absolute_url()}?after=nonsense",
        f"{thread.get_absolute_url()}99/withdraw/",
    ):
        assert client.get(url).status_code == 404, url
    for to in ("0", "-1", "99", str(10**21), "x", "²"):
        assert client.get(f"{thread.get_absolute_url()}reply/?to={to}").status_code == 200, to
