"""The conversation with a mail server: bounded as a whole, and honest about what it can spell."""

import socket
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.smtp import BoundedSMTP, _Lines, envelope_address, octets
from tests.harness.smtp_sink import SmtpSink

SMTP = "portal.outbox.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("a@x.example", "a@x.example"),
        ("Ann <ann@x.example>", "ann@x.example"),
        ('"A, B" <a.b@x.example>', "a.b@x.example"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ("Jürgen <j@bücher.example>", "j@xn--bcher-kva.example"),
    ],
)
def test_the_envelope_has_the_bare_address(written: str, bare: str) -> None:
    assert envelope_address(written) == bare


@pytest.mark.django_db
@pytest.mark.parametrize("spells_everything", [True, False])
def test_a_name_beyond_ascii_is_written_to_as_it_is_or_not_at_all(
    queue: Callable[..., Mail], sink: SmtpSink, settings: Any, spells_everything: bool
) -> None:
    settings.OUTBOX_TRANSPORT = SMTP
    sink.spells_everything = spells_everything
    queue("one", address="jürgen@reader.example")
    queue("two")
    drain()
    states = dict(Mail.objects.values_list("key", "state"))
    recipients = {delivery.recipients for delivery in sink.deliveries}
    if spells_everything:
        assert states == {"one": "sent", "two": "sent"}
        assert ("jürgen@reader.example",) in recipients
    else:
        assert states == {"one": "bounced", "two": "sent"}
        assert recipients == {("two@reader.example",)}


@pytest.mark.parametrize("name", ["Ann", "Änne", "x" * 90, "long words " * 20])
@pytest.mark.parametrize("html", ["", "<p>Grüße</p>\n" + "<p>x</p>" * 300])
def test_what_goes_over_the_wire_is_what_django_would_send(name: str, html: str) -> None:
    message = EmailMultiAlternatives(
        subject=f"To {name}",
        body="Grüße\n.\nFrom here\n",
        from_email=f"{name} <a@x.example>",
        to=["b@x.example"],
        headers={"Message-ID": "<1@x>", "List-Unsubscribe": f"<https://x.example/{'y' * 200}>", "Date": "now"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    ours, django_s = octets(message), message.message().as_bytes(linesep="\r\n")
    parsed = [message_from_bytes(each, policy=default_policy) for each in (ours, django_s)]
    kept = [[(key, value) for key, value in each.items() if "boundary" not in value] for each in parsed]
    assert kept[0] == kept[1]
    bodies = [[part.get_content() for part in each.walk() if not part.is_multipart()] for each in parsed]
    assert bodies[0] == bodies[1]
    assert max(map(len, ours.splitlines())) <= 2500
    assert b"\n" not in ours.replace(b"\r\n", b"")


def test_lines_are_read_whole_however_they_arrive() -> None:
    near, far = socket.socketpair()
    conversation = BoundedSMTP(timeout=2)
    conversation.sock = near
    lines = _Lines(conversation)

    def say() -> None:
        for part in (b"250-on", b"e\r\n250 two\r\n22", b"1 bye"):
            far.sendall(part)
        far.close()

    threading.Thread(target=say).start()
    assert [lines.readline(100) for _ in range(4)] == [b"250-one\r\n", b"250 two\r\n", b"221 bye", b""]
    near.close()


def test_a_line_without_an_end_is_read_up_to_its_limit() -> None:
    near, far = socket.socketpair()
    conversation = BoundedSMTP(timeout=2)
    conversation.sock = near
    far.sendall(b"x" * 50)
    assert len(_Lines(conversation).readline(20)) == 20
    near.close()
    far.close()
