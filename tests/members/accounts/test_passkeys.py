"""Passkeys: added, used to sign in and as second factor, renamed and removed; forged ones open nothing."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.test import Client

from members.accounts.limits import CACHE
from tests.factories.members import PASSWORD, UserFactory
from tests.members.accounts.device import Device
from tests.members.post import newest
from tests.second_factor import give_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
DOOR = "/accounts/passkey/"
ADD = "/accounts/passkeys/add/"
SECOND_STEP = "/accounts/second-factor/"
SETTINGS = "/settings/sign-in/"


def add_passkey(client: Client, device: Device | None = None, name: str = "Work laptop") -> Device:
    device = device or Device()
    options = json.loads(client.get(ADD).context["options"])
    response = client.post(ADD, {"name": name, "credential": device.register(options)})
    assert response.status_code == 302, response.context["form"].errors
    return device


def challenge(client: Client) -> dict[str, Any]:
    return client.get(DOOR, headers={"accept": "application/json"}).json()["request_options"]


def knock(client: Client, device: Device, **changes: Any) -> Any:
    return client.post(DOOR, {"credential": device.sign(challenge(client), **changes)})


@pytest.fixture
def person(member):
    return member


@pytest.fixture
def device(person, client_of):
    """A passkey of the person, added through the page."""
    client = client_of(person, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    device = add_passkey(client)
    person.refresh_from_db()  # sessions have ended
    return device


def is_in(client: Client) -> bool:
    return client.get("/members/me/").status_code == 200


def test_a_passkey_is_added_its_owner_told_and_recovery_codes_made(device, person):
    row = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN)
    assert row.data["name"] == "Work laptop"
    assert newest(person.email).message["Subject"] == "A passkey was added to your account"
    assert Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).exists()


def test_a_passkey_opens_the_door_alone_and_counts_as_second_factor(staff, client_of):
    client = client_of(staff, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    device = add_passkey(client)
    assert client.get("/manage/").status_code == 200
    fresh = Client()
    assert knock(fresh, device)["Location"] == "/"
    assert fresh.get("/manage/").status_code == 200


def test_after_signing_in_people_are_where_they_were_going(device):
    client = Client()
    response = client.post(DOOR, {"credential": device.sign(challenge(client)), "next": "/cases/"})
    assert response["Location"] == "/cases/"
    other = Client()
    response = other.post(DOOR, {"credential": device.sign(challenge(other)), "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


def test_after_a_password_the_passkey_is_the_second_factor(device, person):
    client = Client()
    assert client.post(LOGIN, {"login": person.email, "password": PASSWORD})["Location"] == SECOND_STEP
    page = client.get(SECOND_STEP)
    assert "Use a passkey" in page.content.decode()
    options = json.loads(page.context["options"])
    assert client.post(SECOND_STEP, {"credential": device.sign(options)})["Location"] == "/"
    assert is_in(client)


def test_who_has_no_passkey_is_offered_none(person, client):
    give_app(person)
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    assert "Use a passkey" not in client.get(SECOND_STEP).content.decode()


def test_it_is_asked_for_again_before_it_is_removed(device, person, client_of):
    row = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN)
    client = client_of(person, second_factor=False)
    address = f"/accounts/passkeys/{row.pk}/remove/"
    asked = client.get(address, follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/reauthenticate/code/")
    page = client.get(f"/accounts/reauthenticate/passkey/?next={address}")
    options = json.loads(page.context["options"])
    proved = client.post(f"/accounts/reauthenticate/passkey/?next={address}", {"credential": device.sign(options)})
    assert proved["Location"] == address
    assert client.post(address)["Location"] == SETTINGS
    assert not Authenticator.objects.filter(user=person).exists()
    assert newest(person.email).message["Subject"] == "A passkey was removed from your account"
    late = Client()
    knock(late, device)
    assert not is_in(late)


def test_a_passkey_can_be_renamed(device, person, client_of):
    client = Client()
    knock(client, device)
    row = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN)
    address = f"/accounts/passkeys/{row.pk}/rename/"
    assert client.post(address, {"name": "Nadia’s téléphone"})["Location"] == SETTINGS
    assert "Nadia’s téléphone" in client.get(SETTINGS).content.decode()
    for name in ("", "x" * 61, "a\x00b", "a\u202eb"):
        refused = client.post(address, {"name": name})
        assert refused.status_code == 422, name
    row.refresh_from_db()
    assert row.data["name"] == "Nadia’s téléphone"


def test_a_device_that_does_not_ask_who_holds_it_is_refused(person, client_of):
    client = client_of(person, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    options = json.loads(client.get(ADD).context["options"])
    assert options["publicKey"]["authenticatorSelection"]["userVerification"] == "required"
    refused = client.post(ADD, {"name": "Key", "credential": Device(verifies=False).register(options)})
    assert refused.status_code == 422
    assert not Authenticator.objects.exists()


def test_a_signature_without_verification_opens_nothing(device):
    device.verifies = False
    client = Client()
    assert knock(client, device)["Location"] == LOGIN
    assert not is_in(client)


def test_an_old_answer_opens_nothing(device):
    client = Client()
    answer = device.sign(challenge(client))
    assert client.post(DOOR, {"credential": answer})["Location"] == "/"
    again = Client()
    challenge(again)
    assert again.post(DOOR, {"credential": answer})["Location"] == LOGIN
    assert not is_in(again)
    assert Client().post(DOOR, {"credential": answer})["Location"] == LOGIN


def test_another_key_under_the_same_name_opens_nothing(device):
    thief = Device(name=device.name, owner=device.owner)
    client = Client()
    assert knock(client, thief)["Location"] == LOGIN
    assert not is_in(client)


def test_a_passkey_opens_its_owner_s_account_and_no_other(device, person):
    other = UserFactory()
    from allauth.account.utils import user_pk_to_url_str
    from fido2.utils import websafe_encode

    client = Client()
    handle = websafe_encode(user_pk_to_url_str(other).encode())
    assert knock(client, device, userHandle=handle)["Location"] == LOGIN
    assert not is_in(client)


def test_who_is_suspended_is_not_let_in_by_a_passkey(device, person):
    person.standing, person.is_active = "suspended", False
    person.save()
    client = Client()
    knock(client, device)
    assert not is_in(client)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "https://portal.example.org.evil.example", "http://portal.example.org", "null"],
)
def test_in_production_only_the_site_itself_may_ask(origin, person, client_of, settings):
    settings.SITE_URL, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = "https://portal.example.org", False
    client = client_of(person, second_factor=False)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    options = json.loads(client.get(ADD).context["options"])
    assert options["publicKey"]["rp"]["id"] == "portal.example.org"
    forged = Device(origin=origin, site="portal.example.org").register(options)
    assert client.post(ADD, {"name": "x", "credential": forged}).status_code == 422
    good = add_passkey(client, Device(origin="https://portal.example.org", site="portal.example.org"))
    assert knock(Client(), good)["Location"] == "/"


NOT_AN_ANSWER = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    '"x"',
    "{",
    '{"id": "x"}',
    '{"response": []}',
    '{"response": {"userHandle": 7}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"userHandle": null}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"userHandle": "!!!", "clientDataJSON": "eA"}}',
    json.dumps(
        {
            "id": "eA",
            "rawId": "eA",
            "type": "public-key",
            "response": {"userHandle": "MQ", "clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA"},
        }
    ),
    "\x00",
    "[" * 5000,
]


@pytest.mark.parametrize("credential", NOT_AN_ANSWER)
def test_what_is_no_answer_is_refused_everywhere_a_passkey_is_taken(credential, device, person, client_of):
    door = Client()
    challenge(door)
    assert door.post(DOOR, {"credential": credential})["Location"] == LOGIN
    second = Client()
    second.post(LOGIN, {"login": person.email, "password": PASSWORD})
    second.get(SECOND_STEP)
    assert second.post(SECOND_STEP, {"credential": credential}).status_code == 422
    again = client_of(person, second_factor=False)
    again.get("/accounts/reauthenticate/passkey/")
    assert again.post("/accounts/reauthenticate/passkey/", {"credential": credential}).status_code == 422
    signed_in = Client()
    knock(signed_in, device)
    signed_in.get(ADD)
    assert signed_in.post(ADD, {"name": "x", "credential": credential}).status_code == 422


def test_ten_wrong_answers_in_five_minutes_then_none_is_looked_at(device):
    caches[CACHE].clear()
    thief = Device(name=device.name, owner=device.owner)
    for _ in range(10):
        knock(Client(), thief)
    client = Client()
    assert knock(client, device)["Location"] == LOGIN
    assert not is_in(client)
    assert "Too many attempts" in client.get(LOGIN).content.decode()


def test_right_answers_are_not_counted(device):
    caches[CACHE].clear()
    assert all(knock(Client(), device)["Location"] == "/" for _ in range(12))
