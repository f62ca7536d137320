"""On a machine without a mail server every mail becomes a file that can be read at /dev/mail/."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from portal.outbox.capture import captured, find
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.rendering import renders

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(queue: Callable[..., Mail], settings: Any) -> str:
    """The name of a captured message."""

    @renders("letter")
    def compose(mail: Mail) -> EmailMultiAlternatives:
        message = EmailMultiAlternatives("Grüße <script>", "Line one.\nhttp://localhost/x", to=[mail.address])
        message.attach_alternative("<p style='color:red'>Hallo <b>Žofie</b></p><script>evil()</script>", "text/html")
        return message

    settings.OUTBOX_TRANSPORT = "portal.outbox.capture.CaptureBackend"
    queue("one", renderer="letter")
    drain()
    return captured()[0].name


def test_a_captured_message_is_whole(letter: str) -> None:
    message = find(letter)
    assert (message.subject, message.to) == ("Grüße <script>", "one@reader.example")
    assert "Žofie" in message.html
    assert message.text.startswith("Line one.")


def test_the_list_and_the_message_are_shown_escaped(letter: str, client: Client) -> None:
    listed = client.get("/dev/mail/").content.decode()
    shown = client.get(f"/dev/mail/{letter}/").content.decode()
    assert "Grüße &lt;script&gt;" in listed
    assert "Grüße &lt;script&gt;" in shown
    assert "<script>evil" not in shown


def test_the_html_part_may_style_itself_and_run_nothing(letter: str, client: Client) -> None:
    response = client.get(f"/dev/mail/{letter}/html/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["none.eml", "..%2f..%2fetc%2fpasswd", "20260101000000000000-abcdefgh.eml", ".eml"])
def test_no_other_file_is_shown(name: str, client: Client) -> None:
    assert client.get(f"/dev/mail/{name}/").status_code == 404


def test_half_a_file_is_never_listed(letter: str, settings: Any) -> None:
    (Path(settings.EMAIL_FILE_PATH) / "tmpabc.part").write_bytes(b"From: half")
    assert [message.name for message in captured()] == [letter]


def test_a_full_disk_puts_the_mail_off(queue: Callable[..., Mail], settings: Any, tmp_path: Path) -> None:
    settings.OUTBOX_TRANSPORT = "portal.outbox.capture.CaptureBackend"
    blocked = tmp_path / "file-in-the-way"
    blocked.write_text("")
    settings.EMAIL_FILE_PATH = os.fspath(blocked / "mail")
    queue("one")
    drain()
    assert Mail.objects.values_list("state", "attempts").get() == ("queued", 1)
