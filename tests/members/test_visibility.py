"""Who sees whom: the queryset and the predicate agree, and nothing that is hidden shows on any page."""

import re

import pytest
from django.urls import reverse

from members.models import Profile, User
from members.queries import cards_by_user
from members.rules import FIELDS, Audience, audience_of, may_see
from tests.factories.members import JoinRequestFactory, ProfileFactory

PERSONAS = (
    "visitor",
    "pending",
    "suspended",
    "member",
    "co_member",
    "provider",
    "lead",
    "staff",
    "superuser",
)


@pytest.fixture
def crowd(db):
    """Profiles of every standing and visibility, beside those of the personas."""
    return [
        ProfileFactory(
            visibility=visibility,
            kind=kind,
            user__standing=standing,
            user__is_active=active and standing != User.Standing.SUSPENDED,
        )
        for visibility in Profile.Visibility.values
        for kind in ("practitioner", "provider")
        for standing in User.Standing.values
        for active in (True, False)
    ]


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_queryset_and_the_predicate_agree(persona, crowd, request):
    viewer = request.getfixturevalue(persona)
    visible = set(Profile.objects.visible_to(viewer).values_list("pk", flat=True))
    allowed = {
        profile.pk
        for profile in Profile.objects.select_related("user")
        if may_see("name", profile=profile, viewer=viewer)
    }
    assert visible == allowed


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_field_is_seen_by_who_may_not_see_the_name(persona, crowd, request):
    viewer = request.getfixturevalue(persona)
    for profile in Profile.objects.select_related("user"):
        shown = {field for field in FIELDS if may_see(field, profile=profile, viewer=viewer)}
        assert not shown or "name" in shown


def test_the_address_has_no_audience_but_its_owner(crowd, member, staff, visitor):
    profile = ProfileFactory(visibility="public")
    assert audience_of("email", profile) is Audience.ME
    seen_by = [viewer for viewer in (visitor, member, staff) if may_see("email", profile=profile, viewer=viewer)]
    assert seen_by == []
    assert may_see("email", profile=profile, viewer=profile.user)


def test_members_see_members_and_visitors_see_who_chose_it(member, visitor):
    public, closed = ProfileFactory(visibility="public"), ProfileFactory()
    assert public in Profile.objects.visible_to(visitor)
    assert closed not in Profile.objects.visible_to(visitor)
    assert {public, closed} <= set(Profile.objects.visible_to(member))


def test_who_waits_sees_nobody_but_themselves(pending):
    ProfileFactory(visibility="public")
    assert list(Profile.objects.visible_to(pending)) == [pending.profile]


def test_cards_leave_out_whom_the_viewer_may_not_see(member, visitor, suspended, django_assert_num_queries):
    public, closed = ProfileFactory(visibility="public"), ProfileFactory()
    everybody = {public.user_id, closed.user_id, suspended.pk}
    with django_assert_num_queries(1):
        assert set(cards_by_user(everybody, visitor)) == {public.user_id}
    assert set(cards_by_user(everybody, member)) == {public.user_id, closed.user_id}


# --- pages ------------------------------------------------------------------------------------------------------


def test_hidden_and_missing_profiles_answer_the_same(client_of, visitor, pending):
    closed = ProfileFactory()
    for viewer in (visitor, pending):
        client = client_of(viewer)
        hidden = client.get(f"/members/{closed.handle}/")
        missing = client.get("/members/nobody-at-all/")
        assert hidden.status_code == missing.status_code == 404
        assert _without(closed.handle, hidden) == _without("nobody-at-all", missing)


def _without(handle, response):
    """The page without the address itself and without the token that no two pages share."""
    html = response.content.decode().replace(handle, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_a_suspension_takes_the_member_from_every_page_and_ends_the_session(client_of, member, staff, visitor):
    person = ProfileFactory(user__name="Gone Gustav", visibility="public").user
    theirs, reader = client_of(person), client_of(member)
    assert theirs.get("/members/me/").status_code == 200
    assert b"Gone Gustav" in reader.get("/members/").content

    client_of(staff).post(f"/members/{person.profile.handle}/suspend/", {"reason": "Sold to members."})

    assert theirs.get("/members/me/").status_code == 302
    assert theirs.get("/notifications/").status_code == 302
    for client in (reader, client_of(visitor), client_of(staff)):
        assert b"Gone Gustav" not in client.get("/members/").content
        assert client.get(f"/members/{person.profile.handle}/").status_code == 404
    assert cards_by_user({person.pk}, member) == {}


def test_sessions_that_a_suspension_ended_stay_ended(client_of, member, staff):
    theirs = client_of(member)
    assert theirs.get("/members/me/").status_code == 200
    client_of(staff).post(f"/members/{member.profile.handle}/suspend/", {"reason": "A mistake."})
    client_of(staff).post(reverse("members:reinstate", args=[member.pk]))
    assert theirs.get("/members/me/").status_code == 302
    assert client_of(User.objects.get(pk=member.pk)).get("/members/me/").status_code == 200


def test_nobody_suspends_themselves_and_staff_do_not_suspend_superusers(client_of, staff, superuser):
    for person in (staff, superuser):
        page = client_of(staff).get(f"/members/{person.profile.handle}/suspend/")
        assert page.status_code == 404
        assert client_of(staff).post(f"/members/{person.profile.handle}/suspend/", {"reason": "x"}).status_code == 404
        person.refresh_from_db()
        assert person.is_member


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_page_shows_an_address_to_anybody_but_its_owner(persona, request, client_of, staff):
    canary = "cnry-profile-email"
    for number, visibility in enumerate(Profile.Visibility.values):
        ProfileFactory(
            user__email=f"{canary}-{number}@hidden.example",
            visibility=visibility,
            bio="A bio.",
            handle=f"canary-{number}",
        )
    client = client_of(request.getfixturevalue(persona))
    pages = ["/members/", "/members/?q=cnry", "/members/?sort=newest", "/members/me/", "/members/me/edit/"]
    pages += ["/members/canary-0/", "/members/canary-1/", "/manage/suspended/", "/notifications/"]
    for page in pages:
        response = client.get(page, headers={"accept": "application/json"})
        assert canary not in response.content.decode(), page
        assert canary not in client.get(page).content.decode(), page


def test_staff_see_the_address_of_who_asks_to_join_and_nobody_else_does(client_of, staff, member):
    JoinRequestFactory(person__email="asks@hidden.example")
    assert b"asks@hidden.example" in client_of(staff).get("/manage/join-requests/").content
    assert client_of(member).get("/manage/join-requests/").status_code == 404
