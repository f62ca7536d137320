"""A portal that collects reports and takes replies, and a thread of the tests' own that is answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.incoming import replies
from portal.outbox.models import Mail
from portal.outbox.operations import message_id
from portal.outbox.return_path import return_path
from tests.harness.smtp_sink import SmtpSink, smtp_sink

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
THREAD = "tests.thread"


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@portal.example"
    settings.REPLY_ADDRESS = "reply@portal.example"
    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    """The portal sends to it."""
    with smtp_sink() as running:
        settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.controller.port
        yield running


@pytest.fixture
def mail_to(db: None) -> Callable[..., Mail]:
    """A mail that went out to an address."""

    def make(address: str, key: str = "notice:1", **fields: Any) -> Mail:
        known = {"renderer": "raw", "state": "sent", "sent_at": AT, "created_at": AT, "due_at": AT}
        return Mail.objects.create(key=key, message_id=message_id(key), address=address, **{**known, **fields})

    return make


@pytest.fixture
def back() -> Callable[[Mail], str]:
    """Where a mail comes back to."""
    return return_path


@dataclass
class Thread:
    """What the test's thread was told, and what it does with the next reply."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    refuse: str = ""
    fail: bool = False

    def take(self, **said: Any) -> None:
        if self.fail:
            raise ConnectionError
        if self.refuse:
            raise replies.Refused(self.refuse)
        self.posts.append(said)


@pytest.fixture
def thread(monkeypatch: pytest.MonkeyPatch) -> Thread:
    """A thread that takes replies."""
    known = Thread()
    monkeypatch.setattr(replies, "_handlers", dict(replies._handlers))
    replies.takes_replies(THREAD)(known.take)
    return known
