"""Looking at one's own profile as others, the sentences beside the fields, the page of the rules, the daily limit."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from members import privacy, rules
from members.models import Profile, ProfileViews
from members.profiles.operations import VIEWS_A_DAY, note_view
from tests.factories.members import ProfileFactory
from tests.members.test_visibility import group_of

pytestmark = pytest.mark.django_db


# --- view as (what each reader gets is replayed in tests/authz/test_profile_fields.py) ---------------------------


def test_every_view_says_as_whom_one_looks_and_leads_to_the_others(client_of, member):
    client = client_of(member)
    for sort, words in privacy.READERS.items():
        page = client.get(f"/members/me/as/{sort}/").content.decode()
        assert f"You see your profile as {words} gets it." in page
        assert '<meta name="robots" content="noindex">' in page
        for other in privacy.READERS:
            assert (f'href="/members/me/as/{other}/"' in page) == (other != sort)


def test_somebody_who_is_hidden_is_told_that_there_is_no_page(client_of, member):
    page = client_of(member).get("/members/me/as/public/").content.decode()
    assert "For a visitor this page does not exist" in page
    assert "<h1>Nothing to see</h1>" in page


def test_there_is_no_other_sort_of_reader(client_of, member):
    for sort in ("owner", "nobody", "me", "superuser"):
        assert client_of(member).get(f"/members/me/as/{sort}/").status_code == 404


def test_looking_as_others_costs_no_more_than_the_page_itself(client_of, member, django_assert_max_num_queries):
    group_of(member)
    client = client_of(member)
    client.get("/members/me/")
    for sort in privacy.READERS:
        with django_assert_max_num_queries(12):
            assert client.get(f"/members/me/as/{sort}/").status_code == 200


# --- words ------------------------------------------------------------------------------------------------------


def test_beside_every_field_stands_who_can_see_it(client_of, member):
    Profile.objects.filter(user=member).update(audiences={"bio": "me", "email": "groups"})
    page = client_of(member).get("/members/me/edit/").content.decode()
    for name in rules.CHOOSABLE:
        assert f'<select class="select select--s" id="id_who_{name}" name="who_{name}"' in page
        sentence = privacy.sentence(rules.audience_of(name, Profile.objects.get(user=member)), name)
        assert f'<p class="hint" id="id_who_{name}_says">{sentence}</p>' in page


def test_no_choice_promises_to_hide_from_staff_what_staff_always_see():
    for name in rules.CHOOSABLE:
        words = dict(privacy.options(name))
        says = privacy.sentence(rules.Audience.ME, name)
        if rules.staff_always_see(name):
            assert "staff" not in words
            assert "staff" in str(words["me"])
            assert "staff" in says
        else:
            assert str(words["me"]) == "Only me"
            assert says == "You alone."


def test_the_script_knows_every_sentence_that_a_choice_can_need(client_of, member):
    page = client_of(member).get("/members/me/edit/").content.decode()
    for key, sentence in privacy.wordings():
        assert f'<span data-says="{key}">{sentence}</span>' in page


def test_the_page_of_the_rules_is_made_from_the_rules(client_of, visitor):
    page = client_of(visitor).get("/members/who-sees-what/").content.decode()
    for rule in rules.FIELDS.values():
        assert f'<th scope="row">{rule.label}</th>' in page
    assert page.count("<tr>") == len(rules.FIELDS) + 1
    for line in privacy.lines():
        seen = [str(reader) for reader, sees in line.seen_by if sees]
        if line.contact:
            assert seen == ["programme staff"]
        else:
            assert set(seen) == {
                "a member",
                "a member of your groups",
                "a lead of your groups",
                "a provider",
                "programme staff",
            }


# --- the daily limit ---------------------------------------------------------------------------------------------


def test_nobody_opens_more_than_two_hundred_profiles_a_day(client_of, member, co_member):
    client, url = client_of(co_member), member.profile.get_absolute_url()
    assert client.get(url).status_code == 200
    assert ProfileViews.objects.get(viewer=co_member).number == 1
    ProfileViews.objects.update(number=VIEWS_A_DAY - 1)
    assert client.get(url).status_code == 200
    refused = client.get(url)
    assert refused.status_code == 429
    assert "You have opened 200 profiles today" in refused.content.decode()
    assert "Olena" not in refused.content.decode()
    assert client.get("/members/").status_code == 200
    assert client.get("/members/me/").status_code == 200
    assert client.get(co_member.profile.get_absolute_url()).status_code == 200
    assert ProfileViews.objects.get(viewer=co_member).number == VIEWS_A_DAY


def test_a_new_day_begins_anew(member, co_member):
    now = timezone.now()
    ProfileViews.objects.create(viewer=co_member, day=now.date(), number=VIEWS_A_DAY)
    assert not note_view(profile=member.profile, viewer=co_member, at=now)
    assert note_view(profile=member.profile, viewer=co_member, at=now + dt.timedelta(days=1))


def test_staff_visitors_and_owners_are_not_counted(member, staff, visitor):
    for viewer in (staff, visitor, member):
        assert note_view(profile=member.profile, viewer=viewer, at=timezone.now())
    assert not ProfileViews.objects.exists()


def test_a_page_that_does_not_exist_is_not_counted(client_of, member):
    hidden = ProfileFactory(shown_to="me")
    for path in (hidden.get_absolute_url(), "/members/nobody-9/"):
        assert client_of(member).get(path).status_code == 404
    assert not ProfileViews.objects.exists()


def test_counts_of_days_that_are_over_are_forgotten(member):
    now = timezone.now()
    for days in (0, 1, 5):
        ProfileViews.objects.create(viewer=member, day=(now - dt.timedelta(days=days)).date(), number=1)
    call_command("sweep")
    assert ProfileViews.objects.count() == 2
