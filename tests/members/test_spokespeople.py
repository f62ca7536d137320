"""Spokespeople: only by their own consent, as long as it holds, for whom they agreed to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import operations as people
from members.directory import directory
from members.filters import read as read_filters
from members.models import Profile, Spokesperson
from members.spokespeople import operations, queries, rules
from members.spokespeople.queries import Wanted
from members.tasks import look_back_and_ahead
from portal.outbox.models import Fact
from portal.taxonomy.models import ServiceLine
from tests.factories.members import ProfileFactory
from tests.factories.reach import speaks
from tests.members.post import delivered, newest

FORM = {
    "subject": "How we priced payroll",
    "languages": ["en", "ro"],
    "formats": ["panel", "visit"],
    "travel": "country",
    "notice_days": "14",
    "scope": "community",
    "agree": "on",
}


def public(**fields):
    return ProfileFactory(visibility="public", **fields).user


def names(viewer, wanted=None, at=None):
    rows = queries.spokespeople(viewer, at or timezone.now(), wanted)
    return [row.user.name for row in rows]


def lines(*slugs):
    return [str(pk) for pk in ServiceLine.objects.filter(slug__in=slugs).values_list("pk", flat=True)]


# --- who is in the register -------------------------------------------------------------------------------------


def test_members_find_everybody_who_agreed_and_visitors_who_agreed_to_that(member, visitor, pending):
    speaks(public(user__name="Ana Anyone"), scope="public")
    speaks(public(user__name="Ben Between"), scope="community")
    speaks(ProfileFactory(user__name="Cleo Closed").user, scope="community")
    assert names(member) == ["Ana Anyone", "Ben Between", "Cleo Closed"]
    assert names(visitor) == ["Ana Anyone"]
    assert names(pending) == []


def test_a_profile_that_closes_leaves_the_public_register(member, visitor):
    row = speaks(public(user__name="Ana Anyone"), scope="public")
    Profile.objects.filter(user=row.person).update(shown_to="members")
    assert names(visitor) == []
    assert names(member) == ["Ana Anyone"]


def test_public_consent_needs_a_profile_that_visitors_see(member):
    with pytest.raises(operations.NotPossible):
        speaks(member, scope="public")
    assert not Spokesperson.objects.exists()


def test_who_is_suspended_or_never_a_member_is_in_no_register(member, co_member, staff, pending):
    speaks(co_member)
    people.suspend(person=co_member, reason="Spam.", by=staff, at=timezone.now())
    assert names(member) == []
    with pytest.raises(operations.NotPossible):
        speaks(pending)


def test_a_consent_ends_after_twelve_months_unless_it_is_renewed(member, co_member):
    now = timezone.now()
    speaks(co_member, at=now)
    assert names(member, at=now + rules.CONSENT - timedelta(minutes=1)) == ["Carlo Comember"]
    assert names(member, at=now + rules.CONSENT) == []
    operations.renew(by=co_member, at=now + timedelta(days=400))
    assert names(member, at=now + timedelta(days=401)) == ["Carlo Comember"]


def test_taking_it_back_holds_at_once_and_what_was_taken_back_cannot_be_renewed(member, co_member):
    speaks(co_member)
    operations.withdraw(by=co_member, at=timezone.now())
    assert names(member) == []
    with pytest.raises(operations.NotPossible):
        operations.renew(by=co_member, at=timezone.now())
    speaks(co_member)
    assert names(member) == ["Carlo Comember"]


def test_every_consent_and_its_end_is_on_record(co_member):
    speaks(co_member)
    operations.renew(by=co_member, at=timezone.now())
    operations.withdraw(by=co_member, at=timezone.now())
    operations.withdraw(by=co_member, at=timezone.now())
    kinds = list(Fact.objects.order_by("pk").values_list("name", flat=True))
    assert kinds == ["members.AgreedToSpeak", "members.AgreedToSpeak", "members.NoLongerSpeaks"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(service="payroll"), ["Pay"]),
        (Wanted(service="hr"), ["Pay", "Staff"]),
        (Wanted(service="procurement"), []),
        (Wanted(language="ro"), ["Staff"]),
        (Wanted(format="visit"), ["Staff"]),
        (Wanted(service="hr", language="en", format="panel"), ["Pay"]),
    ],
)
def test_the_register_is_filtered_by_service_line_language_and_occasion(member, wanted, found):
    speaks(ProfileFactory(user__name="Pay").user, lines=["payroll"])
    speaks(ProfileFactory(user__name="Staff").user, lines=["hr"], languages=["ro"], formats=["visit"])
    assert names(member, wanted) == found


def test_other_pages_get_up_to_three_people_for_their_service_lines_in_one_query(member, django_assert_num_queries):
    for number in range(4):
        speaks(ProfileFactory(user__name=f"Speaker {number}").user)
    speaks(ProfileFactory().user, lines=["procurement"])
    with django_assert_num_queries(1):
        found = queries.who_can_speak(member, timezone.now(), lines=["payroll"])
    assert [card.name for card, _subject in found] == ["Speaker 0", "Speaker 1", "Speaker 2"]
    assert queries.who_can_speak(member, timezone.now(), lines=[]) == []


# --- time -------------------------------------------------------------------------------------------------------


def test_the_person_is_reminded_once_a_month_before_and_not_after_a_renewal(co_member):
    now = timezone.now()
    speaks(co_member, at=now - timedelta(days=334))
    look_back_and_ahead()
    assert delivered() == []
    Spokesperson.objects.update(remind_at=now, expires_at=now + timedelta(days=30))
    look_back_and_ahead()
    look_back_and_ahead()
    mail = newest(co_member.email)
    assert mail.message["Subject"] == "Your consent to be asked to speak is about to end"
    assert len(delivered()) == 1


def test_a_reminder_that_waits_is_not_sent_once_the_consent_is_renewed(co_member):
    now = timezone.now()
    speaks(co_member, at=now - timedelta(days=340))
    look_back_and_ahead()
    operations.renew(by=co_member, at=now)
    assert delivered() == []


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(member, co_member, visitor, client_of):
    client = client_of(member)
    assert "I agree to be listed" in client.get("/members/me/spokesperson/").content.decode()
    sent = FORM | {"service_lines": lines("payroll")}
    page = client.post("/members/me/spokesperson/", sent, follow=True).content.decode()
    assert "You are in the register for twelve months" in page
    page = client_of(co_member).get("/members/spokespeople/").content.decode()
    for words in ("Olena Owner", "How we priced payroll", "Română", "Panel", "14 days of notice"):
        assert words in page
    assert "Olena Owner" not in client_of(visitor).get("/members/spokespeople/").content.decode()
    page = client.post("/members/me/spokesperson/renew/", follow=True).content.decode()
    assert "Renewed for twelve months" in page
    page = client.post("/members/me/spokesperson/withdraw/", follow=True).content.decode()
    assert "You are no longer in the register" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agree": ""}, "Tick the box to agree"),
        ({"languages": []}, "Choose at least one language."),
        ({"formats": []}, "Choose at least one."),
        ({"service_lines": []}, "Choose at least one service line or challenge"),
        ({"scope": "public"}, "Visitors cannot see your profile."),
        ({"subject": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_agreed(member, client_of, change, words):
    sent = FORM | {"service_lines": lines("payroll")} | change
    response = client_of(member).post("/members/me/spokesperson/", sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Spokesperson.objects.exists()


def test_visitors_are_told_whom_to_write_to_and_see_no_address(db, visitor, client_of, settings):
    person = speaks(public(user__name="Ana Anyone"), scope="public").person
    page = client_of(visitor).get("/members/spokespeople/").content.decode()
    assert "Ana Anyone" in page
    assert settings.COMMUNITY["contact"] in page
    assert person.email not in page


def test_a_choice_that_fits_nobody_offers_the_way_back(member, client_of):
    speaks(ProfileFactory().user)
    page = client_of(member).get("/members/spokespeople/?format=interview").content.decode()
    assert "Nobody matches all of this" in page
    assert "Show all spokespeople" in page


@pytest.mark.parametrize(
    "query", ["?service=%00", "?language=" + "x" * 500, "?format=1%27", "?after=zzz", "?service=a&service=b"]
)
def test_odd_addresses_are_no_error(db, visitor, client_of, query):
    assert client_of(visitor).get(f"/members/spokespeople/{query}").status_code in {200, 400, 404}


def test_staff_see_every_consent_with_its_standing(staff, member, co_member, client_of):
    speaks(member, at=timezone.now() - timedelta(days=400))
    speaks(co_member, at=timezone.now() - timedelta(days=350))
    page = client_of(staff).get("/manage/spokespeople/").content.decode()
    assert "Ran out" in page
    assert "Runs out soon" in page
    assert names(staff) == ["Carlo Comember"]


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended", "outsider"])
def test_a_consent_that_ran_out_exists_for_its_owner_and_staff(role, request, member, staff):
    row = speaks(member, at=timezone.now() - timedelta(days=366))
    assert row not in Spokesperson.objects.visible_to(request.getfixturevalue(role))
    assert row in Spokesperson.objects.visible_to(member)
    assert row in Spokesperson.objects.visible_to(staff)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_register_costs_the_same_at_any_length(member, visitor, client_of, number):
    for each in range(number):
        speaks(public(user__name=f"Person {each}"), scope="public", lines=["payroll", "hr"], languages=["en", "fr"])
    for viewer, cost in ((member, 9), (visitor, 6)):
        client = client_of(viewer)
        client.get("/healthz")
        with CaptureQueriesContext(connection) as asked:
            response = client.get("/members/spokespeople/")
        assert len(asked) == cost, [query["sql"][:90] for query in asked]
        assert len(response.content) < 60_000


# --- as a facet of the directory --------------------------------------------------------------------------------


def listed_under(viewer, slug):
    """Who the directory lists under a subject, and how many its facet counts."""
    params = QueryDict(f"speaks={slug}")
    found = directory(viewer, read_filters(params, text=""), params)
    counts = {
        option.value: option.count for facet in found.page.facets if facet.name == "speaks" for option in facet.options
    }
    return sorted(seen.name for seen in found.people), counts.get(slug, 0)


def test_the_directory_counts_and_lists_who_speaks_for_whom_they_agreed_to(member, visitor):
    for name, scope in (("Ana Anyone", "public"), ("Ben Between", "community")):
        row = speaks(public(user__name=name), scope=scope)
        row.service_lines.set(ServiceLine.objects.filter(slug="payroll"))
        people.reindex(Profile.objects.filter(user=row.person))
    top = ServiceLine.objects.get(slug="payroll").parent or ServiceLine.objects.get(slug="payroll")
    assert listed_under(member, top.slug) == (["Ana Anyone", "Ben Between"], 2)
    assert listed_under(visitor, top.slug) == (["Ana Anyone"], 1)
    operations.withdraw(by=row.person, at=timezone.now())
    assert listed_under(member, top.slug) == (["Ana Anyone"], 1)


def test_a_consent_that_ran_out_lists_nobody_at_once_and_counts_nobody_after_the_next_look(member):
    row = speaks(public(user__name="Ana Anyone"), scope="public")
    row.service_lines.set(ServiceLine.objects.filter(parent=None)[:1])
    people.reindex(Profile.objects.filter(user=row.person))
    slug, now = row.service_lines.get().slug, timezone.now()
    assert listed_under(member, slug) == (["Ana Anyone"], 1)
    Spokesperson.objects.update(consented_at=now - timedelta(days=400), expires_at=now - timedelta(hours=1))
    assert listed_under(member, slug) == ([], 1)
    look_back_and_ahead()
    assert listed_under(member, slug) == ([], 0)


def test_the_directory_leads_to_the_register_and_to_who_is_listed(member, client_of):
    ProfileFactory(indexed=True)
    page = client_of(member).get("/members/?q=nobody-of-this-name").content.decode()
    assert 'href="/members/spokespeople/"' in page
    assert page.count('href="/members/listed/"') == 2
