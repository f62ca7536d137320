"""What libraries mail becomes rows, in the caller's transaction; each reader a message of their own."""

from email.message import EmailMessage as ParsedMessage
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction

from portal.outbox.drain import drain
from portal.outbox.models import Mail
from tests.harness.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db
NAUGHTY = "Žofie “Ø” 李雷 👩🏽‍🏫 <b>&amp;"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"


def parts(message: ParsedMessage) -> tuple[str, str]:
    bodies = [message.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return tuple(body.replace("\r\n", "\n") for body in bodies)


def test_text_and_html_arrive_as_they_were_written(sink: SmtpSink) -> None:
    long_line = "w" * 2000
    message = EmailMultiAlternatives(
        f"Code {NAUGHTY}",
        f"Text {NAUGHTY}\n{long_line}\n",
        None,
        ["one@reader.example"],
        reply_to=["desk@portal.example"],
    )
    message.attach_alternative(f"<p>HTML {NAUGHTY}</p><p>{long_line}</p>", "text/html")
    assert message.send() == 1
    assert sink.deliveries == []
    drain()
    (delivery,) = sink.deliveries
    text, html = parts(delivery.message)
    assert delivery.message["Subject"].strip() == f"Code {NAUGHTY}"  # a fold may begin the line
    assert (text.strip(), html.strip()) == (
        f"Text {NAUGHTY}\n{long_line}",
        f"<p>HTML {NAUGHTY}</p><p>{long_line}</p>",
    )
    assert delivery.message["Reply-To"] == "desk@portal.example"
    assert delivery.message["From"] == "Shared Services Community of Practice <programme@example.org>"


def test_mail_of_libraries_is_urgent_and_belongs_to_the_account_of_its_address(member: Any, sink: SmtpSink) -> None:
    send_mail("Code", "Text.", None, [member.email.upper(), "Somebody Else <else@reader.example>"])
    assert list(Mail.objects.order_by("pk").values_list("urgent", "person", "address")) == [
        (True, member.pk, member.email.upper()),
        (True, None, "else@reader.example"),
    ]


def test_no_reader_learns_who_else_got_it(sink: SmtpSink) -> None:
    EmailMessage("News", "Text.", to=["a@reader.example"], cc=["c@reader.example"], bcc=["b@reader.example"]).send()
    drain()
    assert sorted(delivery.recipients for delivery in sink.deliveries) == [
        ("a@reader.example",),
        ("b@reader.example",),
        ("c@reader.example",),
    ]
    for delivery in sink.deliveries:
        assert delivery.message["To"] == delivery.recipients[0]
        assert delivery.message["Cc"] is None
    assert len(sink.taken()) == 3


def test_html_alone_gets_a_text_part(sink: SmtpSink) -> None:
    message = EmailMessage("News", "<p>Hello</p>", to=["a@reader.example"])
    message.content_subtype = "html"
    message.send()
    drain()
    text, html = parts(sink.deliveries[0].message)
    assert (text.strip(), html.strip()) == ("Hello", "<p>Hello</p>")


def test_the_words_are_forgotten_once_they_are_sent(sink: SmtpSink) -> None:
    send_mail("Your code", "ABCD-EFGH", None, ["a@reader.example"])
    assert "ABCD-EFGH" in Mail.objects.get().raw
    drain()
    assert Mail.objects.values_list("state", "raw").get() == ("sent", "")


def test_a_header_of_two_lines_is_refused_where_it_is_written() -> None:
    with pytest.raises(BadHeaderError):
        send_mail("One\nBcc: everybody@x.example", "Text.", None, ["a@reader.example"])
    assert not Mail.objects.exists()


def test_an_attachment_is_refused_where_it_is_added() -> None:
    message = EmailMessage("News", "Text.", to=["a@reader.example"])
    message.attach("a.txt", "words", "text/plain")
    with pytest.raises(ValueError, match="text and HTML only"):
        message.send()


def welcome_and_fail() -> None:
    with transaction.atomic():
        send_mail("Welcome", "Text.", None, ["a@reader.example"])
        raise ZeroDivisionError


def test_mail_of_a_change_that_was_rolled_back_is_never_sent(sink: SmtpSink) -> None:
    with pytest.raises(ZeroDivisionError):
        welcome_and_fail()
    drain()
    assert sink.deliveries == []
