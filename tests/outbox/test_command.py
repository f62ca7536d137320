"""`manage.py drain` does what the worker does."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command

from portal.outbox.models import Mail
from tests.harness.smtp_sink import SmtpSink


@pytest.mark.django_db
def test_drain_runs_until_nothing_is_due_and_says_what_it_did(queue: Callable[..., Mail], sink: SmtpSink) -> None:
    for number in range(3):
        queue(f"m{number}")
    output = StringIO()
    call_command("drain", stdout=output)
    assert output.getvalue() == "0 errands, 3 mails\n"
    assert len(sink.taken()) == 3
