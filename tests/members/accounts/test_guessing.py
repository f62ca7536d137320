"""Guessing at secrets: on every address that takes one, at most ten attempts in five minutes for one account.

Redis is away in all of these: the counts must not need it.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.db import connection
from django.test import Client

from members.accounts.limits import CACHE
from tests.factories.members import PASSWORD
from tests.members.accounts.device import Device
from tests.second_factor import code_now, give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SECOND_STEP = "/accounts/second-factor/"
MOST = 10
REGISTRATION = {"publicKey": {"challenge": "eA", "user": {"id": "eA"}}}


@pytest.fixture(autouse=True)
def _redis_is_away(settings: Any) -> Iterator[None]:
    away = {
        "BACKEND": "portal.core.cache.FailOpenRedisCache",
        "LOCATION": "redis://127.0.0.1:9/0",
        "OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05},
    }
    settings.CACHES = {"default": away, CACHE: settings.CACHES[CACHE]}
    caches[CACHE].clear()
    yield
    caches[CACHE].clear()


def was_looked_at(response: Any) -> bool:
    """Whether the secret was compared: no page of a limit, no sentence of one."""
    return response.status_code != 429 and "Too many attempts" not in response.content.decode()


def at_the_second_step(person: Any, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    return client


def wrong_password(person: Any, number: int) -> Any:
    return Client().post(LOGIN, {"login": person.email, "password": f"wrong {number}"}, headers=claimed(number))


def wrong_code(person: Any, number: int) -> Any:
    return at_the_second_step(person, **claimed(number)).post(SECOND_STEP, {"code": f"{number:06}"})


def wrong_recovery_code(person: Any, number: int) -> Any:
    return at_the_second_step(person, **claimed(number)).post(SECOND_STEP, {"code": f"{number:08}"})


def wrong_passkey(person: Any, number: int) -> Any:
    client = at_the_second_step(person, **claimed(number))
    options = {"publicKey": {"challenge": "eA"}}
    client.get(SECOND_STEP)
    return client.post(SECOND_STEP, {"credential": Device().sign(options)})


def claimed(number: int) -> dict[str, str]:
    """Another browser each time, as far as a browser can say."""
    return {"x-forwarded-for": f"198.51.100.{number}", "x-real-ip": f"198.51.100.{number}", "user-agent": str(number)}


@pytest.mark.parametrize("attempt", [wrong_password, wrong_code, wrong_recovery_code, wrong_passkey])
def test_an_account_is_guessed_at_ten_times_at_most(attempt: Callable[..., Any], member: Any) -> None:
    if attempt is not wrong_password:
        give_app(member)
        Authenticator.objects.create(
            user=member,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Laptop", "credential": json.loads(Device().register(REGISTRATION))},
        )
    looked_at = sum(was_looked_at(attempt(member, number)) for number in range(16))
    assert 1 <= looked_at <= MOST


def test_after_that_not_even_the_right_code_is_looked_at(member):
    give_app(member)
    for number in range(6):
        wrong_code(member, number)
    client = at_the_second_step(member)
    assert not was_looked_at(client.post(SECOND_STEP, {"code": code_now()}))
    assert client.get("/members/me/")["Location"].startswith(LOGIN)


def test_a_code_works_while_redis_is_away(member):
    give_app(member)
    code = code_now()
    assert at_the_second_step(member).post(SECOND_STEP, {"code": code})["Location"] == "/"
    assert at_the_second_step(member).post(SECOND_STEP, {"code": code}).status_code == 422


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/accounts/reauthenticate/code/", {"code": "000000"}),
        ("/accounts/app/add/", {"code": "000000"}),
        ("/accounts/reauthenticate/", {"password": "wrong"}),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "x", "password2": "x"}),
    ],
)
def test_a_stolen_session_guesses_ten_times_at_most(address, data, member, client_of):
    factor = address == "/accounts/reauthenticate/code/"
    client = client_of(member, second_factor=factor)
    if address == "/accounts/app/add/":
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        client.get(address)
    looked_at = sum(was_looked_at(client.post(address, data)) for _ in range(16))
    assert 1 <= looked_at <= MOST


@pytest.mark.parametrize(
    "door", ["/cms/", "/cms/login/", "/django-admin/", "/django-admin/login/", "/_util/login/", "/manage/"]
)
def test_the_doors_of_libraries_take_no_secret_at_all(door, superuser):
    data = {"username": superuser.email, "email": superuser.email, "login": superuser.email, "password": PASSWORD}
    for _ in range(3):
        client = Client()
        response = client.post(door, data, follow=True)
        assert not response.context["user"].is_authenticated
        assert client.get("/manage/")["Location"].startswith(LOGIN)


def test_a_code_by_mail_is_guessed_at_nine_times_at_most(member):
    """Three codes in five minutes, three attempts at each."""
    looked_at = 0
    for _ in range(6):
        client = Client()
        asked = client.post("/accounts/login/code/", {"email": member.email})
        if asked.status_code != 302:
            continue
        for _ in range(5):
            response = client.post("/accounts/login/code/confirm/", {"code": "WRNG-WRNG"})
            looked_at += response.status_code == 200
            if response.status_code == 302 and response["Location"] == "/accounts/login/code/":
                looked_at += 1
                break
    assert 1 <= looked_at <= MOST


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_count_of_codes(member):
    give_app(member)

    def work(worker: int) -> int:
        try:
            return sum(was_looked_at(wrong_code(member, worker * 10 + number)) for number in range(6))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as workers:
        looked_at = sum(workers.map(work, range(2)))
    assert 1 <= looked_at <= MOST
