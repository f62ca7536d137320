"""The demonstration shows every state of a request, invitations, domains and a tree; loading twice changes nothing."""

import io

import pytest
from django.utils import timezone

from demo import groups, joining, people
from demo.progress import Progress
from members.joining.queries import asked_back_requests, waiting_requests
from members.models import FirstVisit, Invitation, JoinMessage, JoinRequest, Organisation, OrganisationDomain, Profile
from members.organisations.queries import proposals
from portal.outbox.models import Mail

pytestmark = pytest.mark.django_db


def load():
    progress, now = Progress(io.StringIO()), timezone.now()
    for part in (people, groups, joining):
        part.load(progress, now)


def test_every_state_is_there_and_loading_twice_changes_nothing():
    load()
    models = (JoinRequest, JoinMessage, Invitation, OrganisationDomain, FirstVisit, Profile, Mail)
    before = [model.objects.count() for model in models]
    load()
    assert [model.objects.count() for model in models] == before

    assert {row.person.name for row in waiting_requests()} == {
        "Renske Oduya",
        "Casimir Vell-Adeyemi",
        "Odalys Ferreira-Nwosu",
    }
    assert [row.person.name for row in asked_back_requests()] == ["Teodor Vasilache-Brun"]
    decided = JoinRequest.objects.exclude(decision="").values_list("decision", "ground")
    assert set(decided) == {("approved", "domain"), ("approved", ""), ("refused", ""), ("closed", "")}
    assert JoinRequest.objects.filter(confirmed_at=None).count() == 1
    assert [each.text for each in proposals()] == ["Municipality of Rusty Creek"]
    assert Invitation.objects.count() == 3
    assert {bool(row.verified_at) for row in OrganisationDomain.objects.all()} == {True, False}
    assert Organisation.objects.get(slug="hallmoor-district-council").parent.slug == "wealdshire-county-council"
    assert FirstVisit.objects.get(person__email="provider@example.org").finished_at is None


def test_only_government_bodies_have_verified_domains():
    load()
    verified = OrganisationDomain.objects.verified()
    assert set(verified.values_list("organisation__body", flat=True)) == {"government"}
