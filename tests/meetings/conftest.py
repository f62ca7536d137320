"""What most tests of meetings need: a group's channel with its host and reader, and a way to send mail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from members.models import User
from portal.follows.models import Channel
from portal.outbox.drain import drain
from tests.factories.meetings import make_channel


@pytest.fixture
def channel(lead: User, co_member: User) -> Channel:
    """A public channel: `lead` hosts, `co_member` belongs, nobody else."""
    return make_channel(audience="public", hosts=(lead,), readers=(co_member,))


@pytest.fixture
def sent(settings: Any) -> Callable[[], list[EmailMultiAlternatives]]:
    """Do what is due; the mails that went out."""
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"

    def send() -> list[EmailMultiAlternatives]:
        mail.outbox = []
        drain()
        return list(mail.outbox)

    return send
