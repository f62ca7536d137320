"""Mails that nobody can send, among a thousand others: parked after five tries, with one word to staff."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.notifications.models import Notification
from portal.outbox import rendering
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from tests.faults.amounts import so_many
from tests.faults.letters import RAW
from tests.faults.test_smtp import pass_time
from tests.harness.smtp_sink import SmtpSink

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch, mails: Callable[[int], None]) -> None:
    """Five of the mails cannot go out, each in its own way."""
    monkeypatch.setattr(rendering, "_renderers", dict(rendering._renderers))

    @rendering.renders("broken template")
    def broken(mail: Mail) -> None:
        raise ZeroDivisionError

    @rendering.renders("a header of two lines")
    def two_lines(mail: Mail) -> EmailMultiAlternatives:
        return EmailMultiAlternatives(subject="One\nBcc: all@x.example", body="Text.", to=[mail.address])

    @rendering.renders("gone")
    def gone(mail: Mail) -> None:
        return None

    mails(so_many(1000, 40))
    parts = json.loads(RAW)
    odd = [
        {"renderer": "broken template"},
        {"renderer": "a header of two lines"},
        {"renderer": "gone"},
        {"raw": json.dumps(parts | {"text": "\ud800"})},
        {"raw": json.dumps(parts | {"text": ("x" * 70 + "\n") * 70_000})},
    ]
    for mail, fields in zip(Mail.objects.order_by("pk")[3:8], odd, strict=True):
        Mail.objects.filter(pk=mail.pk).update(**fields)


def test_poison_is_parked_and_all_others_go_out(
    poison: None, staff: Any, post: SmtpSink, figure: Callable[..., None], settings: Any
) -> None:
    count = Mail.objects.count()
    post.size_limit, settings.EMAIL_TIMEOUT = 1_000_000, 8
    tries_at_once = 0
    for number in range(6):
        drain()
        before = _tries()
        drain()  # nothing is due: no hot loop
        tries_at_once += _tries() - before
        if number == 0:
            assert Mail.objects.filter(state="sent").count() == count - 5
        pass_time()
    dead = Mail.objects.given_up()
    found = {
        "mails": count,
        "sent": Mail.objects.filter(state="sent", renderer="raw").count(),
        "parked": dead.count(),
        "suppressed": Mail.objects.filter(state="suppressed").count(),
        "bounced": Mail.objects.filter(state="bounced").count(),
        "most_tries": max(Mail.objects.values_list("attempts", flat=True)),
        "alerts_to_each_of_the_staff": Notification.objects.filter(person=staff).count(),
    }
    figure("Poison among other mails", "template, header, surrogate, gone, 5 MB", **found)
    assert (found["sent"], found["parked"], found["suppressed"], found["bounced"]) == (count - 5, 3, 1, 1)
    assert (found["most_tries"], tries_at_once) == (5, 0)
    assert found["alerts_to_each_of_the_staff"] == 1
    drain()
    assert dead.count() == 3


def _tries() -> int:
    return sum(Mail.objects.values_list("attempts", flat=True))
