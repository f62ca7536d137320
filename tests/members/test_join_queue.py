"""What staff see of requests: how long somebody waits, which organisation is meant and why, who looks like whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.joining import operations, queries
from members.models import JoinRequest
from tests.factories.joining import DomainFactory, InvitationFactory
from tests.factories.members import JoinRequestFactory, OrganisationFactory, ProfileFactory, UserFactory

pytestmark = pytest.mark.django_db
QUEUE = "/manage/join-requests/"


def seen(row):
    return queries.asked(JoinRequest.objects.filter(pk=row.pk).select_related("person", "works_at"), timezone.now())[0]


def ask(organisation="Tamarack County", email="renske@tamarack.example", **more):
    person = UserFactory(standing="pending", email=email, name=more.pop("name", "Renske Oduya"))
    return operations.request_to_join(
        person=person, organisation=organisation, kind="practitioner", reason="B", at=timezone.now(), confirmed=True
    )


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [(0, "new today", "plain"), (1, "waits for 1 day", "plain"), (2, "waits for 2 days", ""), (7, "7 days", "bad")],
)
def test_the_age_of_a_request_is_marked_once_it_is_longer_than_promised(days, words, tone):
    at = timezone.now()
    age = queries.age_of(JoinRequestFactory(confirmed_at=at - timedelta(days=days, hours=1)), at)
    assert words in str(age.label)
    assert age.tone == tone


def test_who_has_waited_longest_stands_first(staff, client_of):
    now = timezone.now()
    for days, name in ((1, "One Day"), (9, "Nine Days"), (3, "Three Days")):
        JoinRequestFactory(person__name=name, confirmed_at=now - timedelta(days=days))
    page = client_of(staff).get(QUEUE).content.decode()
    assert page.index("Nine Days") < page.index("Three Days") < page.index("One Day")


def test_a_match_says_what_speaks_for_it():
    county = OrganisationFactory(name="Tamarack County", other_names=["TC"])
    assert seen(ask()).match.why == "Named so. The domain of the address is unknown."
    assert "“tc” is another name of it." in seen(ask("tc", "b@elsewhere.example")).match.why
    DomainFactory(organisation=county, domain="known.example")
    match = seen(ask("Something", "c@known.example")).match
    assert (match.organisation, "nobody has verified it" in match.why) == (county, True)
    verified = DomainFactory(organisation__body="education", domain="school.example", verified=True)
    match = seen(ask("Something", "d@school.example")).match
    assert f"verified by {verified.verified_by.name}" in match.why
    match = seen(ask("Tamarack County", "e@school.example")).match
    assert match.organisation == county
    assert f"But school.example belongs to {verified.organisation.name}." in match.why
    assert seen(ask("Nowhere", "f@nowhere.example")).match.organisation is None


def test_an_organisation_that_came_to_the_list_since_is_found_on_the_page(staff, client_of):
    row = ask("Rusty Creek")
    OrganisationFactory(name="Rusty Creek")
    page = client_of(staff).get(f"{QUEUE}{row.pk}/").content.decode()
    assert 'value="Rusty Creek"' in page


@pytest.mark.parametrize(
    ("name", "email", "alike"),
    [
        ("Renske Oduya", "r.oduya@tamarack.example", True),
        ("Oduya Renske", "r.oduya@tamarack.example", True),
        ("Renske Odoya", "other@tamarack.example", True),
        ("Rênske Oduyà", "renske@private.example", True),
        ("Renske Oduya", "renske@gmail.com", True),
        ("Marisol Quispe", "m@tamarack.example", False),
        ("Renske Odoya", "r@elsewhere.example", False),
    ],
)
def test_somebody_known_with_nearly_this_name_is_pointed_out(name, email, alike):
    other = ProfileFactory(user__name=name, user__email=email)
    found = seen(ask()).looks_like
    assert bool(found) is alike
    if alike:
        assert (found[0].name, found[0].url) == (name, other.get_absolute_url())


def test_at_a_free_mail_provider_only_the_very_name_counts():
    ProfileFactory(user__name="Renske Odoya", user__email="one@gmail.com")
    assert not seen(ask(email="two@gmail.com")).looks_like


def test_somebody_suspended_who_comes_again_is_pointed_out_without_a_link():
    ProfileFactory(user__name="Renske Oduya", user__email="x@elsewhere.example", user__standing="suspended")
    found = seen(ask()).looks_like
    assert (found[0].url, "Suspended" in found[0].why) == ("", True)


def test_who_vouches_is_named(staff, client_of):
    row = ask()
    InvitationFactory(email=row.person.email, inviter__name="Ines Inviter")
    assert "Ines Inviter" in client_of(staff).get(QUEUE).content.decode()


def test_the_queue_costs_the_same_for_one_and_for_thirty(staff, client_of):
    client, asked = client_of(staff), []
    for number in (1, 2, 22):
        for each in range(number):
            email = f"p{number}-{each}@agency{number}.example"
            person = UserFactory(standing="pending", email=email, name=f"Person {number} {each}")
            JoinRequestFactory(person=person, works_at=OrganisationFactory())
            InvitationFactory(email=email)
            JoinRequestFactory(asked_back_at=timezone.now(), close_at=timezone.now())
            JoinRequestFactory(decision="approved", decided_at=timezone.now(), decided_by=staff)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(QUEUE)
        asked.append(len(captured))
        assert len(response.content) < 60_000, len(response.content)
    assert len(set(asked)) == 1, asked
    assert asked[0] <= 12, [query["sql"][:150] for query in captured]


def test_what_nobody_had_to_decide_is_seen(staff, client_of):
    county = OrganisationFactory(name="Tamarack County")
    DomainFactory(organisation=county, domain="tamarack.example", verified=True)
    row = ask()
    page = client_of(staff).get(QUEUE).content.decode()
    assert "Address of a verified government organisation" in page
    assert "Approved" in client_of(staff).get(f"{QUEUE}{row.pk}/").content.decode()
