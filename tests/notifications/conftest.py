"""A kind of the tests' own, about a channel, told to whoever the test names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from portal.follows.models import Channel
from portal.follows.operations import open_channel
from portal.notifications import kinds
from portal.notifications.ways import Route, Weight
from portal.outbox import registry
from portal.outbox.drain import run_errands
from portal.outbox.operations import record
from tests.harness.smtp_sink import SmtpSink, smtp_sink

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@registry.fact("tests.DoorOpened")
@dataclass(frozen=True)
class DoorOpened:
    """Something happened that concerns the accounts `for_ids`."""

    channel_id: int | None
    for_ids: tuple[int, ...]
    title: str = "The door"


@registry.fact("tests.Spoken")
@dataclass(frozen=True)
class Spoken:
    """Somebody said something in a thread that some follow, some belong to and that names some."""

    channel_id: int | None
    thread: str
    mentioned: tuple[int, ...] = ()
    seated: tuple[int, ...] = ()
    followed: tuple[int, ...] = ()
    words: str = "Hello."
    quiet: bool = False


# Known to the tests in this folder only; see `own_kinds`.
del registry._facts["tests.DoorOpened"], registry._facts["tests.Spoken"]


class DoorIsOpen(kinds.Kind):
    """About a channel, or about nothing that anybody may not see."""

    slug = "tests.door-open"
    label = "A door is open"
    fact = DoorOpened
    template = "tests/email/opened"
    note = "Come in."

    def channel(self, fact: DoorOpened) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def audience(self, fact: DoorOpened) -> QuerySet[Any]:
        return get_user_model().objects.filter(pk__in=fact.for_ids)

    def reason(self, fact: DoorOpened) -> str:
        return "You asked about doors."

    def headline(self, fact: DoorOpened) -> str:
        return f"{fact.title} is open"

    def url(self, fact: DoorOpened) -> str:
        return "/glossary/"

    def context(self, fact: DoorOpened, person: Any) -> dict[str, Any] | None:
        return {"note": self.note} if self.note else None


class SomebodySpoke(kinds.Kind):
    """Talk, with three routes."""

    slug = "tests.spoke"
    label = "Somebody speaks"
    fact = Spoken
    template = "tests/email/spoke"
    weight = Weight.AROUND
    conversation = True
    mentions = True

    def channel(self, fact: Spoken) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def thread(self, fact: Spoken) -> str:
        return fact.thread

    def routes(self, fact: Spoken) -> dict[Route, QuerySet[Any]]:
        people = get_user_model().objects
        return {
            Route.MENTIONED: people.filter(pk__in=fact.mentioned),
            Route.SEATED: people.filter(pk__in=fact.seated),
            Route.FOLLOWED: people.filter(pk__in=fact.followed),
        }

    def reason(self, fact: Spoken) -> str:
        return "You follow it."

    def reason_for(self, fact: Spoken, route: str) -> str:
        return "You belong here." if route == Route.SEATED else super().reason_for(fact, route)

    def headline(self, fact: Spoken) -> str:
        return f"Somebody said {fact.words}"

    def url(self, fact: Spoken) -> str:
        return "/glossary/"

    def context(self, fact: Spoken, person: Any) -> dict[str, Any] | None:
        return {"words": fact.words}


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch, settings: Any) -> kinds.Kind:
    """The kind above is declared, with its templates; what a test declares besides is gone after it."""
    facts = {fact.fact_name: fact for fact in (DoorOpened, Spoken)}
    monkeypatch.setattr(registry, "_facts", {**registry._facts, **facts})
    subscribers = {name: dict(known) for name, known in registry._subscribers.items()}
    monkeypatch.setattr(registry, "_subscribers", type(registry._subscribers)(dict, subscribers))
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], Path(__file__).parent / "templates"]}]
    kinds.declare(DoorIsOpen)
    kinds.declare(SomebodySpoke)
    return kinds.kind_called(DoorIsOpen.slug)


@pytest.fixture
def door(db: None) -> Callable[..., Channel]:
    """Open a channel for an audience."""

    def make(audience: str = "members", title: str = "The door") -> Channel:
        return open_channel(kind="door", title=title, url="/glossary/", audience=audience)

    return make


@pytest.fixture
def happen(db: None) -> Callable[..., Any]:
    """Record that a door was opened, for these people."""

    def make(
        *people: Any, about: Channel | None = None, by: Any = None, key: str = "door:1", at: datetime = AT, **more: Any
    ) -> Any:
        fact = DoorOpened(about.pk if about else None, tuple(person.pk for person in people), **more)
        with transaction.atomic():
            return record(fact, key=key, by=by, at=at)

    return make


@pytest.fixture
def say(db: None) -> Callable[..., Any]:
    """Somebody says something; the errand of telling it is done at once, no mail is sent."""
    numbers = count(1)

    def make(
        thread: str = "tests.thread:1",
        *,
        about: Channel | None = None,
        by: Any = None,
        at: datetime = AT,
        **people: Any,
    ) -> Any:
        keys = {name: tuple(each.pk for each in people.pop(name, ())) for name in ("mentioned", "seated", "followed")}
        fact = Spoken(about.pk if about else None, thread, **keys, **people)
        with transaction.atomic():
            row = record(fact, key=f"spoken:{next(numbers)}", by=by, at=at)
        while run_errands():
            pass
        return row

    return make


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    """The portal sends to it."""
    with smtp_sink() as running:
        settings.OUTBOX_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.controller.port
        yield running


def readers(sink: SmtpSink) -> list[str]:
    """Whom mail reached, sorted; twice for two."""
    return sorted(delivery.recipients[0] for delivery in sink.deliveries)
