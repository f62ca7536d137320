"""The conversation with a mail server: bounded as a whole, and honest about what it can spell."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.smtp import BoundedSMTP, _Lines, envelope_address
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
