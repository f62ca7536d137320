"""Whose address belongs to a verified government body is a member as soon as it is confirmed; nobody else is."""

import pytest
from django.test import Client
from django.utils import timezone

from members.joining import operations
from members.joining.queries import decided_lately, waiting_requests
from members.models import FirstVisit, JoinRequest, Organisation, OrganisationDomain, Profile, User
from members.organisations.operations import doubt_domain, verify_domain
from portal.notifications.models import Notification
from portal.outbox.models import Fact
from tests.factories.joining import DomainFactory
from tests.factories.members import PASSWORD, OrganisationFactory, UserFactory
from tests.members.post import code_for, delivered, newest
from tests.members.test_joining import ANSWERS

pytestmark = pytest.mark.django_db
ADDRESS = "renske@tamarack.example"


@pytest.fixture
def county():
    return OrganisationFactory(name="Tamarack County")


@pytest.fixture
def domain(county):
    return DomainFactory(organisation=county, domain="tamarack.example", verified=True)


def ask(email=ADDRESS, organisation="Tamarack County", kind="practitioner", **more):
    person = UserFactory(standing="pending", email=email, name="Renske Oduya")
    return operations.request_to_join(
        person=person, organisation=organisation, kind=kind, reason="B", at=timezone.now(), **more
    )


def confirmed(**said):
    row = ask(**said)
    operations.confirm_address(person=row.person, at=timezone.now())
    row.refresh_from_db()
    return row


def test_a_confirmed_address_at_a_verified_domain_opens_the_door(domain, county, client, staff):
    client.post("/join/", ANSWERS)
    assert not User.objects.get(email=ADDRESS).is_member, "the address has to be confirmed first"
    client.post("/accounts/confirm-email/", {"code": code_for(ADDRESS)})

    row = JoinRequest.objects.get()
    assert (row.decision, row.ground, row.decided_by) == ("approved", "domain", None)
    profile = Profile.objects.get(user__email=ADDRESS)
    assert (profile.organisation, profile.user.is_member) == (county, True)
    assert client.get("/members/").status_code == 200
    assert client.get("/members/me/welcome/", follow=True).status_code == 200
    mail = newest(ADDRESS)
    assert "Welcome" in mail.message["Subject"]
    assert "a government body that we have checked" in mail.text
    assert not any(each.message["To"] == staff.email for each in delivered()), "nobody has to look"
    assert not waiting_requests().exists()
    assert list(decided_lately()) == [row], "but staff can see it"
    assert Fact.objects.filter(name="members.JoinApproved").count() == 1
    assert Notification.objects.filter(person=profile.user).count() == 1
    assert FirstVisit.objects.filter(person=profile.user).exists()


def test_a_domain_that_nobody_verified_opens_nothing(county):
    DomainFactory(organisation=county, domain="tamarack.example")
    assert confirmed().decision == ""


@pytest.mark.parametrize("body", [body for body in Organisation.Body.values if body != "government"])
def test_only_government_bodies_have_that_door(body):
    body_row = OrganisationFactory(name="Tamarack County", body=body)
    DomainFactory(organisation=body_row, domain="tamarack.example", verified=True)
    assert confirmed().decision == ""


def test_a_provider_waits_for_a_person_whatever_the_address(domain):
    assert confirmed(kind="provider").decision == ""


def test_a_researcher_at_a_government_body_comes_in(domain):
    assert confirmed(kind="researcher").decision == "approved"


@pytest.mark.parametrize(
    "email",
    [
        "renske@tamarack.example.org",
        "renske@nottamarack.example",
        "renske@hr.tamarack.example",
        "renske+tamarack.example@elsewhere.example",
        "tamarack.example@elsewhere.example",
    ],
)
def test_an_address_that_only_looks_like_it_opens_nothing(email, domain):
    assert confirmed(email=email).decision == ""


def test_the_domain_is_compared_without_regard_to_case(domain):
    row = ask(email="elsewhere@post.example")
    operations.confirm_address(person=row.person, address="Renske@TAMARACK.Example", at=timezone.now())
    row.refresh_from_db()
    assert row.decision == "approved"


def test_who_names_another_organisation_of_the_list_waits(domain):
    OrganisationFactory(name="City of Port Everly")
    assert confirmed(organisation="City of Port Everly").decision == ""


def test_who_names_a_part_of_it_is_put_there(domain, county):
    part = OrganisationFactory(name="Tamarack Fleet", parent=OrganisationFactory(name="Tamarack Works", parent=county))
    row = confirmed(organisation="Tamarack Fleet")
    assert (row.decision, row.person.profile.organisation) == ("approved", part)


def test_who_names_something_unknown_is_taken_for_its_part(domain, county):
    row = confirmed(organisation="Payroll team")
    assert (row.decision, row.person.profile.organisation) == ("approved", county)


def test_taking_the_verification_back_closes_the_door_and_throws_nobody_out(domain, staff):
    first = confirmed()
    doubt_domain(row=domain, by=staff, at=timezone.now())
    assert confirmed(email="second@tamarack.example").decision == ""
    assert User.objects.get(pk=first.person_id).is_member


def test_a_colleague_who_left_the_office_leaves_the_domain_verified(domain):
    domain.verified_by.delete()
    assert OrganisationDomain.objects.verified().filter(pk=domain.pk).exists()
    assert confirmed().decision == "approved"


def test_who_waits_and_confirms_such_an_address_later_comes_in_then(domain, settings):
    row = confirmed(email="renske@post.example")
    assert row.decision == ""
    client = Client()
    client.post("/accounts/login/", {"login": "renske@post.example", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": ADDRESS, "action_add": ""})
    client.post("/accounts/confirm-email/", {"code": code_for(ADDRESS)})
    row.refresh_from_db()
    assert (row.decision, row.ground) == ("approved", "domain")
    assert User.objects.get(pk=row.person_id).email == ADDRESS


def test_confirming_a_second_time_changes_nothing(domain):
    row = confirmed()
    operations.confirm_address(person=row.person, at=timezone.now())
    assert Fact.objects.filter(name__startswith="members.Join").count() == 1


def test_who_was_refused_does_not_come_in_by_confirming_again(county, staff):
    row = confirmed()
    operations.refuse(request=row, reason="No.", by=staff, at=timezone.now())
    DomainFactory(organisation=county, domain="tamarack.example", verified=True)
    operations.confirm_address(person=row.person, at=timezone.now())
    assert not User.objects.get(pk=row.person_id).is_member


def test_verifying_is_a_fact_with_a_name(county, staff):
    row = DomainFactory(organisation=county, domain="tamarack.example")
    for _ in range(2):
        verify_domain(row=row, by=staff, at=timezone.now())
    row.refresh_from_db()
    assert row.verified_by == staff
    assert Fact.objects.get(name="members.DomainVerified").by == staff
