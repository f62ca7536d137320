"""What does not answer is left alone, costs no mail a try and holds up nobody else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from portal.outbox import breaker, preparing, rendering
from portal.outbox.drain import drain
from portal.outbox.models import Mail, Trouble
from portal.outbox.sending import send_due
from tests.harness.services import free_port
from tests.harness.smtp_sink import Answer, SmtpSink
from tests.outbox.conftest import due_again, it_is_time

pytestmark = pytest.mark.django_db
Queue = Callable[..., Mail]
SMTP = "portal.outbox.smtp.EmailBackend"


def states() -> dict[str, str]:
    return dict(Mail.objects.values_list("key", "state"))


def tries() -> dict[str, int]:
    return dict(Mail.objects.values_list("key", "attempts"))


@pytest.fixture
def nobody_listens(settings: Any) -> None:
    settings.OUTBOX_TRANSPORT = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


@contextmanager
def says(words: bytes, *, pause: float = 0.0) -> Iterator[int]:
    """A server that says this, byte by byte with pauses, to whoever calls; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            with near:
                try:
                    for byte in words:
                        near.send(bytes([byte]))
                        time.sleep(pause)
                except OSError:
                    continue

    threading.Thread(target=speak, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_server_that_is_away_is_left_alone_for_longer_each_time(queue: Queue, nobody_listens: None) -> None:
    queue("one")
    for seconds in (5, 10, 20, 30, 30):
        drain()
        trouble = Trouble.objects.get()
        assert abs(trouble.hold_until - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=3)
        assert "ConnectionRefusedError" in trouble.problem
        it_is_time()
    assert tries() == {"one": 0}


def test_while_it_is_left_alone_nobody_asks_it(queue: Queue, sink: SmtpSink) -> None:
    breaker.failed(Trouble.With.SERVER, "", "OSError: away", timezone.now())
    queue("one")
    assert drain().mails == 0
    assert (sink.attempts, states()) == (0, {"one": "queued"})


def test_one_sender_tries_it_again_while_the_others_wait(db: None) -> None:
    trouble = breaker.failed(Trouble.With.SERVER, "", "OSError: away", timezone.now())
    later = trouble.hold_until + timedelta(seconds=1)
    assert not breaker.may_try(trouble, timezone.now())
    assert [breaker.may_try(trouble, later) for _ in range(3)] == [True, False, False]


def test_the_first_answer_closes_the_circuit_and_all_go_out(queue: Queue, sink: SmtpSink) -> None:
    breaker.failed(Trouble.With.SERVER, "", "OSError: away", timezone.now())
    sink.answer_next(Answer.TRY_LATER)
    for number in range(3):
        queue(f"m{number}")
    it_is_time()
    assert drain().mails == 3
    assert sorted(states().values()) == ["queued", "sent", "sent"]
    assert not Trouble.objects.exists()


def test_a_server_that_is_back_is_noticed_although_nothing_is_due(db: None, sink: SmtpSink) -> None:
    breaker.failed(Trouble.With.SERVER, "", "OSError: away", timezone.now())
    it_is_time()
    drain()
    assert not Trouble.objects.exists()


@pytest.mark.parametrize("reply", ["530 authentication required", "535 go away"])
def test_a_server_that_turns_us_away_costs_no_mail_a_try(queue: Queue, sink: SmtpSink, reply: str) -> None:
    sink.sender_refusal = reply
    queue("one")
    queue("two")
    assert drain().mails == 0
    assert tries() == {"one": 0, "two": 0}
    assert reply[:3] in Trouble.objects.get(what="server").problem


def test_a_wrong_setting_of_the_transport_costs_no_mail_a_try(queue: Queue, sink: SmtpSink, settings: Any) -> None:
    settings.OUTBOX_TRANSPORT, settings.EMAIL_USE_TLS = SMTP, True  # the server offers no STARTTLS
    queue("one")
    assert drain().mails == 0
    assert tries() == {"one": 0}
    assert Trouble.objects.get().what == "server"


@pytest.mark.parametrize("words", [b"", b"220-one\r\n" * 40])
def test_a_greeting_that_never_ends_is_waited_for_once(queue: Queue, settings: Any, words: bytes) -> None:
    """Also one that says a little now and then, which smtplib alone would listen to for ever."""
    with says(words or b" " * 400, pause=0.02) as port:
        settings.OUTBOX_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 0.4
        for number in range(3):
            queue(f"m{number}")
        began = time.monotonic()
        drain()
        assert 0.3 < time.monotonic() - began < 2
    assert set(tries().values()) == {0}


def test_others_go_first_when_a_destination_stalls(queue: Queue, sink: SmtpSink, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.answer_domain("tar.example", Answer.STALL)
    for number in range(4):
        queue(f"t{number}", address=f"{number}@tar.example", urgent=True)
        queue(f"m{number}")
    began = time.monotonic()
    drain()
    assert time.monotonic() - began < 1.5
    assert {key for key, state in states().items() if state == "sent"} == {"m0", "m1", "m2", "m3"}
    assert sorted(tries().values()) == [0, 0, 0, 0, 0, 0, 0, 1]  # one stall is enough to let the next batch go first
    trouble = Trouble.objects.get()
    assert (trouble.what, trouble.where, trouble.times) == ("destination", "tar.example", 1)


def test_a_destination_on_hold_is_not_asked_and_well_again_after_an_answer(
    queue: Queue, sink: SmtpSink, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.answer_domain("tar.example", Answer.STALL)
    mails = [queue(f"t{number}", address=f"{number}@tar.example") for number in range(3)]
    drain()
    asked = sink.attempts
    queue("t9", address="9@tar.example")
    queue("m")
    drain()
    assert (sink.attempts, states()["m"], states()["t9"]) == (asked + 1, "sent", "queued")
    sink.answer_domain("tar.example", None)
    it_is_time()
    due_again(*mails, *Mail.objects.filter(key="t9"))
    drain()
    assert set(states().values()) == {"sent"}
    assert not Trouble.objects.exists()


def test_a_full_batch_to_a_destination_on_hold_does_not_end_the_run(
    queue: Queue, sink: SmtpSink, settings: Any
) -> None:
    settings.OUTBOX_BATCH = 3
    for _ in range(2):
        breaker.failed(Trouble.With.DESTINATION, "tar.example", "TimeoutError: ", timezone.now())
    for number in range(7):
        queue(f"t{number}", address=f"{number}@tar.example", urgent=True)
    queue("m")
    drain()
    assert states()["m"] == "sent"
    assert sink.attempts == 1


def test_a_server_that_answers_for_no_destination_is_away_itself(queue: Queue, sink: SmtpSink, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    for where in ("a.example", "b.example", "c.example", "d.example"):
        sink.answer_domain(where, Answer.STALL)
        queue(where, address=f"x@{where}")
    assert drain().mails == 1
    assert sorted(tries().values()) == [0, 0, 1, 1]
    assert Trouble.objects.filter(what="server").exists()


def test_an_answer_between_two_stalls_shows_that_the_server_is_there(
    queue: Queue, sink: SmtpSink, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.answer_domain("a.example", Answer.STALL)
    sink.answer_domain("c.example", Answer.STALL)
    for where in ("a.example", "b.example", "c.example", "d.example"):
        queue(where, address=f"x@{where}")
    drain()
    assert {state for key, state in states().items() if key[0] in "bd"} == {"sent"}
    assert not Trouble.objects.filter(what="server").exists()


def test_a_connection_that_ends_between_two_mails_costs_no_try(queue: Queue, sink: SmtpSink, settings: Any) -> None:
    """Many servers take so many mails over one connection."""
    settings.OUTBOX_TRANSPORT = SMTP
    sink.answer_next(*[Answer.TAKE_AND_LEAVE] * 5)

    @rendering.renders("slow")
    def slow(mail: Mail) -> EmailMultiAlternatives:
        time.sleep(0.02)
        return EmailMultiAlternatives(subject=mail.key, body="Text.", to=[mail.address])

    for number in range(6):
        queue(f"m{number}", renderer="slow")
    assert drain().mails == 6
    assert set(states().values()) == {"sent"}
    assert set(tries().values()) == {0}
    assert sorted(sink.taken().values()) == [1] * 6


def test_mails_that_are_refused_share_one_connection(queue: Queue, sink: SmtpSink) -> None:
    for number in range(3):
        queue(f"gone{number}")
        sink.refuse_recipient(f"gone{number}@reader.example")
    queue("there")
    send_due(100)
    assert sorted(states().values()) == ["bounced", "bounced", "bounced", "sent"]
    assert sink.connections == 1


def test_what_several_mails_need_is_loaded_at_once_and_anew_when_it_is_old(
    queue: Queue, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_loaders", {})
    monkeypatch.setattr(preparing, "AT_A_TIME", 4)
    loaded: list[list[str]] = []

    @preparing.prepares("test")
    def load(mails: list[Mail]) -> None:
        loaded.append([mail.key for mail in mails])
        for mail in mails:
            mail.prepared = mail.key

    for number in range(6):
        queue(f"m{number}")
    drain()
    assert loaded == [["m0", "m1", "m2", "m3"], ["m4", "m5"]]
    monkeypatch.setattr(preparing, "FRESH_SECONDS", 0)
    loaded.clear()
    for number in range(3):
        queue(f"n{number}")
    drain()
    assert loaded == [["n0", "n1", "n2"], ["n1", "n2"], ["n2"]]


def test_a_fault_in_loading_for_several_leaves_each_to_itself(
    queue: Queue, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_loaders", {})

    @preparing.prepares("test")
    def load(mails: list[Mail]) -> None:
        mails[0].prepared = "half"
        raise ZeroDivisionError

    queue("one")
    queue("two")
    drain()
    assert set(states().values()) == {"sent"}
