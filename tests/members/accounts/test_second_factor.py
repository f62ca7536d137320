"""The second factor: who needs one, how it is set up and proved, and that nothing opens before."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.checks import run_checks
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from members.accounts import mfa
from members.accounts.middleware import OPEN_WITHOUT
from members.models import User
from members.rules import needs_second_factor
from portal.follows import operations as follows
from portal.follows.models import Seat
from tests.factories.members import PASSWORD, ProfileFactory
from tests.members.post import code_for, newest
from tests.second_factor import KEY, code_now, give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SECOND_STEP = "/accounts/second-factor/"
FIRST = "/accounts/second-factor/first/"
ADD_APP = "/accounts/app/add/"
REMOVE_APP = "/accounts/app/remove/"
CODES = "/accounts/recovery-codes/"
SETTINGS = "/settings/sign-in/"


def by_password(client: Client, person: User, **more: Any) -> Any:
    return client.post(LOGIN, {"login": person.email, "password": PASSWORD, **more})


def by_mailed_code(client: Client, person: User) -> Any:
    client.post("/accounts/login/code/", {"email": person.email})
    return client.post("/accounts/login/code/confirm/", {"code": code_for(person.email)})


def set_up_app(client: Client) -> str:
    """Through the page, as a person does it; the key that it shows."""
    page = client.get(ADD_APP).content.decode()
    key = re.search(r'<code id="key">([A-Z2-7 ]+)</code>', page)
    assert key, page
    key = key[1].replace(" ", "")
    assert client.post(ADD_APP, {"code": code_now(key)}).status_code == 302
    return key


def make_lead(person: User) -> User:
    channel = follows.open_channel(kind="group", title="Payroll", url="/groups/payroll/", audience="members")
    follows.seat(channel=channel, user=person, role=Seat.Role.HOST)
    return person


# --- who needs one ------------------------------------------------------------------------------------------------


def test_staff_superusers_and_leads_need_a_second_factor_and_nobody_else_does(staff, superuser, lead, member, pending):
    assert [needs_second_factor(person) for person in (staff, superuser, make_lead(lead))] == [True] * 3
    assert [needs_second_factor(person) for person in (member, pending)] == [False] * 2


def test_whoever_reads_a_group_without_leading_it_needs_none(member):
    channel = follows.open_channel(kind="group", title="Payroll", url="/groups/payroll/", audience="members")
    follows.seat(channel=channel, user=member, role=Seat.Role.READER)
    assert not needs_second_factor(member)


def test_asking_costs_no_query_beside_the_one_that_loads_the_person(client_of, member, django_assert_num_queries):
    make_lead(member)
    client = client_of(member)
    with django_assert_num_queries(2):  # the session, the person
        assert client.get("/accounts/login/").status_code == 302


# --- nothing opens before (A3) ------------------------------------------------------------------------------------


def _walk(patterns: list[Any], prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern):
            yield route, f"{namespace}{entry.name}"


def _address(route: str) -> str:
    """An address that the route answers: something of the right shape in the place of each part."""
    plain = re.sub(r"<(?:int|drf_format_suffix):\w+>", "1", route)
    plain = re.sub(r"<(?:slug|str|path|uuid|multipleint)?:?\w+>", "1", plain)
    plain = re.sub(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)", "1", plain)
    plain = re.sub(r"\[[^]]+\]", "a", plain)
    return "/" + re.sub(r"[\^$?\\]|\(\?:|[()*+]", "", plain).lstrip("/")


def _is_answered(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


ROUTES = {(_address(route), name) for route, name in _walk(get_resolver().url_patterns)}
ADDRESSES = sorted(each for each in ROUTES if _is_answered(each[0]))
STAFF_ADDRESSES = [each for each in ADDRESSES if each[0].startswith(("/cms/", "/django-admin/", "/manage/"))]


def test_the_walk_knows_the_addresses_of_staff():
    assert len(STAFF_ADDRESSES) > 250
    assert len(ROUTES) - len(ADDRESSES) < 5
    assert {"/manage/", "/cms/", "/django-admin/"} <= {address for address, _name in STAFF_ADDRESSES}


def is_sent_on(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith(FIRST)


@pytest.mark.parametrize(("role", "method"), [("staff", "get"), ("staff", "post"), ("superuser", "get")])
def test_no_address_opens_for_staff_without_a_second_factor(role, method, request, client_of):
    client = client_of(request.getfixturevalue(role), second_factor=False)
    opened = []
    for address, name in ADDRESSES:
        if name in OPEN_WITHOUT:
            continue
        response = getattr(client, method)(address)
        if not is_sent_on(response):
            opened.append(f"{response.status_code} {address} {name}")
    assert opened == []
    assert len(ADDRESSES) > 350


@pytest.mark.parametrize("method", ["post", "put", "delete", "head", "options"])
def test_no_address_of_staff_answers_anything_of_its_own(method, superuser, client_of):
    client = client_of(superuser, second_factor=False)
    answers = {address: getattr(client, method)(address) for address, _name in STAFF_ADDRESSES}
    assert [address for address, response in answers.items() if not is_sent_on(response)] == []


def test_leads_get_nowhere_either_not_even_to_public_pages(lead, client_of):
    client = client_of(make_lead(lead), second_factor=False)
    for address in ("/", "/cases/", "/members/", "/members/me/", "/notifications/", SETTINGS, "/accounts/email/"):
        assert client.get(address)["Location"].startswith(FIRST), address


def test_who_becomes_lead_while_signed_in_is_asked_with_the_next_page(member, client_of):
    client = client_of(member, second_factor=False)
    assert client.get("/members/me/").status_code == 200
    make_lead(member)
    assert client.get("/members/me/")["Location"] == f"{FIRST}?next=%2Fmembers%2Fme%2F"


def test_a_factor_that_this_session_did_not_prove_opens_nothing(staff, client_of):
    client = client_of(staff, second_factor=False)
    give_app(staff)
    response = client.get("/manage/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/reauthenticate/code/?next=/manage/"
    response = client.post("/accounts/reauthenticate/code/?next=/manage/", {"code": code_now()}, follow=True)
    assert response.redirect_chain[-1][0] == "/manage/"
    assert response.status_code == 200


def test_a_session_that_proved_a_factor_which_is_gone_opens_nothing(staff, client_of):
    client = client_of(staff)
    assert client.get("/manage/").status_code == 200
    Authenticator.objects.filter(user=staff).delete()
    assert client.get("/manage/")["Location"].startswith(FIRST)


def test_recovery_codes_alone_are_no_second_factor(staff, client_of):
    client = client_of(staff)
    Authenticator.objects.filter(user=staff).update(type=Authenticator.Type.RECOVERY_CODES)
    assert client.get("/manage/")["Location"].startswith(FIRST)


def test_signing_out_works_without_one(staff, client_of):
    client = client_of(staff, second_factor=False)
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/manage/")["Location"].startswith(LOGIN)


def test_members_are_asked_for_nothing(member, pending, client_of):
    assert client_of(member, second_factor=False).get("/members/me/").status_code == 200
    assert client_of(pending, second_factor=False).get("/members/me/").status_code == 200


def test_where_it_is_turned_off_every_page_says_so(staff, client_of, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client = client_of(staff, second_factor=False)
    for address in ("/", "/manage/", SETTINGS):
        page = client.get(address)
        assert page.status_code == 200
        assert "leads and staff need no second factor here" in page.content.decode(), address
    settings.REQUIRE_SECOND_FACTOR = True
    assert "need no second factor here" not in Client().get("/").content.decode()


@pytest.mark.parametrize(("production", "required", "errors"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_production_cannot_turn_it_off(production, required, errors, settings):
    settings.PRODUCTION, settings.REQUIRE_SECOND_FACTOR = production, required
    assert [each.id for each in run_checks(tags=["security"])].count("portal.E010") == errors


# --- setting up -----------------------------------------------------------------------------------------------------


# allauth tells of it once it is committed, so these tests commit.
committed = pytest.mark.django_db(transaction=True)


@committed
def test_staff_set_up_an_app_and_go_on_to_where_they_were_going(staff, client):
    response = by_password(client, staff, next="/manage/")
    # Nobody sets up a first factor on a password alone.
    assert response["Location"] == "/accounts/login/code/confirm/"
    client.post("/accounts/login/code/confirm/", {"code": code_for(staff.email)})
    response = client.get("/manage/", follow=True)
    assert response.redirect_chain[-1][0] == f"{FIRST}?next=%2Fmanage%2F"
    assert "An authenticator app" in response.content.decode()
    set_up_app(client)
    assert client.get(CODES).context["shown"]
    assert client.post(CODES)["Location"] == "/manage/"
    assert client.get("/manage/").status_code == 200


@committed
def test_a_picture_in_the_page_is_not_where_staff_were_going(staff, client):
    by_password(client, staff)
    client.post("/accounts/login/code/confirm/", {"code": code_for(staff.email)})
    client.get("/manage/", headers={"Sec-Fetch-Dest": "document"}, follow=True)
    picture = client.get("/members/somebody/photo/small/", headers={"Sec-Fetch-Dest": "image"}, follow=True)
    assert picture.redirect_chain == [(FIRST, 302)]
    set_up_app(client)
    assert client.post(CODES)["Location"] == "/manage/"


@committed
def test_setting_up_proves_the_factor_in_this_session_and_ends_the_others(staff, client_of):
    client, other = client_of(staff, second_factor=False), client_of(staff, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    set_up_app(client)
    assert client.get("/manage/").status_code == 200
    assert other.get("/manage/")["Location"].startswith(LOGIN)
    assert "An authenticator app was added" in newest(staff.email).message["Subject"]


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_key(member, client_of):
    client = client_of(member, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    first = client.get(ADD_APP).context["form"].secret
    refused = client.post(ADD_APP, {"code": "000000"})
    assert refused.status_code == 422
    assert refused.context["form"].secret == first
    assert not Authenticator.objects.exists()


def test_setting_up_asks_for_the_password_first(member, client_of):
    client = client_of(member, second_factor=False)
    for address in (ADD_APP, "/accounts/passkeys/add/"):
        assert client.get(address)["Location"].startswith("/accounts/reauthenticate/"), address


def test_who_signed_in_a_moment_ago_is_not_asked_again(member, client):
    by_password(client, member)
    assert client.get(ADD_APP).status_code == 200


@pytest.mark.parametrize("address", [ADD_APP, "/accounts/passkeys/add/", "/accounts/email/", "/accounts/password/set/"])
def test_who_has_nothing_to_be_asked_for_signs_in_once_more(address, member, client_of):
    member.set_unusable_password()
    member.save()
    stolen = client_of(member, second_factor=False)
    for method in (stolen.get, stolen.post):
        assert method(address)["Location"].startswith(f"{LOGIN}?next={address}")
    fresh = Client()
    by_mailed_code(fresh, member)
    assert fresh.get(address).status_code == 200


def test_the_key_is_not_in_the_database_as_it_is(member, client_of):
    client = client_of(member, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    key = set_up_app(client)
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert key not in stored
    assert mfa.FactorAdapter().decrypt(stored) == key


def test_a_changed_secret_key_opens_old_factors_as_long_as_it_is_a_fallback(member, settings):
    row = give_app(member)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another " * 8, [settings.SECRET_KEY]
    assert row.wrap().validate_code(code_now())
    assert mfa.reseal() == 1
    settings.SECRET_KEY_FALLBACKS = []
    row.refresh_from_db()
    assert mfa.FactorAdapter().decrypt(row.data["secret"]) == KEY


def test_a_factor_whose_key_is_lost_accepts_no_code_and_breaks_nothing(member, settings, client):
    give_app(member)
    settings.SECRET_KEY = "another " * 8
    by_password(client, member)
    assert client.post(SECOND_STEP, {"code": code_now()}).status_code == 422
    assert client.post(SECOND_STEP, {"code": code_now("A" * 32)}).status_code == 422


# --- proving at sign-in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [by_password, by_mailed_code])
def test_every_way_in_asks_for_the_second_factor(way, member, client):
    give_app(member)
    assert way(client, member)["Location"] == SECOND_STEP
    assert client.get("/members/me/")["Location"].startswith(LOGIN)
    assert client.post(SECOND_STEP, {"code": code_now()})["Location"] == "/"
    assert client.get("/members/me/").status_code == 200


def test_the_second_step_alone_opens_nothing(client, member):
    give_app(member)
    assert client.get(SECOND_STEP)["Location"] == LOGIN
    assert client.post(SECOND_STEP, {"code": code_now()})["Location"] == LOGIN


def test_a_new_password_by_mail_does_not_skip_the_second_factor(member, client):
    give_app(member)
    client.post("/accounts/password/reset/", {"email": member.email})
    link = re.search(r"https?://[^/\s]+(/\S+)", newest(member.email).text)[1]
    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "three wombats in a canoe", "password2": "three wombats in a canoe"}
    )
    assert client.get("/members/me/")["Location"].startswith(LOGIN)
    response = client.post(LOGIN, {"login": member.email, "password": "three wombats in a canoe"})
    assert response["Location"] == SECOND_STEP


def test_a_code_works_once_even_while_it_is_still_shown(member):
    give_app(member)
    code = code_now()
    first, second = Client(), Client()
    for client in (first, second):
        by_password(client, member)
    assert first.post(SECOND_STEP, {"code": code}).status_code == 302
    assert second.post(SECOND_STEP, {"code": code}).status_code == 422


def test_a_code_that_was_used_stays_used_as_long_as_the_clock_would_forgive(member):
    row = give_app(member)
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        code = code_now(steps=1)
        assert row.wrap().validate_code(code)
        for seconds in (31, 29):
            clock.shift(seconds)
            assert not row.wrap().validate_code(code)


def test_a_phone_may_be_half_a_minute_off_and_no_more(member):
    wrap = give_app(member).wrap
    assert [wrap().validate_code(code_now(steps=steps)) for steps in (-1, 0, 1)] == [True] * 3
    assert [wrap().validate_code(code_now(steps=steps)) for steps in (-3, 3)] == [False] * 2


def test_codes_may_be_typed_with_spaces(member, client):
    give_app(member)
    by_password(client, member)
    code = code_now()
    assert client.post(SECOND_STEP, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


@pytest.mark.parametrize("typed", ["", "\x00", "123456", "۱۲۳۴۵۶", "9" * 50, "'; DROP TABLE", "🙈" * 6])
def test_a_wrong_code_is_refused_beside_the_field(typed, member, client):
    give_app(member)
    by_password(client, member)
    response = client.post(SECOND_STEP, {"code": typed})
    assert response.status_code == 422
    assert response.context["form"].errors["code"]


# --- recovery codes -------------------------------------------------------------------------------------------------


def with_codes(client: Client, person: User) -> tuple[str, list[str]]:
    """An app and recovery codes, set up through the pages; its key, and the codes."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    key = set_up_app(client)
    return key, client.get(CODES).context["shown"]


def test_codes_are_shown_until_they_are_kept_and_never_again(member, client_of):
    client = client_of(member, second_factor=False)
    _key, codes = with_codes(client, member)
    assert len(set(codes)) == 10
    page = client.get(CODES).content.decode()
    assert all(code in page for code in codes)
    download = client.get(f"{CODES}download/")
    assert download["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in download.content.decode() for code in codes)

    assert client.post(CODES)["Location"] == SETTINGS
    assert not any(code in client.get(CODES).content.decode() for code in codes)
    assert client.get(f"{CODES}download/").status_code == 404
    assert "10 codes left" in client.get(SETTINGS).content.decode()


def test_codes_that_nobody_said_were_kept_are_hidden_after_an_hour(member, client_of):
    client = client_of(member, second_factor=False)
    key, codes = with_codes(client, member)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        client.post("/accounts/reauthenticate/code/", {"code": code_now(key)})
        page = client.get(CODES)
        assert page.status_code == 200
        assert not any(code in page.content.decode() for code in codes)


def test_a_recovery_code_lets_in_once_and_its_owner_is_told(member, client_of):
    _key, codes = with_codes(client_of(member, second_factor=False), member)
    first = Client()
    by_password(first, member)
    assert first.post(SECOND_STEP, {"code": codes[3]})["Location"] == "/"
    mail = newest(member.email)
    assert mail.message["Subject"] == "A recovery code was used to sign in"
    assert "9 recovery codes left" in mail.text

    second = Client()
    by_password(second, member)
    assert second.post(SECOND_STEP, {"code": codes[3]}).status_code == 422
    assert second.post(SECOND_STEP, {"code": codes[4]}).status_code == 302


@committed
def test_new_codes_end_the_old_ones(member, client_of):
    client = client_of(member, second_factor=False)
    _key, old = with_codes(client, member)
    assert client.post(f"{CODES}new/")["Location"] == CODES
    new = client.get(CODES).context["shown"]
    assert not set(old) & set(new)
    assert newest(member.email).message["Subject"] == "New recovery codes were made for your account"
    by_password(other := Client(), member)
    assert other.post(SECOND_STEP, {"code": old[0]}).status_code == 422


# --- taking one away ------------------------------------------------------------------------------------------------


def prove_again(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/code/", {"code": code_now()}).status_code == 302


def test_removing_asks_for_the_second_factor_not_for_the_password(member, client_of):
    client = client_of(member)
    assert client.get(REMOVE_APP)["Location"].startswith("/accounts/reauthenticate/")
    by_word = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert by_word["Location"].startswith("/accounts/reauthenticate/code/")
    assert client.get(REMOVE_APP).status_code == 302


def test_a_member_may_remove_the_only_factor_and_is_told(member, client_of):
    client, other = client_of(member), client_of(member)
    prove_again(client)
    assert "only second factor" in client.get(REMOVE_APP).content.decode()
    assert client.post(REMOVE_APP)["Location"] == SETTINGS
    assert not Authenticator.objects.filter(user=member).exists()
    assert newest(member.email).message["Subject"] == "The authenticator app was removed from your account"
    assert client.get("/members/me/").status_code == 200
    assert other.get("/members/me/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("role", ["staff", "superuser", "lead"])
def test_the_last_factor_of_who_needs_one_stays(role, request, client_of):
    person = request.getfixturevalue(role)
    if role == "lead":
        make_lead(person)
    client = client_of(person)
    prove_again(client)
    assert "Your role needs a second factor" in client.get(REMOVE_APP).content.decode()
    assert client.post(REMOVE_APP).status_code == 422
    assert Authenticator.objects.filter(user=person).exists()


def test_nobody_touches_the_factors_of_others(member, co_member, client_of):
    theirs = Authenticator.objects.create(
        user=co_member, type=Authenticator.Type.WEBAUTHN, data={"name": "Hers", "credential": {}}
    )
    client = client_of(member)
    prove_again(client)
    for what in ("remove", "rename"):
        for method in (client.get, client.post):
            assert method(f"/accounts/passkeys/{theirs.pk}/{what}/").status_code == 404


def test_django_s_admin_shows_and_deletes_no_factors(superuser, client_of):
    client = client_of(superuser)
    page = client.get("/django-admin/").content.decode()
    assert "/mfa/" not in page
    assert "/usersessions/" not in page
    assert "/socialaccount/" not in page
    assert client.get("/django-admin/mfa/authenticator/").status_code == 404
    assert client.get("/django-admin/password_change/")["Location"] == "/accounts/password/change/"


def test_the_page_shows_what_is_there_and_offers_what_is_not(member, client_of):
    bare = client_of(ProfileFactory().user, second_factor=False).get(SETTINGS)
    full = client_of(member).get(SETTINGS)
    assert (bare.status_code, full.status_code) == (200, 200)
    assert "Set up an authenticator app" in bare.content.decode()
    assert "Remove the app" in full.content.decode()
