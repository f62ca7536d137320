"""Bounces and complaints that a mail service reports by webhook: with its secret, and for nobody else."""

import base64
import json
import logging
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from portal import mail_settings
from portal.incoming.models import AddressHealth

pytestmark = pytest.mark.django_db
SECRET = "service:a-long-enough-secret"
ADDRESS = "olena@agency.example"


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The portal sends through one of the services."""
    monkeypatch.setenv("MAIL_EVENTS_SECRET", SECRET)

    def use(url: str) -> None:
        for name, value in mail_settings.mail(url, "unused").items():
            setattr(settings, name, value)

    return use


def post(body: Any, *, secret: str = SECRET, client: Client | None = None, **how: Any) -> Any:
    headers = {"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    client = client or Client(enforce_csrf_checks=True)
    return client.post("/mail/events/", data, content_type="application/json", headers=headers | how)


def postmark(kind: str, details: str = "", record: str = "Bounce") -> dict[str, Any]:
    return {
        "RecordType": record,
        "Type": kind,
        "Email": ADDRESS,
        "Details": details,
        "Description": "The server was unable to deliver your message.",
        "BouncedAt": "2026-11-23T10:01:02Z",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ID": 4323372036854775807,
    }


def state() -> tuple[int, str] | None:
    row = AddressHealth.objects.filter(address=ADDRESS).first()
    return (row.score, row.cause) if row else None


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (postmark("HardBounce", "smtp;550 5.1.1 unknown user"), (2, "")),
        (postmark("HardBounce", "smtp;550 5.7.1 rejected as spam"), (1, "")),
        (postmark("HardBounce"), (2, "")),
        (postmark("SoftBounce", "smtp;552 5.2.2 mailbox full"), (1, "")),
        (postmark("BadEmailAddress"), (2, "")),
        (postmark("Transient"), None),
        (postmark("AutoResponder"), None),
        (postmark("SpamComplaint", record="SpamComplaint"), (0, "complaint")),
        ({**postmark("", record="Delivery"), "Recipient": ADDRESS}, None),
        ({**postmark("", record="Open"), "Recipient": ADDRESS}, None),
    ],
)
def test_what_postmark_reports(report: dict[str, Any], expected: Any, service: Any) -> None:
    service("postmark://token-1@")
    assert post(report).status_code == 200
    assert state() == expected
    assert post(report).status_code == 200
    assert state() == expected, "reported twice it counts once"


def test_what_mailjet_and_brevo_report(service: Any) -> None:
    service("mailjet://key:secret@")
    bounce = {"event": "bounce", "time": 1700000000, "email": ADDRESS, "hard_bounce": True, "error": "user unknown"}
    assert post([bounce]).status_code == 200
    assert state() == (2, "")
    service("brevo://key@")
    spam = {"event": "spam", "email": ADDRESS, "ts_event": 1700000000, "message-id": "<1@x>"}
    assert post(spam).status_code == 200
    assert state() == (2, "complaint")


@pytest.mark.parametrize("secret", ["", "service:wrong", "x", ":", SECRET.upper(), SECRET[:-1], f"{SECRET}x"])
def test_without_the_secret_nothing_is_heard(secret: str, service: Any) -> None:
    service("postmark://token-1@")
    assert post(postmark("HardBounce"), secret=secret).status_code == 403
    assert state() is None


def test_where_no_service_is_in_use_there_is_no_such_address(settings: Any) -> None:
    assert settings.MAIL_SERVICE == ""
    assert post(postmark("HardBounce")).status_code == 404


def test_a_service_without_a_secret_is_not_heard(service: Any, settings: Any) -> None:
    service("postmark://token-1@")
    settings.MAIL_EVENTS_SECRET = ""
    assert post(postmark("HardBounce")).status_code == 404


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "1", '"x"', b"\xff\xfe", '{"RecordType": 5}', '{"Type": {}}', "[[]]"]
)
def test_what_is_no_report_is_refused_or_ignored(body: Any, service: Any, caplog: pytest.LogCaptureFixture) -> None:
    service("postmark://token-1@")
    with caplog.at_level(logging.CRITICAL):
        assert post(body).status_code in {200, 400}
    assert state() is None


def test_reading_it_changes_nothing(service: Any, client: Client) -> None:
    service("postmark://token-1@")
    assert client.get("/mail/events/").status_code == 405
    assert client.head("/mail/events/").status_code == 200
    assert state() is None


def test_a_signed_in_browser_is_not_a_service(service: Any, staff: Any, client_of: Any) -> None:
    service("postmark://token-1@")
    assert post(postmark("HardBounce"), secret="", client=client_of(staff)).status_code == 403


@pytest.mark.parametrize("url", [f"{name}://key:second@mail.example.org" for name in mail_settings.SERVICES])
def test_every_service_has_its_reader_and_its_transport(url: str, service: Any, settings: Any) -> None:
    from django.core.mail import get_connection

    service(url)
    settings.ANYMAIL = {**settings.ANYMAIL, "MAILERSEND_SIGNING_SECRET": "x", "MAILGUN_WEBHOOK_SIGNING_KEY": "x"}
    connection = get_connection(settings.TRANSPORT)
    assert connection.esp_name
    assert post("{}", secret="wrong:wrong").status_code in {400, 403}  # Amazon's looks at its own headers first


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postmark://", "lacks SERVER_TOKEN"),
        ("mailjet://key@", "lacks SECRET_KEY"),
        ("mailgun://key@", "lacks SENDER_DOMAIN"),
        ("mailgun://@mail.example.org", "lacks API_KEY"),
        ("mailgun://key@mail.example.org?region=mars", "no such region"),
        ("smtp://user@mail.example.org", "without a password"),
        ("pigeon://coop", "EMAIL_URL must start with one of smtp://"),
        ("mail.example.org:25", "EMAIL_URL must start with one of smtp://"),
    ],
)
def test_half_a_configuration_does_not_start(url: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAIL_EVENTS_SECRET", "BOUNCE_ADDRESS", "REPLY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        mail_settings.mail(url, "unused")


@pytest.mark.once
@pytest.mark.parametrize(
    "address",
    ["nobody", "@portal.example", "a@", "a+b@portal.example", "A <a@b.example>", "far-too-long-a-name@b.example"],
)
@pytest.mark.parametrize("name", ["BOUNCE_ADDRESS", "REPLY_ADDRESS"])
def test_an_address_that_takes_no_tag_does_not_start(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, address)
    with pytest.raises(ImproperlyConfigured, match=name):
        mail_settings.mail("smtp://127.0.0.1", "unused")


@pytest.mark.once
@pytest.mark.parametrize("secret", ["x", "user:short", ":a-long-enough-secret"])
def test_a_secret_that_is_none_does_not_start(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_EVENTS_SECRET", secret)
    with pytest.raises(ImproperlyConfigured, match="MAIL_EVENTS_SECRET"):
        mail_settings.mail("postmark://token@", "unused")


@pytest.mark.once
def test_a_secret_without_a_service_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_EVENTS_SECRET", SECRET)
    with pytest.raises(ImproperlyConfigured, match="names none"):
        mail_settings.mail("smtp://127.0.0.1", "unused")


@pytest.mark.once
def test_a_region_and_a_key_with_odd_characters_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = mail_settings.mail("mailgun://k%2Fe%40y@mail.example.org?region=eu&signing_key=s", "unused")
    assert found["ANYMAIL"]["MAILGUN_API_KEY"] == "k/e@y"
    assert found["ANYMAIL"]["MAILGUN_API_URL"] == "https://api.eu.mailgun.net/v3"
    assert found["ANYMAIL"]["MAILGUN_WEBHOOK_SIGNING_KEY"] == "s"
    assert found["BOUNCE_ADDRESS"] == "", "a service sets its own return path"
    ses = mail_settings.mail("amazon-ses://?region=eu-west-1", "unused")
    assert ses["ANYMAIL"]["AMAZON_SES_CLIENT_PARAMS"] == {"region_name": "eu-west-1"}
