"""Signing in and out: password or code, one door for everybody, and no hint who has an account."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import operations
from members.models import User
from portal.outbox.models import Mail
from tests.factories.members import PASSWORD, JoinRequestFactory, ProfileFactory, UserFactory
from tests.members.post import CODE, code_for, delivered, link_for, newest
from tests.second_factor import code_now, give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CODE_LOGIN = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
RESET = "/accounts/password/reset/"
SECOND_STEP = "/accounts/second-factor/"
NEW = "three wombats in a purple canoe"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def plain(response):
    """A page without what differs from one request to the next."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r"[\w.-]+@[\w.-]+", "ADDRESS", html)


@pytest.fixture
def person(db):
    return ProfileFactory(user__email="vera@agency.example", user__name="Vera Vane").user


# --- getting in -------------------------------------------------------------------------------------------------


def test_a_member_signs_in_with_a_password_and_comes_back_to_where_they_were(client, person):
    response = client.post(f"{LOGIN}?next=/members/", {"login": "Vera@Agency.example", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/members/")
    assert client.get("/members/me/").status_code == 200


def test_the_way_back_never_leaves_the_site(client, person):
    response = sign_in(client, person.email, next="https://elsewhere.example/members/")
    assert response["Location"] == "/"


def test_a_session_ends_with_the_browser_unless_asked_to_stay(client, person):
    sign_in(client, person.email)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, person.email, remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_a_code_from_the_mail_opens_a_session(client, person):
    # The button on the sign-in page sends the address under the name that field has there.
    response = client.post(CODE_LOGIN, {"login": person.email, "password": ""})
    assert response["Location"] == CONFIRM
    code = code_for(person.email)
    assert code not in newest(person.email).message["Subject"]
    typed = code.lower().replace("-", " ")
    assert client.post(CONFIRM, {"code": typed})["Location"] == "/"
    assert client.get("/members/me/").status_code == 200


def test_a_wrong_code_is_refused_and_the_third_ends_the_attempt(client, person):
    client.post(CODE_LOGIN, {"email": person.email})
    code = code_for(person.email)
    for _ in range(2):
        page = client.post(CONFIRM, {"code": "WRNG-WRNG"})
        assert "This code is not right" in page.content.decode()
    assert client.post(CONFIRM, {"code": "WRNG-WRNG"})["Location"] == CODE_LOGIN
    client.post(CONFIRM, {"code": code})
    assert client.get("/members/me/").status_code == 302


def test_a_new_code_can_be_asked_for_and_replaces_the_first(client, person):
    client.post(CODE_LOGIN, {"email": person.email})
    first = code_for(person.email)
    client.post(CONFIRM, {"action": "resend"})
    second = code_for(person.email)
    assert first != second
    client.post(CONFIRM, {"code": second})
    assert client.get("/members/me/").status_code == 200


def test_who_waits_lands_on_the_page_that_says_so_wherever_they_were_going(client):
    waits = JoinRequestFactory(person__email="waits@agency.example").person
    response = sign_in(client, waits.email, next="/members/")
    assert response["Location"] == "/members/me/"
    assert "Your request is being looked at" in client.get("/members/me/").content.decode()


def test_signing_out_asks_first_and_ends_the_session(client, person):
    sign_in(client, person.email)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    assert client.get("/members/me/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/members/me/").status_code == 302


# --- who may not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [{"is_active": False}, {"standing": "suspended"}])
def test_who_is_suspended_is_refused_with_a_neutral_sentence(client, flags):
    person = UserFactory(email="gone@agency.example", **flags)
    response = sign_in(client, person.email)
    assert response["Location"] == "/accounts/inactive/"
    page = client.get("/accounts/inactive/").content.decode()
    assert "This account cannot sign in" in page
    assert "suspended" not in page.lower()
    assert client.get("/members/me/").status_code == 302


@pytest.mark.parametrize("flags", [{"is_active": False}, {"standing": "suspended"}])
def test_no_code_and_no_link_lets_somebody_suspended_in(client, flags, settings):
    person = UserFactory(email="gone@agency.example", **flags)
    client.post(CODE_LOGIN, {"email": person.email})
    code = CODE.search(newest(person.email).text)
    if code:
        client.post(CONFIRM, {"code": code[0]})
    assert client.get("/members/me/").status_code == 302


def test_a_session_made_before_a_suspension_is_over_at_once(client, person, staff):
    sign_in(client, person.email)
    assert client.get("/members/me/").status_code == 200
    operations.suspend(person=person, reason="Spam.", by=staff, at=timezone.now())
    assert client.get("/members/me/").status_code == 302


# --- no hint who has an account ---------------------------------------------------------------------------------


def answers(path, known, unknown):
    """The pages and mails that two addresses cause."""
    found = []
    for data in (known, unknown):
        client = Client()
        first = client.post(path, data)
        pages = [(first.status_code, first.headers.get("Location"), plain(first))]
        if first.status_code == 302:
            following = client.get(first["Location"])
            pages.append((following.status_code, following.headers.get("Location"), plain(following)))
        found.append((pages, Mail.objects.count()))
        Mail.objects.all().delete()
    return found


@pytest.mark.parametrize("path", [CODE_LOGIN, RESET])
def test_asking_for_a_code_or_a_link_answers_the_same_for_known_and_unknown_addresses(path, person):
    known, unknown = answers(path, {"email": person.email}, {"email": "nobody@agency.example"})
    assert known == unknown
    assert known[1] == 1


def test_a_wrong_password_answers_the_same_for_known_and_unknown_addresses(person):
    known, unknown = answers(
        LOGIN,
        {"login": person.email, "password": "not the password"},
        {"login": "nobody@agency.example", "password": "not the password"},
    )
    assert known == unknown
    assert "The address or the password is not right" in known[0][0][2]


def test_changing_to_an_address_that_is_taken_answers_as_for_a_free_one(client, person):
    UserFactory(email="taken@agency.example")
    pages = []
    for address in ("taken@agency.example", "free@agency.example"):
        client = Client()
        sign_in(client, person.email)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        Mail.objects.all().delete()
        response = client.post("/accounts/email/", {"email": address, "action_add": ""})
        pages.append((response.status_code, response.get("Location"), Mail.objects.count()))
    assert pages[0] == pages[1]
    assert pages[0][2] == 1


# --- passwords --------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_with_the_link_from_the_mail(client, person):
    client.post(RESET, {"email": person.email})
    page = client.get(link_for(person.email), follow=True)
    form = page.redirect_chain[-1][0]
    wrong = client.post(form, {"password1": "short", "password2": "short"})
    assert "at least 15 characters" in wrong.content.decode()
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(Client(), person.email, NEW).status_code == 302
    assert "Your password was changed" in newest(person.email).message["Subject"]


def test_a_mail_about_the_account_says_when_by_the_owner_s_clock(client, person):
    User.objects.filter(pk=person.pk).update(time_zone="Europe/Bucharest")
    sign_in(client, person.email)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    said = " ".join(newest(person.email).text.split())
    assert re.search(r"It was done on \w+, [^,]+, \d\d:\d\d, Bucharest time \(EES?T\), from the network", said), said


def test_the_link_works_once(client, person):
    client.post(RESET, {"email": person.email})
    link = link_for(person.email)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert "This link no longer works" in Client().get(link).content.decode()


def test_mails_carry_the_site_s_own_address_whatever_the_browser_claimed(person, settings):
    settings.ALLOWED_HOSTS = ["*"]
    Client().post(RESET, {"email": person.email}, headers={"host": "evil.example"})
    mail = newest(person.email)
    assert "evil.example" not in mail.text + mail.html
    assert f"{settings.SITE_URL}/accounts/password/reset/key/" in mail.text


def test_a_changed_password_ends_every_other_session(person):
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, person.email)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", data).status_code == 302
    assert here.get("/members/me/").status_code == 200
    assert there.get("/members/me/").status_code == 302


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("fourteen chars", False),
        ("fifteen chars !", True),
        ("a" * 64, False),
        ("sharedsharedsharedshared", False),
        ("Shared Services Community", False),
        ("Vera Vane Vera Vane Vera", False),
        ("vera@agency.example", False),
        ("1234567890zxcvbnm,.-", True),
        ("correct horse battery staple", True),
        ("ορθό άλογο μπαταρία", True),
        ("wörter über wörter über", True),
        (("seven brown ferrets juggle " * 5)[:128], True),
        ("x" * 257 + "yz words", False),
        ("spaces are allowed     too", True),
    ],
)
def test_passwords_follow_nist(password, accepted, client, person):
    sign_in(client, person.email)
    data = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert (client.post("/accounts/password/change/", data).status_code == 302) is accepted
    if accepted:
        assert sign_in(Client(), person.email, password).status_code == 302


def test_a_long_password_is_compared_to_its_last_character(person):
    person.set_password("p" * 30 + " seven brown ferrets " * 3 + "a")
    person.save()
    assert not person.check_password("p" * 30 + " seven brown ferrets " * 3 + "b")


def test_a_password_is_the_same_whatever_keyboard_composed_its_letters(person):
    person.set_password("caf\u00e9 au lait chaque matin")
    assert person.check_password("cafe\u0301 au lait chaque matin")


# --- the address ------------------------------------------------------------------------------------------------


def test_a_new_address_asks_for_the_password_and_counts_only_when_confirmed(client, person):
    sign_in(client, person.email)
    asked = client.post("/accounts/email/", {"email": "new@agency.example", "action_add": ""})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    person.refresh_from_db()
    assert person.email == "vera@agency.example"

    client.post("/accounts/confirm-email/", {"code": code_for("new@agency.example")})
    person.refresh_from_db()
    assert person.email == "new@agency.example"
    assert list(EmailAddress.objects.filter(user=person).values_list("email", flat=True)) == [person.email]
    assert "Your e-mail address was changed" in newest("vera@agency.example").message["Subject"]


def test_an_account_without_a_password_can_choose_one(client):
    person = ProfileFactory(user__email="codes@agency.example").user
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.get("/accounts/password/change/")["Location"] == "/accounts/password/set/"
    assert client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(Client(), person.email, NEW).status_code == 302


# --- one door ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["/cms/", "/cms/login/", "/cms/pages/", "/django-admin/", "/django-admin/login/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_both_admins_send_everybody_through_the_same_door(door, method, person, client):
    data = {"username": person.email, "email": person.email, "password": PASSWORD}
    response = getattr(client, method)(door, data if method == "post" else None)
    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)
    assert client.get("/members/me/").status_code == 302


def test_staff_come_from_the_door_into_the_editors_area(client, staff):
    operations.make_staff(person=staff)
    give_app(staff)
    assert client.get("/cms/login/")["Location"].startswith(LOGIN)
    response = client.post(LOGIN, {"login": staff.email, "password": PASSWORD, "next": "/cms/"}, follow=True)
    assert response.redirect_chain[-1][0] == SECOND_STEP
    response = client.post(SECOND_STEP, {"code": code_now()}, follow=True)
    assert response.redirect_chain[-1][0] == "/cms/"
    assert response.status_code == 200


def test_a_superuser_comes_from_the_door_into_django_s_admin(client, superuser):
    give_app(superuser)
    client.post(LOGIN, {"login": superuser.email, "password": PASSWORD, "next": "/django-admin/"})
    response = client.post(SECOND_STEP, {"code": code_now()}, follow=True)
    assert response.redirect_chain[-1][0] == "/django-admin/"
    assert response.status_code == 200
    assert client.post("/django-admin/login/", {"username": "x", "password": "y"}).status_code in {200, 302, 404}


def test_addresses_of_the_library_that_are_not_needed_do_not_exist(client):
    for path in (
        "/accounts/signup/",
        "/accounts/password/reset/confirm/",
        "/accounts/phone/verify/",
        "/accounts/3rdparty/",
    ):
        assert client.get(path).status_code == 404, path


# --- what people type -------------------------------------------------------------------------------------------

FIELDS = {
    LOGIN: ("login", "password"),
    CODE_LOGIN: ("email",),
    RESET: ("email",),
    "/join/": ("name", "organisation", "kind", "reason", "email", "password1"),
}
NAUGHTY = [
    "\x00",
    "a\x00b@agency.example",
    "\ud800",
    "\u202eabc",
    "x" * 100_000,
    "'; DROP TABLE",
    "<script>",
    "🦉" * 300,
]


@pytest.mark.parametrize("path", FIELDS)
def test_nothing_that_can_be_typed_breaks_a_door(path, db):
    for value in NAUGHTY:
        for field in FIELDS[path]:
            data = dict.fromkeys(FIELDS[path], "ok") | {
                field: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            }
            response = Client().post(path, data)
            assert response.status_code in {200, 302, 400, 429}, (path, field, value[:20])
            assert "<script>" not in response.content.decode().replace("<script src=", "")


def test_what_was_typed_stays_except_the_password(client, person):
    page = sign_in(client, person.email, "wrong password here").content.decode()
    assert 'value="vera@agency.example"' in page
    assert "wrong password here" not in page


def test_every_mail_about_an_account_has_two_parts_and_says_why(person):
    client = Client()
    client.post(CODE_LOGIN, {"email": person.email})
    client.post(RESET, {"email": "nobody@agency.example"})
    mails = delivered()
    assert len(mails) == 2
    for mail in mails:
        assert "You get this because" in mail.text
        assert "You get this because" in mail.html
        assert mail.message["Auto-Submitted"] == "auto-generated"


def test_accounts_have_one_address_whatever_its_case(db):
    User.objects.create_user("Mixed@Agency.Example", name="Mixed")
    assert User.objects.get_by_natural_key("MIXED@agency.example").name == "Mixed"
    assert reverse("account_signup") == "/join/"
