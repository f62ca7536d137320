"""Facts, subscribers and mails of the tests' own, and a mail server that takes what is sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from portal.outbox import registry, rendering
from portal.outbox.models import Mail, Trouble
from portal.outbox.operations import message_id
from tests.harness.smtp_sink import SmtpSink, smtp_sink

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(registry, "_facts", dict(registry._facts))
    subscribers = {name: dict(known) for name, known in registry._subscribers.items()}
    monkeypatch.setattr(registry, "_subscribers", type(registry._subscribers)(dict, subscribers))
    monkeypatch.setattr(rendering, "_renderers", dict(rendering._renderers))


@pytest.fixture
def kettle_boiled(own_registries: None) -> type:
    """A fact that nobody but the test listens to."""

    @registry.fact("tests.KettleBoiled")
    @dataclass(frozen=True)
    class KettleBoiled:
        litres: int
        where: str = "kitchen"

    return KettleBoiled


@pytest.fixture
def heard(kettle_boiled: type) -> list[Any]:
    """What a subscriber called `tests.listen` was told."""
    told: list[Any] = []
    registry.attach(kettle_boiled, "tests.listen", lambda fact, envelope: told.append((fact, envelope)))
    return told


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    """The portal sends to it."""
    with smtp_sink() as running:
        settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.controller.port
        settings.EMAIL_TIMEOUT = 2
        yield running


@pytest.fixture
def queue(own_registries: None, db: None) -> Callable[..., Mail]:
    """Write a mail row that a renderer of the test's turns into a short message."""

    @rendering.renders("test")
    def short(mail: Mail) -> EmailMultiAlternatives:
        return EmailMultiAlternatives(subject=mail.key, body="Text.", to=[mail.address])

    def write(key: str, **fields: Any) -> Mail:
        now = timezone.now()
        known = {"message_id": message_id(key), "renderer": "test", "address": f"{key}@reader.example"}
        return Mail.objects.create(key=key, **{**known, "created_at": now, "due_at": now, **fields})

    return write


def it_is_time() -> None:
    """What was left alone may be tried again."""
    Trouble.objects.update(hold_until=timezone.now())


def due_again(*rows: Any) -> None:
    """The time until the next try has passed."""
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(due_at=timezone.now(), lease_until=None)
