"""What most tests of meetings need: a group's channel with its host and reader, and a way to send mail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from members.models import User
from portal.follows.models import Channel
from portal.meetings.models import Meeting
from portal.outbox.drain import drain
from tests.factories.meetings import agenda, make_channel, make_meeting


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


@pytest.fixture
def draft(channel: Channel, lead: User) -> Meeting:
    """A meeting that is being written."""
    return make_meeting(channel, state="draft", by=lead, rows=agenda("First", "Second"))


@pytest.fixture
def url(draft: Meeting) -> str:
    """Where it is written."""
    return f"{draft.get_absolute_url()}edit/"


@pytest.fixture
def host(lead: User, client_of: Callable[[Any], Client]) -> Client:
    """The browser of its host."""
    return client_of(lead)
