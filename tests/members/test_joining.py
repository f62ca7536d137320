"""From asking to join to being a member, or to reading why not."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.joining import operations
from members.joining.queries import waiting_requests
from members.models import JoinRequest, Profile, User
from members.operations import free_handle
from portal.desk.queues import waiting
from portal.notifications.models import Notification
from portal.outbox.models import Fact, Mail
from tests.factories.members import PASSWORD, JoinRequestFactory, OrganisationFactory, ProfileFactory, UserFactory
from tests.members.post import code_for, delivered, newest

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Renske Oduya",
    "organisation": "Tamarack County",
    "kind": "practitioner",
    "reason": "We price our services anew next spring.",
    "email": "renske@tamarack.example",
    "password1": "seven brown ferrets juggle",
}


def ask(client, **changes):
    return client.post("/join/", ANSWERS | changes)


def test_a_visitor_asks_confirms_is_approved_and_becomes_a_member(client, staff, client_of):
    county = OrganisationFactory(name="Tamarack County")
    assert ask(client)["Location"] == "/accounts/confirm-email/"
    assert waiting_requests().count() == 0, "nobody decides before the address is confirmed"

    landed = client.post("/accounts/confirm-email/", {"code": code_for("renske@tamarack.example")})
    assert landed["Location"] == "/members/me/"
    page = client.get("/members/me/").content.decode()
    assert "Your request is being looked at" in page
    assert "We price our services anew next spring." in page
    assert client.get("/groups/").status_code in {200, 404}
    assert client.get("/members/me/edit/").status_code == 404

    mail = newest(staff.email)
    assert mail.message["Subject"] == "Somebody asks to join"
    assert "Renske Oduya asks to join" in mail.text
    row = JoinRequest.objects.get()
    assert row.works_at == county
    assert "Renske Oduya" in client_of(staff).get("/manage/join-requests/").content.decode()
    page = client_of(staff).get(f"/manage/join-requests/{row.pk}/").content.decode()
    assert 'value="Tamarack County"' in page

    data = {"approve-organisation": "tamarack county", "approve-kind": "practitioner"}
    assert client_of(staff).post(f"/manage/join-requests/{row.pk}/approve/", data).status_code == 302

    profile = Profile.objects.get(handle="renske-oduya")
    assert (profile.organisation, profile.user.is_member) == (county, True)
    assert "Welcome" in newest("renske@tamarack.example").message["Subject"]
    assert client.get("/members/me/").status_code == 200
    assert "Renske Oduya" in client_of(staff).get("/members/?q=tamarack").content.decode()
    row.refresh_from_db()
    assert (row.decision, row.decided_by) == ("approved", staff)


def test_who_is_refused_reads_the_reason_by_mail_and_here_and_may_ask_again(client, staff, client_of):
    row = JoinRequestFactory(person__email="casimir@ledger.example", kind="provider")
    client.post("/accounts/login/", {"login": "casimir@ledger.example", "password": PASSWORD})
    reason = "We could not find out\nwho you work for <b>."
    data = {"refuse-reason": reason}
    client_of(staff).post(f"/manage/join-requests/{row.pk}/refuse/", data)

    mail = newest("casimir@ledger.example")
    assert "who you work for <b>." in mail.text
    assert "who you work for &lt;b&gt;." in mail.html
    page = client.get("/members/me/").content.decode()
    assert "who you work for &lt;b&gt;." in page
    assert not User.objects.get(pk=row.person_id).is_member

    again = {"organisation": "Bright Ledger", "kind": "provider", "reason": "Here is our register entry."}
    assert client.post("/members/me/ask-again/", again).status_code == 302
    assert waiting_requests().get().reason == "Here is our register entry."
    assert client.post("/members/me/ask-again/", again).status_code == 302
    assert JoinRequest.objects.count() == 2, "one open request is enough"


def test_an_address_with_an_account_gets_the_same_answer_and_a_mail_that_explains(client):
    UserFactory(email="known@agency.example")
    known, fresh = Client(), Client()
    for each, email in ((known, "known@agency.example"), (fresh, "fresh@agency.example")):
        response = ask(each, email=email)
        assert response["Location"] == "/accounts/confirm-email/"
        page = each.get("/accounts/confirm-email/")
        assert page.status_code == 200
        assert "Enter the code from that mail" in page.content.decode()
    assert Mail.objects.count() == 2
    assert "already have an account" in newest("known@agency.example").message["Subject"]
    assert JoinRequest.objects.count() == 1
    assert known.post("/accounts/confirm-email/", {"code": "ABCD-EFGH"}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("organisation", "", "This field is required."),
        ("reason", "x" * 1001, "at most 1000 characters"),
        ("kind", "owner", "Select a valid choice"),
        ("email", "not an address", "Enter a valid email address."),
        ("password1", "too short", "at least 15 characters"),
        ("name", "\u202eevil", "cannot be stored"),
        ("reason", "a\u0007b", "cannot be stored"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_what_was_typed_stays(field, value, message, client):
    page = ask(client, **{field: value}).content.decode()
    assert message in page
    assert "Please check one thing" in page
    assert f'aria-describedby="id_{field}_' in page or f'id="id_{field}_error"' in page
    kept = {name: text for name, text in ANSWERS.items() if name not in {field, "password1", "kind"}}
    for text in kept.values():
        assert text in page
    assert ANSWERS["password1"] not in page
    assert User.objects.count() == 0


def test_staff_see_their_own_mistake_beside_the_request(staff, client_of):
    row = JoinRequestFactory()
    page = client_of(staff).post(f"/manage/join-requests/{row.pk}/refuse/", {})
    assert page.status_code == 422
    assert "This field is required." in page.content.decode()
    row.refresh_from_db()
    assert row.decision == ""


def test_of_two_colleagues_the_second_hears_that_it_is_decided(staff, second_staff, client_of):
    row = JoinRequestFactory()
    operations.refuse(request=row, reason="No.", by=second_staff, at=timezone.now())
    data = {"approve-kind": "practitioner"}
    page = client_of(staff).post(f"/manage/join-requests/{row.pk}/approve/", data, follow=True)
    assert "decided this request in the meantime" in page.content.decode()
    with pytest.raises(operations.AlreadyDecided):
        operations.approve(request=row, organisation=None, kind="practitioner", by=staff, at=timezone.now())
    assert not User.objects.get(pk=row.person_id).is_member


def test_a_request_without_a_confirmed_address_cannot_be_approved(staff):
    row = JoinRequestFactory(confirmed_at=None)
    with pytest.raises(operations.AlreadyDecided):
        operations.approve(request=row, organisation=None, kind="practitioner", by=staff, at=timezone.now())


def test_a_decision_is_whole_or_not_at_all(staff):
    row = JoinRequestFactory()
    for broken in (
        {"decision": "approved"},
        {"decision": "refused", "decided_by": staff, "decided_at": timezone.now()},
        {"decided_by": staff},
        {"decision": "", "refusal": "Because."},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinRequest.objects.filter(pk=row.pk).update(**broken)


def test_confirming_twice_tells_staff_once(staff):
    person = UserFactory(standing="pending")
    operations.request_to_join(person=person, organisation="A", kind="practitioner", reason="B", at=timezone.now())
    for _ in range(2):
        operations.confirm_address(person=person, at=timezone.now())
    delivered()
    assert Fact.objects.filter(name="members.JoinRequested").count() == 1
    assert Notification.objects.filter(person=staff).count() == 1


def test_staff_are_not_mailed_about_a_request_that_a_colleague_decided_first(staff, second_staff):
    person = UserFactory(standing="pending")
    row = operations.request_to_join(
        person=person, organisation="A", kind="practitioner", reason="B", at=timezone.now(), confirmed=True
    )
    operations.approve(request=row, organisation=None, kind="practitioner", by=staff, at=timezone.now())
    assert {mail.message["To"] for mail in delivered()} == {person.email}


def test_the_desk_counts_what_waits(staff):
    JoinRequestFactory(person__name="Renske Oduya")
    JoinRequestFactory(confirmed_at=None)
    queue = next(each for each in waiting(staff) if each.queue.slug == "join-requests")
    assert (queue.count, [item.title for item in queue.items]) == (1, ["Renske Oduya"])


@pytest.mark.parametrize("persona", ["visitor", "pending", "member", "provider"])
def test_nobody_but_staff_decides(persona, request, client_of):
    row = JoinRequestFactory()
    client = client_of(request.getfixturevalue(persona))
    for verb in ("approve", "ask", "refuse"):
        response = client.post(f"/manage/join-requests/{row.pk}/{verb}/", {"refuse-reason": "x"})
        assert response.status_code in {302, 404}
    row.refresh_from_db()
    assert row.decision == ""


def test_who_has_a_session_is_sent_on_from_the_join_page(client_of, member, pending):
    assert client_of(member).get("/join/")["Location"] == "/"
    assert client_of(pending).get("/join/")["Location"] == "/members/me/"


def test_handles_are_free_and_never_an_address_of_ours():
    ProfileFactory(handle="renske-oduya")
    assert free_handle("Renske Oduya") == "renske-oduya-2"
    assert free_handle("Ștefăniță Brânzaru") == "stefanita-branzaru"
    assert free_handle("ليان الساحلي") == "member"
    assert free_handle("Me") == "me-2"
    assert free_handle("O’Brien") == "obrien"
    assert len(free_handle("x" * 300)) <= 80
