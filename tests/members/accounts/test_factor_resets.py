"""Staff take a lost second factor away: with a reason, by mail to its owner, and for staff only two together."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from members.accounts import operations
from members.models import FactorReset
from members.operations import NotAllowed
from portal.outbox.models import Fact
from tests.factories.members import PASSWORD
from tests.members.post import code_for, newest
from tests.second_factor import give_app

pytestmark = pytest.mark.django_db

PAGE = "/manage/second-factor/"
REASON = "Called back on the number that the county publishes; it was her."
ASKED, RESET = "Somebody asked to reset your second factor", "Your second factor was reset"


def ask(client: Client, person: Any, reason: str = REASON) -> Any:
    return client.post(PAGE, {"email": person.email, "reason": reason})


def has_factor(person: Any) -> bool:
    return Authenticator.objects.filter(user=person).exists()


def test_a_member_s_factor_is_reset_at_once_and_they_are_told_and_signed_out(staff, member, client_of):
    theirs = client_of(member)
    assert ask(client_of(staff), member)["Location"] == PAGE
    assert not has_factor(member)
    assert theirs.get("/members/me/")["Location"].startswith("/accounts/login/")
    assert newest(member.email).message["Subject"] == RESET
    fact = Fact.objects.get(name="members.FactorResetDone")
    assert (fact.by, fact.payload["person_id"]) == (staff, member.pk)
    assert FactorReset.objects.get(person=member).reason == REASON


def test_staff_take_two(staff, second_staff, superuser, client_of):
    person = second_staff
    give_app(person)
    first = client_of(staff)
    ask(first, person)
    reset = FactorReset.objects.open().get()
    assert has_factor(person)
    assert newest(person.email).message["Subject"] == ASKED
    # Neither the one who asked nor the one it is about.
    for somebody in (staff, person):
        assert client_of(somebody).post(f"{PAGE}{reset.pk}/confirm/").status_code == 404
    assert has_factor(person)
    second = client_of(superuser)
    assert REASON in second.get(PAGE).content.decode()
    assert "Lost second factors to confirm" in second.get("/manage/").content.decode()
    assert second.post(f"{PAGE}{reset.pk}/confirm/")["Location"] == PAGE
    assert not has_factor(person)
    assert newest(person.email).message["Subject"] == RESET
    reset.refresh_from_db()
    assert (reset.asked_by, reset.confirmed_by) == (staff, superuser)


def test_after_a_reset_a_password_alone_sets_nothing_up(staff, superuser, second_staff, client):
    give_app(second_staff)
    reset = operations.ask_reset(person=second_staff, reason=REASON, by=staff, at=timezone.now())
    operations.confirm_reset(reset=reset, by=superuser, at=timezone.now())
    response = client.post("/accounts/login/", {"login": second_staff.email, "password": PASSWORD})
    assert response["Location"] == "/accounts/login/code/confirm/"
    assert client.get("/accounts/app/add/")["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/code/confirm/", {"code": code_for(second_staff.email)})
    assert client.get("/manage/")["Location"].startswith("/accounts/second-factor/first/")


def test_a_request_can_be_withdrawn(staff, second_staff, superuser, client_of):
    give_app(second_staff)
    ask(client_of(staff), second_staff)
    reset = FactorReset.objects.open().get()
    assert client_of(second_staff).post(f"{PAGE}{reset.pk}/withdraw/")["Location"] == PAGE
    assert client_of(superuser).post(f"{PAGE}{reset.pk}/confirm/").status_code == 404
    assert has_factor(second_staff)


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended", "member", "outsider", "lead", "provider"])
def test_nobody_else_resets_or_sees_anything(role, request, staff, second_staff, client_of):
    give_app(second_staff)
    reset = operations.ask_reset(person=second_staff, reason=REASON, by=staff, at=timezone.now())
    somebody = request.getfixturevalue(role)
    client = client_of(somebody)
    for address in (PAGE, f"{PAGE}{reset.pk}/confirm/", f"{PAGE}{reset.pk}/withdraw/"):
        assert client.post(address, {"email": second_staff.email, "reason": REASON}).status_code in {302, 404}
        assert REASON not in client.get(PAGE).content.decode()
    assert has_factor(second_staff)
    assert not FactorReset.objects.visible_to(somebody).exists()


def test_everybody_sees_what_was_asked_about_themselves(staff, member, outsider):
    give_app(member)
    operations.ask_reset(person=member, reason=REASON, by=staff, at=timezone.now())
    assert FactorReset.objects.visible_to(member).count() == 1
    assert FactorReset.objects.visible_to(outsider).count() == 0
    assert FactorReset.objects.visible_to(staff).count() == 1


def test_a_superuser_s_only_by_superusers_and_one_s_own_never(staff, superuser, client_of):
    give_app(superuser)
    for person, by in ((superuser, staff), (staff, staff)):
        refused = ask(client_of(by), person)
        assert refused.status_code == 422
        assert "You cannot reset this one" in refused.content.decode()
        with pytest.raises(NotAllowed):
            operations.ask_reset(person=person, reason=REASON, by=by, at=timezone.now())
    assert has_factor(superuser)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "nobody@agency.example", "reason": REASON}, "Nobody has an account with this address."),
        ({"email": "otto@agency.example", "reason": REASON}, "This account has no second factor."),
        ({"email": "no address", "reason": REASON}, "Enter a valid email address."),
        ({"email": "otto@agency.example", "reason": ""}, "This field is required."),
    ],
)
def test_a_mistake_is_said_beside_the_field_and_what_was_typed_stays(data, sentence, staff, outsider, client_of):
    page = client_of(staff).post(PAGE, data)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert data["email"] in page.content.decode()
    assert not FactorReset.objects.exists()


def test_staff_come_from_the_profile_with_the_address_filled_in(staff, member, client_of):
    client = client_of(staff)
    handle = member.profile.handle
    assert f"{PAGE}?handle={handle}" in client.get(f"/members/{handle}/").content.decode()
    assert member.email in client.get(f"{PAGE}?handle={handle}").content.decode()
    assert client.get(f"{PAGE}?handle=nobody").status_code == 200


def test_asking_twice_asks_once(staff, superuser, second_staff, client_of):
    give_app(second_staff)
    ask(client_of(staff), second_staff)
    again = ask(client_of(superuser), second_staff)
    assert "asked for already" in again.content.decode()
    operations.ask_reset(person=second_staff, reason="Again.", by=superuser, at=timezone.now())
    assert FactorReset.objects.count() == 1


def test_the_database_takes_no_reset_that_one_person_asked_for_and_confirmed(staff, member):
    now = timezone.now()
    with pytest.raises(IntegrityError):
        FactorReset.objects.create(
            person=member, reason=REASON, asked_by=staff, asked_at=now, confirmed_by=staff, done_at=now
        )


def test_confirming_twice_resets_once(staff, superuser, second_staff):
    give_app(second_staff)
    reset = operations.ask_reset(person=second_staff, reason=REASON, by=staff, at=timezone.now())
    operations.confirm_reset(reset=reset, by=superuser, at=timezone.now())
    give_app(second_staff)
    operations.confirm_reset(reset=reset, by=superuser, at=timezone.now())
    assert has_factor(second_staff)


def test_whoever_runs_the_machine_can_when_nobody_else_is_left(superuser):
    give_app(superuser)
    output = StringIO()
    call_command("reset_second_factor", superuser.email, reason="Saw him at the office.", stdout=output)
    assert not has_factor(superuser)
    assert "is reset" in output.getvalue()
    assert newest(superuser.email).message["Subject"] == RESET
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("reset_second_factor", "nobody@agency.example", reason="x")


def test_the_page_costs_the_same_with_one_three_and_thirty(staff, client_of, django_assert_max_num_queries):
    from tests.factories.members import ProfileFactory

    client, counts = client_of(staff), []
    for number in (1, 2, 27):
        for _ in range(number):
            person = ProfileFactory(user__is_staff=True).user
            give_app(person)
            operations.ask_reset(person=person, reason=REASON, by=staff, at=timezone.now())
        with django_assert_max_num_queries(12) as asked:
            assert len(client.get(PAGE).content) < 60_000
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_the_mails_of_one_s_account_say_what_to_do(staff, member):
    give_app(member)
    operations.ask_reset(person=member, reason=REASON, by=staff, at=timezone.now())
    mail = newest(member.email)
    assert "set up a new one" in " ".join(mail.text.split())
    assert "programme@example.org" in mail.text
    assert REASON not in mail.text
