"""Who sees whom: the queryset and the predicate agree, and nothing that is hidden shows on any page."""

import dataclasses
import re

import pytest
from django.urls import reverse

from members.eyes import eyes_of
from members.models import Profile, ProfileEdit, ProfilePhoto, ProfileViews, User
from members.queries import cards_by_user
from members.rules import FIELDS, Audience, audience_of, may_see
from portal.follows.models import Channel, Seat
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


def group_of(*members, leads=(), kind="group"):
    channel = Channel.objects.create(kind=kind, title="Tariffs", url="/groups/tariffs/", audience="members")
    Seat.objects.bulk_create(Seat(channel=channel, user=user) for user in members)
    Seat.objects.bulk_create(Seat(channel=channel, user=user, role=Seat.Role.HOST) for user in leads)
    return channel


@pytest.fixture
def crowd(db, lead, co_member):
    """Profiles of every standing and audience, some of them in a group with two of the personas."""
    people = [
        ProfileFactory(
            shown_to=str(audience),
            audiences={"bio": "public", "role": "groups", "photo": "me"},
            leads_may_contact=consents,
            user__standing=standing,
            user__is_active=active and standing != User.Standing.SUSPENDED,
        )
        for audience in Audience
        for consents in (True, False)
        for standing in User.Standing.values
        for active in (True, False)
    ]
    group_of(*(profile.user for profile in people[::2]), co_member, leads=[lead])
    return people


def all_profiles():
    return Profile.objects.select_related("user")


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_queryset_and_the_predicate_agree(persona, crowd, request):
    viewer = request.getfixturevalue(persona)
    visible = set(Profile.objects.visible_to(viewer).values_list("pk", flat=True))
    allowed = {row.pk for row in all_profiles() if may_see("name", profile=row, eyes=eyes_of(viewer, row))}
    assert visible == allowed


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_field_is_seen_by_who_may_not_see_the_name(persona, crowd, request):
    viewer = request.getfixturevalue(persona)
    for row in all_profiles().with_ties_to(viewer):
        eyes = eyes_of(viewer, row)
        shown = {field for field in FIELDS if may_see(field, profile=row, eyes=eyes)}
        assert not shown or {"name", "kind"} <= shown


@pytest.mark.parametrize("persona", PERSONAS)
def test_ties_are_the_same_brought_along_or_asked_for(persona, crowd, request):
    viewer = request.getfixturevalue(persona)
    for alone, along in zip(all_profiles(), all_profiles().with_ties_to(viewer), strict=True):
        assert eyes_of(viewer, alone) == eyes_of(viewer, along)


def test_nobody_is_given_the_eyes_of_somebody_else(crowd, lead, member):
    row = all_profiles().with_ties_to(lead).get(pk=crowd[0].pk)
    assert eyes_of(lead, row).leads_group
    assert not eyes_of(member, row).leads_group


def test_a_group_is_a_working_group_and_no_other_channel(member, outsider):
    group_of(member, leads=[outsider], kind="case")
    eyes = eyes_of(outsider, member.profile)
    assert not eyes.shares_group
    assert not eyes.leads_group


def test_who_leaves_the_group_sees_no_more_at_the_next_request(member, outsider):
    Profile.objects.filter(user=member).update(shown_to="groups")
    group_of(member, outsider)
    assert Profile.objects.visible_to(outsider).filter(user=member).exists()
    Seat.objects.filter(user=outsider).delete()
    assert not Profile.objects.visible_to(outsider).filter(user=member).exists()


def test_lists_cost_one_query_however_many_ties_there_are(crowd, lead, django_assert_num_queries):
    with django_assert_num_queries(1):
        cards = cards_by_user({profile.user_id for profile in crowd}, lead)
    assert 4 < len(cards) < len(crowd)


def test_the_address_is_for_its_owner_and_those_who_must_reach_them(crowd, member, staff, visitor):
    profile = ProfileFactory(visibility="public")
    assert audience_of("email", profile) is Audience.ME
    assert [viewer for viewer in (visitor, member, staff) if profile.as_seen_by(viewer).email] == [staff]
    assert profile.as_seen_by(profile.user).email == profile.user.email


def test_what_hangs_on_a_profile_is_its_owner_s(member, staff, request):
    now = member.date_joined
    ProfileEdit.objects.create(profile=member.profile, by=staff, at=now, changes=[["role", "a", "b"]])
    ProfilePhoto.objects.create(profile=member.profile, digest="d", added_at=now)
    ProfileViews.objects.create(viewer=member, day=now.date(), number=3)
    for model, seen in ((ProfileEdit, 1), (ProfilePhoto, 1), (ProfileViews, 0)):
        assert model.objects.visible_to(member).count() == seen
        for persona in ("outsider", "staff", "visitor", "pending", "suspended"):
            assert not model.objects.visible_to(request.getfixturevalue(persona)).exists()


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
    person = ProfileFactory(user__name="Gone Gustav", visibility="public", indexed=True).user
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


def test_staff_see_the_address_of_who_asks_to_join_and_nobody_else_does(client_of, staff, member):
    JoinRequestFactory(person__email="asks@hidden.example")
    assert b"asks@hidden.example" in client_of(staff).get("/manage/join-requests/").content
    assert client_of(member).get("/manage/join-requests/").status_code == 404


# --- what templates are given -----------------------------------------------------------------------------------


def _given(value, depth=0):
    """Everything a template could reach in what it was given: through lists, mappings and frozen values."""
    yield value
    if depth > 6:
        return
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list | tuple | set):
        inner = value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, field.name) for field in dataclasses.fields(value)]
    else:
        return
    for each in inner:
        yield from _given(each, depth + 1)


PAGES = [
    "/members/",
    "/members/other/",
    "/members/me/",
    "/members/me/as/public/",
    "/members/me/as/group/",
    "/members/me/edit/",
    "/members/me/photo/",
    "/members/who-sees-what/",
    "/settings/display/",
    "/",
]


@pytest.mark.parametrize("persona", ["visitor", "member", "provider", "staff"])
@pytest.mark.django_db
def test_no_profile_reaches_a_template(persona, request, client_of):
    ProfileFactory(handle="other", visibility="public", indexed=True)
    client = client_of(request.getfixturevalue(persona))
    paths = [*PAGES, *(["/members/other/edit/", "/members/other/suspend/"] if persona == "staff" else [])]
    seen = 0
    for path in paths:
        context = client.get(path).context
        for layer in context or ():
            for value in _given(
                [each for part in layer.dicts for each in part.values()] if hasattr(layer, "dicts") else layer
            ):
                seen += 1
                assert not isinstance(value, Profile | ProfileEdit | ProfilePhoto), path
    assert seen > 200
