"""Organisations under all their names: found, suggested, part of each other, proposed by members, and merged."""

import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import JoinRequest, MergedOrganisation, Organisation, OrganisationDomain, Profile
from members.models.organisations import MOST_LEVELS
from members.operations import NotAllowed
from members.organisations import operations, queries
from members.organisations.operations import NotPossible
from portal.desk.queues import waiting
from portal.outbox.models import Fact
from tests.factories.joining import DomainFactory
from tests.factories.members import JoinRequestFactory, OrganisationFactory, ProfileFactory
from tests.members.test_sign_in import plain

pytestmark = pytest.mark.django_db
DESK = "/manage/organisations/"


@pytest.fixture
def county():
    return OrganisationFactory(slug="tamarack", name="Tamarack County", other_names=["Tamarack Shared Services", "TC"])


# --- meant and suggested ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["tamarack  COUNTY", "Tamarack shared services", "tc", "Támarack Coünty"])
def test_an_organisation_is_found_by_any_of_its_names(text, county):
    assert queries.organisation_called(text) == county


@pytest.mark.parametrize(
    "text", ["", " ", "Tamarack", "County", "Tamarack County Court", "%", "_", "(", ")", "()", "x\0y"]
)
def test_a_part_of_a_name_is_no_name(text, county):
    assert queries.organisation_called(text) is None


def test_of_two_with_one_name_the_country_says_which():
    british = OrganisationFactory(name="Ministry of Works", country="GB")
    romanian = OrganisationFactory(name="Ministry of Works", country="RO")
    assert queries.organisation_called("Ministry of Works") is None
    assert queries.suggested("ministry") == ["Ministry of Works (United Kingdom)", "Ministry of Works (Romania)"]
    assert queries.organisation_called("Ministry of Works (Romania)") == romanian
    assert queries.organisation_called("ministry of works (united kingdom)") == british
    assert queries.organisation_called("Ministry of Works (Peru)") is None


def test_a_name_with_brackets_of_its_own_is_found():
    row = OrganisationFactory(name="Agency for Services (North)")
    assert queries.organisation_called("Agency for Services (North)") == row


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ta", []),
        ("tam", ["Tamarack County"]),
        ("shared tam", ["Tamarack County"]),
        ("zzz", []),
        ("a b", []),
        ("x\0yz", []),
        ("%%%", []),
        ("x" * 5000, []),
    ],
)
def test_names_are_suggested_from_the_third_letter_on(text, names, county, client):
    assert queries.suggested(text) == names
    response = client.get("/join/organisations/", {"q": text})
    assert response.json() == {"names": names} if response.status_code == 200 else response.status_code == 400


def test_suggestions_are_few_and_begin_with_what_begins_so(client):
    OrganisationFactory(name="A Council of Towns")
    for number in range(20):
        OrganisationFactory(name=f"Council {number:02}")
    names = queries.suggested("council")
    assert len(names) == 8
    assert names[0] == "Council 00"


def test_nobody_can_copy_the_list_by_asking(county, client):
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        codes = [client.get("/join/organisations/?q=tam").status_code for _ in range(61)]
    assert codes.count(200) == 60
    assert codes[-1] == 429


def test_without_a_script_the_join_page_offers_the_names_and_keeps_what_was_typed(county, client):
    typed = {"name": "Renske", "organisation": "tamarack", "reason": "Why <not>", "email": "r@tamarack.example"}
    page = client.post("/join/", {**typed, "look": "1"})
    assert page.status_code == 200
    html = page.content.decode()
    assert re.search(r'type="radio" name="known" value="Tamarack County"', html)
    assert "Why &lt;not&gt;" in html
    assert 'value="r@tamarack.example"' in html
    assert "Please check" not in html
    answers = {**typed, "kind": "practitioner", "password1": "seven brown ferrets juggle", "known": "Tamarack County"}
    assert client.post("/join/", answers).status_code == 302
    assert JoinRequest.objects.get().works_at == county


def test_what_is_in_no_list_is_said_so_and_taken_as_written(client):
    page = client.post("/join/", {"organisation": "Rusty Creek", "look": "1"}).content.decode()
    assert "We know no organisation of this name yet" in page


def test_of_the_names_offered_the_last_keeps_what_was_written(county, client):
    answers = {
        "name": "R",
        "organisation": "Tamarack School",
        "kind": "practitioner",
        "reason": "B",
        "email": "r@tamarack.example",
        "password1": "seven brown ferrets juggle",
        "known": "",
    }
    assert client.post("/join/", answers).status_code == 302
    row = JoinRequest.objects.get()
    assert (row.organisation, row.works_at) == ("Tamarack School", None)


# --- the tree ---------------------------------------------------------------------------------------------------


def chain(length):
    rows = [OrganisationFactory(name="Level 0")]
    for number in range(1, length):
        rows.append(OrganisationFactory(name=f"Level {number}", parent=rows[-1]))
    return rows


def test_no_organisation_is_part_of_itself_or_of_its_own_part(staff):
    top, middle, low = chain(3)
    for parent in (top, middle, low):
        with pytest.raises(NotPossible, match="part of itself"):
            operations.move(organisation=top, parent=parent, by=staff, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=top.pk).update(parent=top)
    top.parent = low
    with pytest.raises(ValidationError, match="part of itself"):
        top.full_clean()


def test_a_tree_stays_readable(staff):
    deepest = chain(MOST_LEVELS)[-1]
    with pytest.raises(NotPossible, match="at most 5 levels"):
        operations.move(organisation=OrganisationFactory(), parent=deepest, by=staff, at=timezone.now())
    tall, other = chain(3)[0], chain(3)[-1]
    with pytest.raises(NotPossible, match="at most 5 levels"):
        operations.move(organisation=tall, parent=other, by=staff, at=timezone.now())


def test_staff_move_an_organisation_by_name_and_its_page_shows_the_way(county, staff, client_of):
    office = OrganisationFactory(slug="office", name="Tax Office")
    client = client_of(staff)
    client.post(f"{DESK}office/move/", {"parent-parent": "tc"})
    office.refresh_from_db()
    assert office.parent == county
    page = client.get("/members/organisations/office/").content.decode()
    assert page.index("Tamarack County") < page.index('aria-current="page"')
    assert "Tax Office" in client.get("/members/organisations/tamarack/").content.decode()
    wrong = client.post(f"{DESK}tamarack/move/", {"parent-parent": "Tax Office"})
    assert wrong.status_code == 422
    assert "cannot be part of itself" in wrong.content.decode()
    assert client.post(f"{DESK}office/move/", {"parent-parent": "Nowhere"}).status_code == 422
    client.post(f"{DESK}office/move/", {"parent-parent": ""})
    office.refresh_from_db()
    assert office.parent is None


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_shows_names_and_the_people_whom_the_reader_may_see(county, member, client_of, suspended):
    ProfileFactory(organisation=county, user__name="Renske Oduya")
    Profile.objects.filter(user=suspended).update(organisation=county)
    page = client_of(member).get("/members/organisations/tamarack/").content.decode()
    for shown in ("Tamarack County", "Tamarack Shared Services, TC", "Renske Oduya"):
        assert shown in page
    assert suspended.name not in page
    assert "/members/?q=Tamarack%20County" in page


@pytest.mark.parametrize("persona", ["visitor", "pending", "suspended"])
def test_who_is_no_member_sees_no_organisation(persona, county, request, client_of):
    user = request.getfixturevalue(persona)
    assert not Organisation.objects.visible_to(user).exists()
    client = client_of(user)
    shown, missing = (client.get(f"/members/organisations/{slug}/") for slug in ("tamarack", "nowhere"))
    assert shown.status_code == missing.status_code == 404
    assert plain(shown).replace("tamarack", "") == plain(missing).replace("nowhere", "")


def test_the_page_costs_the_same_for_one_and_for_thirty(county, member, client_of):
    client, asked = client_of(member), []
    for number in (1, 2, 27):
        ProfileFactory.create_batch(number, organisation=county)
        OrganisationFactory.create_batch(number, parent=county)
        with CaptureQueriesContext(connection) as captured:
            response = client.get("/members/organisations/tamarack/")
        asked.append(len(captured))
        assert len(response.content) < 60_000
    assert len(set(asked)) == 1
    assert asked[0] <= 12


# --- domains ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tamarack.example", "tamarack.example"),
        (" Tamarack.EXAMPLE. ", "tamarack.example"),
        ("someone@tamarack.example", "tamarack.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("a.b.c.tamarack.example", "a.b.c.tamarack.example"),
    ],
)
def test_a_domain_is_kept_as_mail_carries_it(typed, kept, county, staff, client_of):
    client_of(staff).post(f"{DESK}tamarack/domains/", {"domain-domain": typed})
    row = OrganisationDomain.objects.get()
    assert (row.domain, row.verified_at) == (kept, None)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "This field is required."),
        ("localhost", "Write a domain"),
        ("no spaces.example", "Write a domain"),
        ("-x.example", "Write a domain"),
        ("a..example", "Write a domain"),
        ("http://tamarack.example/", "Write a domain"),
        ("x" * 64 + ".example", "Write a domain"),
        ("gmail.com", "Anybody can have an address"),
        ("taken.example", "belongs to Port Everly already"),
        ("a\u202eb.example", "cannot be stored"),
    ],
)
def test_what_is_no_domain_of_theirs_is_refused_beside_the_field(typed, message, county, staff, client_of):
    DomainFactory(domain="taken.example", organisation__name="Port Everly")
    page = client_of(staff).post(f"{DESK}tamarack/domains/", {"domain-domain": typed})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert not county.domains.exists()


def test_staff_verify_doubt_and_remove_a_domain(county, staff, client_of):
    row = DomainFactory(organisation=county, domain="tamarack.example")
    client = client_of(staff)
    page = client.post(f"{DESK}domains/{row.pk}/", {"do": "verify"}, follow=True).content.decode()
    assert f"by {staff.name} on" in page
    client.post(f"{DESK}domains/{row.pk}/", {"do": "doubt"})
    row.refresh_from_db()
    assert (row.verified_by, row.verified_at) == (None, None)
    client.post(f"{DESK}domains/{row.pk}/", {"do": "something"})
    assert OrganisationDomain.objects.exists()
    client.post(f"{DESK}domains/{row.pk}/", {"do": "remove"})
    assert not OrganisationDomain.objects.exists()


@pytest.mark.parametrize("persona", ["visitor", "pending", "suspended", "member", "provider", "lead"])
def test_domains_and_organisations_are_staff_s_to_change(persona, county, request, client_of):
    row = DomainFactory(organisation=county)
    user = request.getfixturevalue(persona)
    assert not OrganisationDomain.objects.visible_to(user).exists()
    client = client_of(user)
    for path in ("", "new/", "take-for/", "tamarack/", "tamarack/domains/", "tamarack/move/", "tamarack/merge/"):
        assert client.post(f"{DESK}{path}", {"do": "verify", "sure": "1"}).status_code in {302, 404}
    client.post(f"{DESK}domains/{row.pk}/", {"do": "verify"})
    row.refresh_from_db()
    assert row.verified_at is None
    if user.pk:
        with pytest.raises(NotAllowed):
            operations.verify_domain(row=row, by=user, at=timezone.now())


# --- what members propose ---------------------------------------------------------------------------------------


def propose(text, **more):
    return ProfileFactory(organisation=None, organisation_proposed=text, **more)


def test_the_desk_counts_and_joins_what_members_propose(staff, client_of):
    propose("Rusty Creek")
    propose("RUSTY creek")
    propose("Larch County")
    propose("Gone", user__standing="suspended")
    queue = next(each for each in waiting(staff) if each.queue.slug == "proposed-organisations")
    assert queue.count == 3
    assert [(item.title, item.detail) for item in queue.items] == [
        ("Rusty Creek", "2 members"),
        ("Larch County", "1 member"),
    ]
    page = client_of(staff).get(DESK).content.decode()
    assert page.count("Put it into the list") == 2


def test_staff_say_which_organisation_a_name_means_and_it_is_found_under_it(county, staff, client_of):
    one, two, other = propose("T. County Payroll"), propose("t. county payroll"), propose("Larch County")
    asked = JoinRequestFactory(organisation="T. County payroll")
    data = {"p1-text": "T. County Payroll", "p1-organisation": "tamarack county"}
    page = client_of(staff).post(f"{DESK}take-for/", data, follow=True).content.decode()
    assert "2 people belong to Tamarack County now." in page
    for profile in (one, two, other, asked, county):
        profile.refresh_from_db()
    assert (one.organisation, two.organisation, other.organisation) == (county, county, None)
    assert one.organisation_proposed == ""
    assert asked.works_at == county
    assert "T. County Payroll" in county.other_names
    assert one.handle in client_of(staff).get("/members/?q=tamarack+shared").content.decode()
    assert queries.organisation_called("t. county payroll") == county


def test_a_name_that_no_organisation_has_is_refused_beside_its_field(staff, client_of):
    propose("Rusty Creek")
    page = client_of(staff).post(f"{DESK}take-for/", {"p1-text": "Rusty Creek", "p1-organisation": "Nowhere"})
    assert page.status_code == 422
    assert "No organisation in the list has this name" in page.content.decode()
    assert 'value="Nowhere"' in page.content.decode()


def test_staff_put_a_proposal_into_the_list_with_everybody_who_made_it(staff, client_of):
    profile = propose("Rusty Creek")
    client = client_of(staff)
    form = client.get(f"{DESK}new/?text=Rusty%20Creek").content.decode()
    assert 'value="Rusty Creek"' in form
    level = OrganisationFactory().level
    data = {
        "text": "Rusty Creek",
        "name": "Municipality of Rusty Creek",
        "body": "government",
        "level": level.pk,
        "country": "AU",
        "place": "Rusty Creek",
    }
    client.post(f"{DESK}new/", data)
    row = Organisation.objects.get(slug="municipality-of-rusty-creek")
    profile.refresh_from_db()
    assert profile.organisation == row
    again = client.post(f"{DESK}new/", data)
    assert again.status_code == 422
    assert "There is an organisation of this name" in again.content.decode()


def test_the_list_is_searched_by_any_name(county, staff, client_of):
    OrganisationFactory(name="Port Everly")
    page = client_of(staff).get(f"{DESK}?q=shared").content.decode()
    assert "Tamarack County" in page
    assert "Port Everly" not in page


def test_the_desk_page_costs_the_same_for_one_and_for_thirty(staff, client_of):
    client, asked = client_of(staff), []
    for number in (1, 2, 27):
        for each in range(number):
            propose(f"Place {number} {each}")
        OrganisationFactory.create_batch(number)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(DESK)
        asked.append(len(captured))
        assert len(response.content) < 60_000
    assert len(set(asked)) == 1
    assert asked[0] <= 12


# --- two that are one -------------------------------------------------------------------------------------------


@pytest.fixture
def twin(county):
    twin = OrganisationFactory(slug="tamarack-2", name="Tamarack Cnty", other_names=["TC", "Old Tamarack"])
    ProfileFactory.create_batch(2, organisation=twin)
    JoinRequestFactory(works_at=twin)
    DomainFactory(organisation=twin, domain="tamarack.example", verified=True)
    OrganisationFactory(slug="part", parent=twin)
    return twin


def test_merging_moves_people_requests_names_domains_and_parts_and_the_old_address_leads_on(
    county, twin, staff, member, client_of
):
    client = client_of(staff)
    shown = client.post(f"{DESK}tamarack-2/merge/", {"merge-into": "Tamarack County"}).content.decode()
    assert "Is Tamarack Cnty the same as Tamarack County?" in shown
    assert "tamarack.example" in shown
    assert Organisation.objects.filter(slug="tamarack-2").exists(), "staff are asked first"

    client.post(f"{DESK}tamarack-2/merge/", {"merge-into": "Tamarack County", "sure": "1"})
    county.refresh_from_db()
    assert not Organisation.objects.filter(slug="tamarack-2").exists()
    assert county.profiles.count() == 2
    assert county.join_requests.count() == 1
    assert county.domains.get().verified_at
    assert county.parts.get().slug == "part"
    assert county.other_names == ["Tamarack Shared Services", "TC", "Tamarack Cnty", "Old Tamarack"]
    assert queries.organisation_called("old tamarack") == county
    assert county.profiles.first().handle in client_of(member).get("/members/?q=old+tamarack").content.decode()
    moved = client_of(member).get("/members/organisations/tamarack-2/")
    assert (moved.status_code, moved["Location"]) == (301, "/members/organisations/tamarack/")
    fact = Fact.objects.get(name="members.OrganisationsMerged")
    assert (fact.by, fact.payload["people"], fact.payload["requests"]) == (staff, 2, 1)
    assert "Tamarack Cnty" in client.get(f"{DESK}tamarack/").content.decode()


def test_a_merged_address_leads_on_after_a_second_merge(county, twin, staff):
    operations.merge(gone=twin, into=county, by=staff, at=timezone.now())
    third = OrganisationFactory(slug="third", name="Third")
    operations.merge(gone=county, into=third, by=staff, at=timezone.now())
    assert set(MergedOrganisation.objects.values_list("slug", "into__slug")) == {
        ("tamarack-2", "third"),
        ("tamarack", "third"),
    }


def test_a_merge_is_whole_or_not_at_all(county, twin, staff, monkeypatch):
    def broken(*args, **kwargs):
        msg = "no disk"
        raise OSError(msg)

    monkeypatch.setattr(operations, "record", broken)
    with pytest.raises(OSError, match="no disk"):
        operations.merge(gone=twin, into=county, by=staff, at=timezone.now())
    assert twin.profiles.count() == 2
    assert Organisation.objects.filter(pk=twin.pk).exists()
    assert not MergedOrganisation.objects.exists()


def test_nothing_is_merged_into_itself_or_into_its_part(county, twin, staff, client_of):
    part = Organisation.objects.get(slug="part")
    with pytest.raises(NotPossible, match="two different"):
        operations.merge(gone=county, into=county, by=staff, at=timezone.now())
    with pytest.raises(NotPossible, match="is a part of"):
        operations.merge(gone=twin, into=part, by=staff, at=timezone.now())
    page = client_of(staff).post(f"{DESK}tamarack/merge/", {"merge-into": "Tamarack County", "sure": "1"})
    assert page.status_code == 422


def test_the_slug_of_a_merged_organisation_is_not_given_to_another(county, twin, staff):
    operations.merge(gone=twin, into=county, by=staff, at=timezone.now())
    assert operations.free_slug("Tamarack 2") == "tamarack-2-2"


def test_whatever_refers_to_an_organisation_does_so_by_one_column():
    """What a merge moves: a table that joins many to many would have to be told how."""
    assert all(each.one_to_many for each in Organisation._meta.related_objects)
