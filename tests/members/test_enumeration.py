"""Nobody learns from the portal who has an account: the same answers, the same mails in number, the same time."""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from members.models import Invitation, User
from portal.outbox.models import Mail
from tests.factories.members import PASSWORD, ProfileFactory, UserFactory
from tests.members.test_joining import ANSWERS

pytestmark = pytest.mark.django_db
STANDINGS = ["member", "pending", "suspended"]


def _plain(response: Any, address: str) -> tuple[int, str, str]:
    """An answer without what differs from one request to the next, and without the address itself."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    html = re.sub(r"/\d+/", "/N/", html.replace(address, "ADDRESS"))
    return response.status_code, response.headers.get("Location", ""), html


def _follow(client: Client, path: str, data: dict[str, str], address: str) -> list[tuple[int, str, str]]:
    first = client.post(path, data)
    pages = [_plain(first, address)]
    if first.status_code == 302 and first["Location"].startswith("/"):
        pages.append(_plain(client.get(first["Location"]), address))
    return pages


def _sign_up(address: str) -> list[tuple[int, str, str]]:
    return _follow(Client(), "/join/", ANSWERS | {"email": address}, address)


def _code(address: str) -> list[tuple[int, str, str]]:
    return _follow(Client(), "/accounts/login/code/", {"email": address}, address)


def _reset(address: str) -> list[tuple[int, str, str]]:
    return _follow(Client(), "/accounts/password/reset/", {"email": address}, address)


def _wrong_password(address: str) -> list[tuple[int, str, str]]:
    return _follow(Client(), "/accounts/login/", {"login": address, "password": "not the password"}, address)


def _invite(address: str) -> list[tuple[int, str, str]]:
    inviter = User.objects.get(email="inviter@agency.example")
    client = Client()
    client.force_login(inviter)
    pages = _follow(client, "/members/me/invitations/", {"email": address, "line": "Hello"}, address)
    Invitation.objects.all().delete()
    return pages


def _add_address(address: str) -> list[tuple[int, str, str]]:
    client = Client()
    client.post("/accounts/login/", {"login": "inviter@agency.example", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    Mail.objects.all().delete()
    return _follow(client, "/accounts/email/", {"email": address, "action_add": ""}, address)


DOORS = [_sign_up, _code, _reset, _wrong_password, _invite, _add_address]


@pytest.fixture(autouse=True)
def _inviter(db: None) -> Iterator[None]:
    ProfileFactory(user__email="inviter@agency.example", user__name="Ines Inviter")
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
def test_a_known_address_is_answered_as_an_unknown_one(door: Callable[..., Any], standing: str, request: Any) -> None:
    known = request.getfixturevalue(standing)
    found = []
    for address in (known.email, "nobody@elsewhere.example"):
        Mail.objects.all().delete()
        caches["limits"].clear()
        found.append((door(address), Mail.objects.count()))
    assert found[0][0] == found[1][0]
    if standing != "suspended":  # who is suspended gets no mail, which only the owner of the address could notice
        assert found[0][1] == found[1][1]


def test_an_invited_browser_learns_nothing_from_joining_with_a_known_address(member: User) -> None:
    """The invitation is used up either way: the join page afterwards is the same."""
    from django.utils import timezone

    from members.invitations.operations import invite
    from members.invitations.queries import IN_SESSION

    inviter = User.objects.get(email="inviter@agency.example")
    pages = []
    for address in (member.email, "fresh@elsewhere.example"):
        row = invite(email="invited@elsewhere.example", line="", group=None, by=inviter, at=timezone.now())
        client = Client()
        session = client.session
        session[IN_SESSION] = row.pk
        session.save()
        client.post("/join/", ANSWERS | {"email": address})
        pages.append(IN_SESSION in client.session)
        Invitation.objects.all().delete()
    assert pages == [False, False]


def _share_won(known: list[float], unknown: list[float]) -> float:
    """How often a known address takes longer than an unknown one: half the time where nobody can tell (the AUC)."""
    wins = sum((k > u) + 0.5 * (k == u) for k in known for u in unknown)
    return wins / (len(known) * len(unknown))


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("door", [_sign_up, _code, _reset, _invite], ids=lambda door: door.__name__.strip("_"))
def test_nobody_can_tell_by_the_clock(door: Callable[..., Any], settings: Any) -> None:
    """Known and unknown in turn, so that a machine that is busy is busy for both; the middle half counts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    rounds = 40
    people = [UserFactory(email=f"known{number}@agency.example") for number in range(rounds + 5)]
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number, person in enumerate(people):
        order = [(True, person.email), (False, f"unknown{number}@agency.example")]
        for known, address in order if number % 2 else order[::-1]:
            caches["limits"].clear()
            began = time.perf_counter()
            door(address)
            taken[known].append(time.perf_counter() - began)
    known, unknown = (sorted(taken[which][5:])[rounds // 4 : -rounds // 4] for which in (True, False))
    apart = statistics.median(known) / statistics.median(unknown)
    assert 0.75 < apart < 1.33, f"the known take {apart:.2f} times as long; AUC {_share_won(known, unknown):.2f}"
