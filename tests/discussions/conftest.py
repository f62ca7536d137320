"""What most tests of discussions need: a group's channel, a thread in it, and a way to send mail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from members.models import User
from portal.discussions.models import Thread
from portal.follows.models import Channel
from portal.outbox.drain import drain
from tests.factories.discussions import make_thread
from tests.factories.meetings import make_channel


@pytest.fixture
def channel(lead: User, member: User, co_member: User) -> Channel:
    """A public channel: `lead` hosts, `member` and `co_member` belong, nobody else."""
    return make_channel(audience="public", hosts=(lead,), readers=(member, co_member))


@pytest.fixture
def thread(channel: Channel, member: User) -> Thread:
    """A discussion of the channel that `member` opened; who belongs writes."""
    return make_thread(channel, by=member, title="What counts as cost?", seated_only=True)


@pytest.fixture
def sent(settings: Any) -> Callable[[], list[EmailMultiAlternatives]]:
    """Do what is due; the mails that went out."""
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"

    def send() -> list[EmailMultiAlternatives]:
        mail.outbox = []
        drain()
        return list(mail.outbox)

    return send
