"""`manage.py receive_mail`: what a mail server hands over, and the exit codes that it understands."""

import io
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.incoming import replies
from portal.incoming.models import AddressHealth
from portal.outbox.models import Mail
from tests.incoming.conftest import AT, THREAD, Thread
from tests.incoming.reports import postfix
from tests.incoming.test_replies import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand_over(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give it a mail on standard input; what it says."""

    def give(raw: bytes, *arguments: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        said = io.StringIO()
        call_command("receive_mail", *arguments, stdout=said)
        return said.getvalue().strip()

    return give


def test_a_report_and_a_reply_by_the_envelope_or_by_the_headers(
    hand_over: Callable[..., str],
    mail_to: Callable[..., Mail],
    back: Callable[[Mail], str],
    member: Any,
    thread: Thread,
) -> None:
    mail = mail_to(member.email)
    report = postfix(member.email, "5.1.1", "550 5.1.1 unknown")
    assert hand_over(report, "--recipient", back(mail), "--sender", "") == "a report of failure, counted"
    assert AddressHealth.objects.get().score == 2
    from django.utils import timezone

    address = replies.reply_address(person=member, handler=THREAD, key="1", at=timezone.now())
    raw = f"X-Original-To: {address}\n".encode() + reply(member).as_bytes()
    assert hand_over(raw) == "a reply, posted"
    assert hand_over(raw) == "a reply that arrived before"
    assert len(thread.posts) == 1


@pytest.mark.parametrize("raw", [b"", b"\n", b"\x00", b"To: x@elsewhere.example\n\nHello"])
def test_what_is_for_nobody_here_is_left_alone_and_never_sent_back(raw: bytes, hand_over: Callable[..., str]) -> None:
    assert hand_over(raw) == "to nobody here, or from somebody else, left alone"
    assert not Mail.objects.exists()


def test_when_the_portal_fails_the_server_is_asked_to_try_again(
    hand_over: Callable[..., str], member: Any, thread: Thread
) -> None:
    thread.fail = True
    from django.utils import timezone

    address = replies.reply_address(person=member, handler=THREAD, key="1", at=timezone.now())
    with pytest.raises(CommandError) as told:
        hand_over(reply(member).as_bytes(), "--recipient", address)
    assert told.value.returncode == os.EX_TEMPFAIL == 75


def test_a_mail_of_any_size_is_read_to_its_end(
    hand_over: Callable[..., str], member: Any, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.incoming.reading.SIZE_LIMIT", 2000)
    monkeypatch.setattr("portal.incoming.management.commands.receive_mail.SIZE_LIMIT", 2000)
    address = replies.reply_address(person=member, handler=THREAD, key="1", at=AT)
    said = hand_over(reply(member).as_bytes() + b"x" * 5_000_000, "--recipient", address)
    assert said == "a reply, not posted; its writer is told why"
