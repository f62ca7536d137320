"""The mail server of the fault tests does what it is told."""

import smtplib

import pytest

from tests.harness.smtp_sink import Answer, smtp_sink

pytestmark = pytest.mark.once
MESSAGE = "Message-ID: <one@portal>\r\nSubject: One\r\n\r\nText\r\n"


def send(sink, to="reader@example.org"):
    with smtplib.SMTP("127.0.0.1", sink.controller.port, timeout=5) as connection:
        connection.sendmail("portal@example.org", [to], MESSAGE)


def test_messages_are_counted_by_message_id():
    with smtp_sink() as sink:
        send(sink)
        send(sink)
        assert sink.taken() == {"<one@portal>": 2}
        assert sink.deliveries[0].message["Subject"] == "One"


def test_a_cut_connection_after_taking_looks_like_a_failure_to_the_sender():
    with smtp_sink() as sink:
        sink.answer_next(Answer.TAKE_AND_HANG_UP, Answer.HANG_UP)
        for _ in range(2):
            with pytest.raises(smtplib.SMTPServerDisconnected):
                send(sink)
        assert sink.taken() == {"<one@portal>": 1}
        assert sink.attempts == 2


@pytest.mark.parametrize(("answer", "code"), [(Answer.TRY_LATER, 451), (Answer.REFUSE, 550)])
def test_replies_follow_the_script_and_then_all_is_well(answer, code):
    with smtp_sink() as sink:
        sink.answer_next(answer)
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            send(sink)
        assert refusal.value.smtp_code == code
        send(sink)
        assert sink.taken() == {"<one@portal>": 1}


def test_a_recipient_can_be_refused():
    with smtp_sink() as sink:
        sink.refuse_recipient("nobody@example.org")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(sink, to="nobody@example.org")
        assert not sink.wait_for(1, seconds=0.05)
