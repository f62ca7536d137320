"""Guessing is limited for each account, by one count for all workers that no failure and no flood wipes out."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from members.accounts.limits import CACHE
from tests.factories.members import PASSWORD, UserFactory

LOGIN = "/accounts/login/"
TOO_MANY = "Too many attempts"


def attempt(email, password="a wrong password", **headers):  # noqa: S107 -- a test
    """Whether the attempt was looked at, and whether it opened a session."""
    response = Client().post(LOGIN, {"login": email, "password": password}, headers=headers)
    refused = response.status_code == 429 or TOO_MANY in response.content.decode()
    return not refused, response.status_code == 302


@pytest.fixture
def person(db):
    return UserFactory(email="vera@agency.example")


def test_after_five_wrong_passwords_not_even_the_right_one_is_looked_at(person):
    assert [attempt(person.email)[0] for _ in range(7)] == [True] * 5 + [False] * 2
    assert attempt(person.email, PASSWORD) == (False, False)


def test_right_passwords_are_not_counted(person):
    assert all(attempt(person.email, PASSWORD) == (True, True) for _ in range(8))


def test_signing_in_between_guesses_does_not_start_the_count_again(person):
    looked_at = 0
    for _ in range(4):
        looked_at += sum(attempt(person.email)[0] for _ in range(3))
        attempt(person.email, PASSWORD)
    assert looked_at == 5


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded"])
def test_a_claimed_address_of_the_browser_changes_nothing(header, db):
    looked_at = [attempt(f"nobody{n}@agency.example", **{header: f"10.0.0.{n}"})[0] for n in range(40)]
    assert sum(looked_at) <= 20


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_one_count():
    email = UserFactory(email="vera@agency.example").email

    def work(_worker):
        try:
            return sum(attempt(email)[0] for _ in range(6))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as workers:
        looked_at = sum(workers.map(work, range(2)))
    # The lock of a count may refuse an attempt that came at the very same moment, never let one more pass.
    assert 1 <= looked_at <= 5
    assert attempt(email, PASSWORD) == (False, False)


def test_the_limit_holds_and_signing_in_works_while_redis_is_away(person, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.core.cache.FailOpenRedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
            "OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05},
        },
        CACHE: settings.CACHES[CACHE],
    }
    began = time.monotonic()
    assert attempt(person.email, PASSWORD) == (True, True)
    assert time.monotonic() - began < 2
    assert sum(attempt(person.email)[0] for _ in range(8)) == 5


def test_a_flood_of_other_counts_wipes_out_none(person):
    for _ in range(5):
        attempt(person.email)
    limits = caches[CACHE]
    for number in range(700):
        limits.set(f"flood:{number}", [1.0], 300)
    assert attempt(person.email, PASSWORD) == (False, False)


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_codes_and_links_are_sent_to_an_address_three_times_in_five_minutes(path, person):
    answers = [Client().post(path, {"email": person.email}) for _ in range(5)]
    sent = [response.status_code == 302 for response in answers]
    assert sent == [True] * 3 + [False] * 2
    assert TOO_MANY in answers[-1].content.decode()


def test_the_password_is_not_guessed_where_it_is_asked_again(client, person):
    client.force_login(person)
    data = {"oldpassword": "wrong", "password1": "seven brown ferrets", "password2": "seven brown ferrets"}
    answers = [client.post("/accounts/password/change/", data).status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2


def test_the_page_of_a_limit_says_what_to_do(client, person):
    client.force_login(person, second_factor=False)
    for _ in range(6):
        page = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert page.status_code == 429
    assert "Wait five minutes" in page.content.decode()
