"""Signing in with an OpenID provider: a real one over HTTP, and one that lies."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives import serialization
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from members.models import JoinRequest, User
from portal import sign_in
from tests.factories.joining import DomainFactory
from tests.factories.members import PASSWORD, ProfileFactory
from tests.harness.openid_provider import CLIENT, SECRET, Agency, provider
from tests.harness.openid_provider import PASSWORD as THEIR_PASSWORD
from tests.members.accounts.scripted import Scripted, new_key, serving
from tests.members.post import newest
from tests.second_factor import code_now, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("openid")]

LOGIN = "/accounts/login/"
SITE = "http://localhost:8000"
DOOR = "/accounts/with/agency/"
BACK = "/accounts/with/agency/callback/"
JOIN = "/join/with/"
SETTINGS = "/settings/sign-in/"
REQUEST = {"name": "Nadia Newcomer", "organisation": "Tamarack County", "kind": "practitioner", "reason": "We share."}


@pytest.fixture(scope="module")
def agency() -> Iterator[Agency]:
    with provider([SITE + BACK]) as running:
        yield running


@pytest.fixture
def configured(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Configures a provider as the environment does."""

    def configure(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"OIDC_{name}", value)
        app = sign_in._provider("OIDC", "agency")
        kept = {"provider_class": "members.accounts.openid.Provider", "APPS": [app]}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": kept}

    return configure


@pytest.fixture
def theirs(agency: Agency, configured: Callable[..., None]) -> Agency:
    """The real provider, configured."""
    configured(NAME="Agency ID", SERVER_URL=agency.url, CLIENT_ID=CLIENT, SECRET=SECRET)
    return agency


def leave(client: Client, address: str = DOOR, **data: str) -> str:
    """The provider's address that the portal sends people to."""
    page = client.post(address, data)
    assert page.status_code == 200
    return html.unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())[1])


def at_the_agency(address: str, email: str) -> str:
    """Sign in over there; the address that they send people back to."""
    browser = requests.Session()
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    answer = browser.post(
        page.url,
        {"login": email, "password": THEIR_PASSWORD, "csrfmiddlewaretoken": token},
        headers={"referer": page.url},
        allow_redirects=False,
    )
    while not answer.headers["Location"].startswith(SITE):
        answer = browser.get(requests.compat.urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)
    return answer.headers["Location"].removeprefix(SITE)


def come_back(client: Client, address: str) -> Any:
    """A GET that signs in, as the protocol has it: only this browser's session knows its state."""
    return client.generic("GET", address.partition("?")[0], QUERY_STRING=address.partition("?")[2])


def sign_in_there(client: Client, email: str, **data: str) -> Any:
    return come_back(client, at_the_agency(leave(client, **data), email))


def connected(person: User) -> None:
    SocialAccount.objects.create(user=person, provider="agency", uid="1", extra_data={"email": person.email})


# --- the sign-in page ---------------------------------------------------------------------------------------------


def test_there_is_a_button_only_where_a_provider_is_configured(client, settings):
    assert "Sign in with" not in client.get(LOGIN).content.decode().replace("Sign in with a passkey", "")
    assert client.get(DOOR).status_code == 404
    assert client.post(DOOR).status_code == 404


def test_the_button_asks_first_then_leaves_with_state_nonce_and_pkce(client, theirs):
    assert "Sign in with Agency ID" in client.get(LOGIN).content.decode()
    assert "Continue" in client.get(DOOR).content.decode()
    address = leave(client)
    assert address.startswith(f"{theirs.url}/identity/o/authorize?")
    sent = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert sent["redirect_uri"] == SITE + BACK
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["state"]) >= 16
    assert len(sent["nonce"]) == 64
    assert sent["nonce"] not in str(dict(client.session))
    assert set(sent["scope"].split()) == {"openid", "email", "profile"}


def test_a_link_cannot_change_what_is_asked_for(client, theirs):
    address = leave(client, f"{DOOR}?scope=admin&auth_params=prompt%3Dnone%26redirect_uri%3Dhttps://evil.example")
    assert "admin" not in address
    assert "evil.example" not in address


def test_the_policy_for_content_needs_no_hole_for_the_provider(client, theirs):
    response = client.post(DOOR)
    assert "form-action 'self'" in response["Content-Security-Policy"]
    assert theirs.url not in response["Content-Security-Policy"]


# --- somebody new -------------------------------------------------------------------------------------------------


def test_somebody_new_asks_to_join_and_is_no_member(client, theirs, staff, client_of):
    asked = sign_in_there(client, "nadia@agency.example")
    assert asked["Location"] == JOIN
    form = client.get(JOIN)
    assert "nadia@agency.example" in form.content.decode()
    assert 'value="Nadia Newcomer"' in form.content.decode()
    answer = client.post(JOIN, REQUEST | {"email": "chief@agency.example"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == "/members/me/"

    person = User.objects.get(email="nadia@agency.example")
    assert (person.standing, person.has_usable_password()) == ("pending", False)
    assert not User.objects.filter(email="chief@agency.example").exists()
    assert JoinRequest.objects.open().get().person == person
    assert "Nadia Newcomer" in client_of(staff).get("/manage/join-requests/").content.decode()
    assert client.get("/members/me/").status_code == 200
    assert client.get("/notifications/").status_code == 200
    assert client.get("/members/me/edit/").status_code == 404
    account = SocialAccount.objects.get()
    assert set(account.extra_data) <= {"email", "name"}
    assert not SocialToken.objects.exists()


def test_people_of_a_verified_organisation_are_in_at_once(client, theirs):
    DomainFactory(domain="agency.example", verified=True)
    sign_in_there(client, "nadia@agency.example")
    client.post(JOIN, REQUEST)
    assert User.objects.get(email="nadia@agency.example").standing == "member"
    assert client.get("/members/me/edit/").status_code == 200


def test_what_is_missing_is_said_beside_the_field(client, theirs):
    sign_in_there(client, "nadia@agency.example")
    refused = client.post(JOIN, REQUEST | {"reason": ""})
    assert refused.status_code == 422
    assert refused.context["form"].errors["reason"]
    assert not User.objects.exists()


def test_next_time_they_are_known(client, theirs, member):
    sign_in_there(client, "nadia@agency.example")
    client.post(JOIN, REQUEST)
    again = Client()
    assert sign_in_there(again, "nadia@agency.example")["Location"] == "/members/me/"
    assert User.objects.filter(email="nadia@agency.example").count() == 1


def test_the_form_to_join_is_for_whom_a_provider_brought(client, theirs):
    assert client.get(JOIN)["Location"] == LOGIN
    assert client.post(JOIN, REQUEST)["Location"] == LOGIN
    assert not User.objects.exists()


def test_an_address_that_they_do_not_vouch_for_is_refused(client, theirs):
    response = sign_in_there(client, "uma@unconfirmed.example")
    assert response.status_code == 403
    assert "Your address is not confirmed there" in response.content.decode()
    assert client.get(JOIN)["Location"] == LOGIN


# --- somebody who has an account ----------------------------------------------------------------------------------


def test_an_address_alone_opens_no_account_but_signing_in_once_connects(client, theirs, member):
    assert member.email == "olena@agency.example"
    asked = sign_in_there(client, member.email)
    assert asked["Location"] == f"{LOGIN}?next=%2Fsettings%2Fsign-in%2Fconnect%2F"
    assert not SocialAccount.objects.exists()
    assert client.get("/members/me/")["Location"].startswith(LOGIN)
    assert "You already have an account here" in client.get(asked["Location"]).content.decode()

    signed_in = client.post(asked["Location"], {"login": member.email, "password": PASSWORD})
    assert signed_in["Location"] == "/settings/sign-in/connect/"
    assert "Connect Agency ID?" in client.get(signed_in["Location"]).content.decode()
    assert not SocialAccount.objects.exists()
    assert client.post(signed_in["Location"])["Location"] == SETTINGS
    assert SocialAccount.objects.get().user == member
    assert newest(member.email).message["Subject"] == "Agency ID was connected to your account"
    assert sign_in_there(Client(), member.email)["Location"] == "/"


def test_what_waits_is_connected_to_nobody_else(client, theirs, member, outsider):
    asked = sign_in_there(client, member.email)
    client.post(asked["Location"], {"login": outsider.email, "password": PASSWORD})
    assert client.post("/settings/sign-in/connect/")["Location"] == SETTINGS
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_for_after_a_provider_too(client, theirs, member):
    connected_by_hand(client, member)
    give_app(member)
    fresh = Client()
    assert sign_in_there(fresh, member.email)["Location"] == "/accounts/second-factor/"
    assert fresh.get("/members/me/")["Location"].startswith(LOGIN)
    assert fresh.post("/accounts/second-factor/", {"code": code_now()})["Location"] == "/"
    assert fresh.get("/members/me/").status_code == 200


def connected_by_hand(client: Client, person: User) -> None:
    """From the settings page, signed in."""
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    response = come_back(client, at_the_agency(leave(client, f"{DOOR}?process=connect"), person.email))
    assert response["Location"] == SETTINGS


def test_who_is_suspended_is_not_let_in_by_a_provider(client, theirs, member):
    connected_by_hand(client, member)
    member.standing, member.is_active = "suspended", False
    member.save()
    fresh = Client()
    assert sign_in_there(fresh, member.email)["Location"] == "/accounts/inactive/"
    assert fresh.get("/members/me/")["Location"].startswith(LOGIN)


def test_it_can_be_connected_and_disconnected_in_the_settings(client, theirs, member):
    connected_by_hand(client, member)
    page = client.get(SETTINGS).content.decode()
    assert "Connected as olena@agency.example" in page
    account = SocialAccount.objects.get()
    assert client.post(f"{SETTINGS}connections/{account.pk}/disconnect/")["Location"] == SETTINGS
    assert not SocialAccount.objects.exists()
    assert newest(member.email).message["Subject"] == "Agency ID was disconnected from your account"


def test_nobody_disconnects_the_account_of_another(theirs, member, outsider, client_of):
    connected(member)
    client = client_of(outsider)
    client.post("/accounts/reauthenticate/code/", {"code": code_now()})
    account = SocialAccount.objects.get()
    assert client.post(f"{SETTINGS}connections/{account.pk}/disconnect/").status_code == 404
    assert SocialAccount.objects.exists()


def test_what_is_connected_to_one_is_not_connected_to_a_second(client, theirs, member):
    connected_by_hand(client, member)
    other = ProfileFactory(user__email="other@agency.example").user
    second = Client()
    second.post(LOGIN, {"login": other.email, "password": PASSWORD})
    come_back(second, at_the_agency(leave(second, f"{DOOR}?process=connect"), member.email))
    assert SocialAccount.objects.get().user == member
    assert "connected to somebody else here" in second.get(SETTINGS).content.decode()


def test_a_provider_that_is_no_longer_configured_can_still_be_disconnected(member, client_of):
    connected(member)
    client = client_of(member)
    client.post("/accounts/reauthenticate/code/", {"code": code_now()})
    assert "agency" in client.get(SETTINGS).content.decode()
    account = SocialAccount.objects.get()
    assert client.post(f"{SETTINGS}connections/{account.pk}/disconnect/")["Location"] == SETTINGS
    assert not SocialAccount.objects.exists()


# --- the way back -------------------------------------------------------------------------------------------------


def test_an_answer_works_once_and_in_one_browser(client, theirs, member):
    connected_by_hand(client, member)
    fresh, other = Client(), Client()
    address = at_the_agency(leave(fresh), member.email)
    leave(other)
    assert come_back(other, address).status_code == 401
    assert come_back(fresh, address)["Location"] == "/"
    fresh.post("/accounts/logout/")
    assert come_back(fresh, address).status_code == 401
    assert fresh.get("/members/me/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=y", "code=x&state=y", "error=access_denied", "error=server_error&state=%F0%9F%99%88"]
)
def test_what_no_provider_sent_is_refused(query, client, theirs):
    response = client.get(f"{BACK}?{query}")
    assert response.status_code == 401
    assert "This did not work" in response.content.decode()


def test_who_cancels_over_there_is_told_so(client, theirs):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    response = client.get(f"{BACK}?error=access_denied&state={state}", follow=True)
    assert "You cancelled on their page" in response.content.decode()


# --- one that lies ------------------------------------------------------------------------------------------------


@pytest.fixture
def liar(configured: Callable[..., None]) -> Iterator[Scripted]:
    with serving(Scripted()) as script:
        configured(NAME="Agency ID", SERVER_URL=script.url, CLIENT_ID=CLIENT, SECRET=SECRET)
        yield script


def exchange(client: Client, script: Scripted, *, nonce: bool = True) -> Any:
    sent = parse_qs(urlsplit(leave(client)).query)
    if nonce:
        script.claims.setdefault("nonce", sent["nonce"][0])
    return come_back(client, f"{BACK}?code=anything&state={sent['state'][0]}")


def test_the_script_is_believed_when_it_tells_the_truth(client, liar):
    assert exchange(client, liar)["Location"] == JOIN
    assert liar.asked[0]["code_verifier"][0]
    assert liar.asked[0]["client_secret"] == [SECRET]


LIES: dict[str, dict[str, Any]] = {
    "another request's nonce": {"claims": {"nonce": "0" * 64}},
    "no nonce": {"leaves_out": {"nonce"}},
    "somebody else's signature": {"signs_with": new_key()},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "for another client": {"claims": {"aud": "another"}},
    "long over": {"claims": {"exp": 1_000_000_000}},
    "two people at once": {"info": {"sub": "4712"}},
    "nobody": {"leaves_out": {"sub"}},
    "a number that is too long": {"claims": {"sub": "9" * 300}, "info": {"sub": "9" * 300}},
    "no identity token": {"leaves_out": {"id_token"}},
    "no access token": {"leaves_out": {"access_token"}},
    "a broken token endpoint": {"broken": {"token"}},
    "a broken list of keys": {"broken": {"jwks"}},
    "a broken userinfo": {"broken": {"userinfo"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_opens_nothing_and_breaks_nothing(lie, client, liar):
    for name, value in LIES[lie].items():
        setattr(liar, name, value)
    response = exchange(client, liar)
    assert response.status_code == 401
    assert "This did not work" in response.content.decode()
    assert client.get(JOIN)["Location"] == LOGIN


@pytest.mark.parametrize("said", [False, None, "false", "no", 0, "", [], {"email": True}])
def test_only_a_plain_yes_confirms_an_address(said, client, liar):
    liar.info = {"email_verified": said}
    assert exchange(client, liar).status_code == 403


@pytest.mark.parametrize("address", ["", None, "not an address", "x" * 300 + "@agency.example"])
def test_without_an_address_nobody_comes_in(address, client, liar):
    liar.info = {"email": address}
    assert exchange(client, liar).status_code == 403


def test_another_claim_can_confirm_the_address(client, liar, configured):
    configured(NAME="Entra", SERVER_URL=liar.url, CLIENT_ID=CLIENT, SECRET=SECRET, VERIFIED_CLAIM="xms_edov")
    liar.info = {"email_verified": None, "xms_edov": "1"}
    assert exchange(client, liar)["Location"] == JOIN


def test_a_provider_that_is_away_is_said_to_be_away(client, liar):
    liar.broken = {"openid-configuration"}
    response = client.post(DOOR)
    assert response.status_code in {401, 502}
    assert "could not be asked" in response.content.decode()


def test_names_from_elsewhere_are_only_a_proposal(client, liar):
    liar.info = {"name": "<script>alert(1)</script>" + "x" * 500}
    assert exchange(client, liar)["Location"] == JOIN
    assert "<script>alert" not in client.get(JOIN).content.decode()


def test_guessing_at_the_way_back_asks_the_provider_nothing(client, liar):
    for number in range(20):
        assert client.get(f"{BACK}?code={number}&state={number}").status_code == 401
    assert liar.asked == []


# --- a key instead of a secret (Login.gov) ------------------------------------------------------------------------


def test_a_portal_with_a_key_signs_a_statement_and_sends_no_secret(client, liar, configured, monkeypatch):
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    monkeypatch.delenv("OIDC_SECRET")
    configured(
        NAME="Login.gov",
        SERVER_URL=liar.url,
        CLIENT_ID=CLIENT,
        PRIVATE_KEY=pem.replace("\n", "\\n"),
        SCOPE="openid email",
        ACR_VALUES="urn:acr.login.gov:auth-only",
    )
    address = leave(client)
    assert "acr_values=urn%3Aacr.login.gov%3Aauth-only" in address
    sent = parse_qs(urlsplit(address).query)
    liar.claims["nonce"] = sent["nonce"][0]
    assert come_back(client, f"{BACK}?code=x&state={sent['state'][0]}")["Location"] == JOIN
    asked = liar.asked[0]
    assert "client_secret" not in asked
    assert asked["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    claims = jwt.decode(
        asked["client_assertion"][0], key.public_key(), algorithms=["RS256"], audience=f"{liar.url}/token"
    )
    assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert len(claims["jti"]) >= 16


# --- the environment ----------------------------------------------------------------------------------------------


def test_without_variables_there_is_no_provider():
    assert sign_in._providers() == []


def test_several_providers_are_named(monkeypatch):
    monkeypatch.setenv("OIDC_PROVIDERS", "agency, state-id")
    for prefix, name in (("OIDC_AGENCY", "Agency"), ("OIDC_STATE_ID", "State")):
        values = {"NAME": name, "SERVER_URL": "https://id.example", "CLIENT_ID": "c", "SECRET": "s"}
        for variable, value in values.items():
            monkeypatch.setenv(f"{prefix}_{variable}", value)
    found = sign_in._providers()
    assert [(app["provider_id"], app["name"]) for app in found] == [("agency", "Agency"), ("state-id", "State")]
    assert all(app["settings"]["oauth_pkce_enabled"] for app in found)


@pytest.mark.parametrize("missing", ["CLIENT_ID", "SECRET"])
def test_half_a_provider_stops_the_start_with_the_name_of_what_is_missing(missing, monkeypatch):
    for name in {"SERVER_URL", "CLIENT_ID", "SECRET"} - {missing}:
        monkeypatch.setenv(f"OIDC_{name}", "https://id.example")
    with pytest.raises(ImproperlyConfigured, match=f"OIDC_{missing}"):
        sign_in._providers()


def test_production_talks_to_no_provider_without_encryption(monkeypatch):
    monkeypatch.setattr(sign_in, "_production", True)
    for name, value in {"SERVER_URL": "http://id.example", "CLIENT_ID": "c", "SECRET": "s"}.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    with pytest.raises(ImproperlyConfigured, match="https"):
        sign_in._providers()
