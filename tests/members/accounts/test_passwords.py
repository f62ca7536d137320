"""Passwords as NIST SP 800-63B-4 and ASVS 5.0, 6.2 want them: forty vectors, each through the page."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from members.accounts.passwords import LONGEST
from tests.factories.members import PASSWORD, ProfileFactory
from tests.second_factor import give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CHANGE = "/accounts/password/change/"
WORDS = "seven brown ferrets juggle "

# Alone: at least fifteen characters, at most LONGEST; any characters; nothing common, repeated or about oneself.
ALONE = [
    ("fourteen chars", False),
    ("fifteen chars !", True),
    ("a" * 64, False),
    ("ab" * 20, False),
    ("sharedsharedsharedshared", False),
    ("Shared Services Community", False),
    ("localhost localhost", False),
    ("Vera Vane Vera Vane Vera", False),
    ("vera@agency.example", False),
    ("VERA.VANE.AGENCY.EXAMPLE", False),
    ("password password", False),
    ("qwertyqwerty qwerty", False),
    ("1q2w3e4r5t6y7u8i9o0p", False),
    ("1234567890zxcvbnm,.-", True),
    ("alllowercaseletters", True),
    ("ALL UPPERCASE WORDS", True),
    ("839201746528194", True),
    ("correct horse battery staple", True),
    ("spaces are allowed     too", True),
    ("'; DROP TABLE members_user; --", True),
    ("<b>bold</b> & brash", True),
    ("ορθό άλογο μπαταρία", True),
    ("wörter über wörter über", True),
    ("сім бурих тхорів жонглюють", True),
    ("七只棕色的雪貂在杂耍着火球呢吧", True),
    ("🦡🦝🦨🦦🐿️🦔🐁🐀🐇🦇🐻🐨🐼🦥", True),
    ("cafe\u0301 au lait", False),  # thirteen as people count
    ("cafe\u0301 au lait noir", True),
    ((WORDS * 5)[:64], True),
    ((WORDS * 5)[:72], True),
    ((WORDS * 5)[:128], True),
    ((WORDS * 20)[:LONGEST], True),
    ((WORDS * 20)[: LONGEST + 1], False),
    ("", False),
]
# Beside a second factor: at least eight.
BESIDE_A_FACTOR = [
    ("7 chars", False),
    ("8 chars!", True),
    ("ferret7x", True),
    ("password", False),
    ("iloveyou", False),
    ("veravane", False),
    ("aaaaaaaa", False),
    ("fourteen chars", True),
]


def test_there_are_forty_vectors():
    assert len(ALONE) + len(BESIDE_A_FACTOR) >= 40


@pytest.fixture
def person(db):
    return ProfileFactory(user__email="vera@agency.example", user__name="Vera Vane").user


def changed(client, password):
    data = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return client.post(CHANGE, data).status_code == 302


@pytest.mark.parametrize(("password", "accepted"), ALONE)
def test_a_password_alone(password, accepted, person, client_of):
    assert changed(client_of(person, second_factor=False), password) is accepted
    if accepted:
        client = Client()
        assert client.post(LOGIN, {"login": person.email, "password": password})["Location"] == "/"
        assert client.get("/members/me/").status_code == 200


@pytest.mark.parametrize(("password", "accepted"), BESIDE_A_FACTOR)
def test_a_password_beside_a_second_factor(password, accepted, person, client_of):
    assert changed(client_of(person), password) is accepted
    if accepted:
        response = Client().post(LOGIN, {"login": person.email, "password": password})
        assert response["Location"] == "/accounts/second-factor/"


def test_the_page_says_how_long_in_a_sentence(person, client_of):
    assert "At least 15 characters" in client_of(person, second_factor=False).get(CHANGE).content.decode()
    assert "At least 8 characters, since you also use a second factor" in client_of(person).get(CHANGE).content.decode()


def test_a_refusal_says_what_to_do(person, client_of):
    client = client_of(person, second_factor=False)
    page = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert "Use at least 15 characters." in page.content.decode()


@pytest.mark.parametrize("length", [64, 72, 73, 128, LONGEST])
def test_every_character_counts_with_the_hasher_of_production(length, person, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    password = (WORDS * 20)[: length - 1] + "a"
    person.password = make_password(password)
    assert person.check_password(password)
    assert not person.check_password(password[:-1] + "b")
    assert not person.check_password(password[:-1])
    assert not person.check_password(password.upper())


def test_a_short_password_whose_second_factor_was_lost_needs_a_code_by_mail(person, client_of):
    """Eight characters were enough beside the factor; without it they are not."""
    assert changed(client_of(person), "ferret7x")
    person.authenticator_set.all().delete()
    client = Client()
    response = client.post(LOGIN, {"login": person.email, "password": "ferret7x"})
    assert response["Location"] == "/accounts/login/code/confirm/"
    assert client.get("/members/me/")["Location"].startswith(LOGIN)
    give_app(person)
    assert (
        Client().post(LOGIN, {"login": person.email, "password": "ferret7x"})["Location"] == "/accounts/second-factor/"
    )


def test_passwords_can_be_pasted_and_kept_by_a_password_manager(client, person, client_of):
    page = client.get(LOGIN).content.decode()
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="username"' in page
    assert "onpaste" not in page
    assert 'data-reveal="Show the password"' in page
    assert 'autocomplete="new-password"' in client_of(person, second_factor=False).get(CHANGE).content.decode()
