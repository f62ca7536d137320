"""What the server is handed: a return path for each mail, the reader's sender, and reports that find their way back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import send_mail

from portal.incoming.models import AddressHealth
from portal.incoming.receiving import Outcome, receive
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.return_path import return_path
from tests.harness.smtp_sink import SmtpSink
from tests.incoming.conftest import AT
from tests.incoming.reports import postfix

pytestmark = pytest.mark.django_db


def test_each_mail_is_sent_from_its_own_return_path_and_shows_the_community(sink: SmtpSink) -> None:
    for reader in ("a@reader.example", "b@reader.example"):
        send_mail("News", "Text.", None, [reader])
    drain()
    paths = {return_path(mail) for mail in Mail.objects.all()}
    assert {delivery.sender for delivery in sink.deliveries} == paths
    assert len(paths) == 2
    for delivery in sink.deliveries:
        assert str(delivery.message["From"]).endswith("<programme@example.org>")
        assert "bounces+" not in str(delivery.message["From"])


def test_a_report_about_what_was_really_sent_counts(sink: SmtpSink) -> None:
    send_mail("News", "Text.", None, ["a@reader.example"])
    drain()
    (delivery,) = sink.deliveries
    report = postfix("a@reader.example", "5.1.1", "550 5.1.1 unknown")
    assert receive(report, recipient=delivery.sender, sender="", at=AT) is Outcome.COUNTED
    assert AddressHealth.objects.values_list("address", "score").get() == ("a@reader.example", 2)
    assert Mail.objects.get().state == "bounced"


def test_without_an_address_for_reports_the_sender_is_the_return_path(sink: SmtpSink, settings: Any) -> None:
    settings.BOUNCE_ADDRESS = ""
    send_mail("News", "Text.", None, ["a@reader.example"])
    drain()
    (delivery,) = sink.deliveries
    assert delivery.sender == "programme@example.org"


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ("550 5.1.1 no such mailbox", 2),
        ("550 no such mailbox", 2),
        ("552 5.2.2 full", 1),
        ("554 5.7.1 rejected by policy", 1),
    ],
)
def test_what_the_server_refuses_at_once_counts_as_well(reply: str, score: int, sink: SmtpSink) -> None:
    sink.refuse_recipient("a@reader.example", reply)
    send_mail("News", "Text.", None, ["a@reader.example"])
    drain()
    assert AddressHealth.objects.get().score == score


def test_what_may_pass_by_itself_is_not_counted(sink: SmtpSink) -> None:
    sink.refuse_recipient("a@reader.example", "451 4.7.1 try again later")
    send_mail("News", "Text.", None, ["a@reader.example"])
    drain()
    assert not AddressHealth.objects.exists()


def test_a_code_is_sent_to_a_paused_address(sink: SmtpSink, mail_to: Callable[..., Mail]) -> None:
    from portal.incoming.operations import note_complaint

    note_complaint(address="a@reader.example", problem="spam", at=AT)
    send_mail("Your code", "ABCD-EFGH", None, ["a@reader.example"])
    drain()
    assert len(sink.deliveries) == 1
