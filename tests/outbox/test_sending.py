"""Mails go out once, whatever the other side answers; what may pass by itself is tried again."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from portal.outbox import rendering
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.sending import TRIES, send_due
from tests.harness.services import free_port
from tests.harness.smtp_sink import Answer, SmtpSink
from tests.outbox.conftest import due_again, it_is_time

pytestmark = pytest.mark.django_db
Queue = Callable[..., Mail]


def states() -> dict[str, str]:
    return dict(Mail.objects.values_list("key", "state"))


def order(sink: SmtpSink) -> list[str]:
    return [delivery.message["Subject"] for delivery in sink.deliveries]


def test_a_mail_is_sent_once_with_the_message_id_of_its_row(queue: Queue, sink: SmtpSink) -> None:
    mail = queue("one")
    assert drain().mails == 1
    assert drain().mails == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.lease_until, mail.problem) == ("sent", 0, None, "")
    assert abs(timezone.now() - mail.sent_at) < timedelta(seconds=20)
    (delivery,) = sink.deliveries
    assert delivery.message_id == mail.message_id
    assert delivery.recipients == ("one@reader.example",)
    assert delivery.message["Auto-Submitted"] == "auto-generated"


def test_one_connection_carries_the_batch(queue: Queue, sink: SmtpSink, settings: Any) -> None:
    for number in range(5):
        queue(f"m{number}")
    assert send_due(100).handled == 5
    assert len({delivery.connection for delivery in sink.deliveries}) == 1


def test_urgent_mail_goes_first_then_the_oldest(queue: Queue, sink: SmtpSink) -> None:
    now = timezone.now()
    queue("young")
    queue("old", due_at=now - timedelta(hours=1))
    queue("code", urgent=True)
    drain()
    assert order(sink) == ["code", "old", "young"]


def test_what_nobody_wants_any_more_is_suppressed_and_its_text_forgotten(queue: Queue, sink: SmtpSink) -> None:
    rendering.renders("unwanted")(lambda mail: None)
    queue("one", renderer="unwanted", raw="private words")
    queue("two")
    drain()
    assert states() == {"one": "suppressed", "two": "sent"}
    assert Mail.objects.get(key="one").raw == ""
    assert order(sink) == ["two"]


def test_try_later_is_tried_after_1_5_15_60_and_240_minutes(queue: Queue, sink: SmtpSink) -> None:
    mail = queue("one")
    for minutes in (1, 5, 15, 60, 240, 240):
        sink.answer_next(Answer.TRY_LATER)
        drain()
        mail.refresh_from_db()
        assert mail.state == "queued"
        assert abs(mail.due_at - timezone.now() - timedelta(minutes=minutes)) < timedelta(seconds=20)
        assert "451" in mail.problem
        due_again(mail)
    drain()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.problem) == ("sent", 6, "")
    assert sink.taken() == {mail.message_id: 1}


def test_three_days_of_try_later_end_it(queue: Queue, sink: SmtpSink) -> None:
    mail = queue("one", attempts=TRIES - 1)
    sink.answer_next(Answer.TRY_LATER)
    drain()
    assert states() == {"one": "dead"}
    due_again(mail)
    drain()
    assert sink.attempts == 1


def test_the_last_try_is_within_72_hours_and_the_next_would_not_be() -> None:
    minutes = [1, 5, 15, 60] + [240] * (TRIES - 5)
    assert sum(minutes) <= 72 * 60 < sum(minutes) + 240


@pytest.mark.parametrize("reply", ["550 no such mailbox", "552 mailbox full", "554 policy"])
def test_a_refused_address_bounces_once_and_holds_up_nobody(queue: Queue, sink: SmtpSink, reply: str) -> None:
    sink.refuse_recipient("gone@reader.example", reply)
    gone = queue("gone", raw="private words")
    queue("there")
    drain()
    due_again(gone)
    drain()
    gone.refresh_from_db()
    assert states() == {"gone": "bounced", "there": "sent"}
    assert (gone.raw, reply[:3] in gone.problem) == ("", True)
    assert order(sink) == ["there"]


def test_an_address_that_is_refused_for_now_is_greylisted(queue: Queue, sink: SmtpSink) -> None:
    sink.refuse_recipient("grey@reader.example", "450 come back")
    queue("grey")
    drain()
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == ("queued", 1)


def test_refused_content_bounces(queue: Queue, sink: SmtpSink) -> None:
    sink.answer_next(Answer.REFUSE)
    queue("spam")
    queue("ham")
    drain()
    assert states() == {"spam": "bounced", "ham": "sent"}


def test_when_our_own_address_is_refused_no_mail_is_lost(queue: Queue, sink: SmtpSink) -> None:
    """A fault of ours, mended in an afternoon: marking everybody as bounced would lose every mail."""
    sink.sender_refusal = "550 sender not allowed here"
    mails = [queue(f"m{number}") for number in range(3)]
    drain()
    assert set(states().values()) == {"queued"}
    sink.sender_refusal = None
    due_again(*mails)
    drain()
    assert set(states().values()) == {"sent"}


def test_a_mail_too_large_for_the_server_bounces(queue: Queue, sink: SmtpSink) -> None:
    sink.sender_refusal = "552 message exceeds the limit"
    queue("huge")
    drain()
    assert states() == {"huge": "bounced"}


def test_a_cut_connection_costs_one_try_of_one_mail(queue: Queue, sink: SmtpSink) -> None:
    sink.answer_next(Answer.HANG_UP)
    cut = queue("cut")
    queue("next")
    drain()
    assert states() == {"cut": "queued", "next": "sent"}
    due_again(cut)
    drain()
    assert states() == {"cut": "sent", "next": "sent"}
    assert set(sink.taken().values()) == {1}


def test_taken_and_cut_is_sent_again_as_the_same_message(queue: Queue, sink: SmtpSink) -> None:
    sink.answer_next(Answer.TAKE_AND_HANG_UP)
    mail = queue("one")
    drain()
    due_again(mail)
    drain()
    assert states() == {"one": "sent"}
    assert sink.taken() == {mail.message_id: 2}


def test_a_server_that_is_away_costs_no_mail_a_try_and_all_stay_due(queue: Queue, settings: Any) -> None:
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 2
    before = timezone.now()
    for number in range(5):
        queue(f"m{number}")
    report = drain()
    assert (report.mails, report.finished) == (0, True)
    for mail in Mail.objects.all():
        assert (mail.state, mail.attempts) == ("queued", 0)
        assert before <= mail.due_at <= timezone.now()
        assert mail.lease_until is None


def test_all_go_out_once_the_server_is_back(queue: Queue, settings: Any, request: pytest.FixtureRequest) -> None:
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    mails = [queue(f"m{number}") for number in range(5)]
    drain()
    sink = request.getfixturevalue("sink")
    assert drain().mails == 0  # left alone for a moment
    it_is_time()
    assert drain().mails == len(mails)
    assert set(sink.taken().values()) == {1}


def test_a_server_that_does_not_accept_our_credentials_costs_no_mail_a_try(
    queue: Queue, sink: SmtpSink, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    queue("one")
    assert drain().mails == 0
    assert Mail.objects.values_list("state", "attempts").get() == ("queued", 0)


def test_a_server_that_fell_silent_holds_the_batch_up_once(queue: Queue, settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(5)
        settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.3
        for number in range(5):
            queue(f"m{number}")
        began = timezone.now()
        drain()
        assert timezone.now() - began < timedelta(seconds=1.5)
    assert set(Mail.objects.values_list("state", "attempts")) == {("queued", 0)}


def test_a_mail_that_cannot_be_composed_stops_no_other_and_is_given_up_after_five_tries(
    queue: Queue, sink: SmtpSink
) -> None:
    @rendering.renders("broken")
    def broken(mail: Mail) -> None:
        raise ZeroDivisionError

    poison = queue("poison", renderer="broken", urgent=True)
    for number in range(3):
        queue(f"m{number}")
    drain()
    assert states() == {"poison": "queued", "m0": "sent", "m1": "sent", "m2": "sent"}
    for _ in range(4):
        due_again(poison)
        drain()
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("dead", 5)


def test_a_mail_that_breaks_the_transport_stops_no_other(queue: Queue, sink: SmtpSink) -> None:
    @rendering.renders("two lines")
    def two_lines(mail: Mail) -> EmailMultiAlternatives:
        return EmailMultiAlternatives(subject="One\nBcc: all@x.example", body="Text.", to=[mail.address])

    queue("poison", renderer="two lines", urgent=True)
    queue("next")
    drain()
    assert states() == {"poison": "queued", "next": "sent"}
    assert "BadHeaderError" in Mail.objects.get(key="poison").problem


def test_a_renderer_that_this_worker_does_not_know_yet_is_waited_for(queue: Queue, sink: SmtpSink) -> None:
    queue("one", renderer="newer")
    queue("two")
    drain()
    assert states() == {"one": "queued", "two": "sent"}


def test_a_sender_that_lost_its_lease_does_not_overwrite_what_the_next_one_wrote(queue: Queue, sink: SmtpSink) -> None:
    taken_over = queue("one")

    @rendering.renders("slow")
    def slow(mail: Mail) -> EmailMultiAlternatives:
        Mail.objects.filter(pk=mail.pk).update(lease_token="another", state="sent", sent_at=timezone.now())
        sink.refuse_recipient(mail.address)
        return EmailMultiAlternatives(subject="slow", body="Text.", to=[mail.address])

    Mail.objects.update(renderer="slow")
    drain()
    taken_over.refresh_from_db()
    assert (taken_over.state, taken_over.lease_token) == ("sent", "another")


def test_a_batch_ends_well_before_its_lease_and_leaves_the_rest_to_others(
    queue: Queue, sink: SmtpSink, settings: Any
) -> None:
    settings.OUTBOX_LEASE_SECONDS = 1
    sink.delay_seconds = 0.25
    for number in range(6):
        queue(f"m{number}")
    assert 1 <= send_due(100).handled <= 3
    assert set(Mail.objects.filter(state="queued").values_list("lease_until", flat=True)) == {None}


def test_when_it_is_enough_the_mail_in_hand_is_finished_and_the_rest_stays_due(queue: Queue, sink: SmtpSink) -> None:
    for number in range(4):
        queue(f"m{number}")
    report = drain(enough=lambda: len(sink.deliveries) >= 2)
    assert (report.mails, report.finished) == (2, False)
    assert sorted(states().values()) == ["queued", "queued", "sent", "sent"]
    assert drain().mails == 2
