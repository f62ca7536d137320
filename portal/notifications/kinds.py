"""What people can be told: every kind is declared once, in the `notifications.py` of the app whose event it is."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.follows.models import Channel
from portal.notifications.ways import MENTIONS, Route, Weight
from portal.outbox import registry as outbox_registry

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class CalendarFile:
    """What a mail brings for the reader's calendar: an iCalendar object and its method (RFC 5546)."""

    content: bytes
    method: str


class Kind:
    """A kind of event, declared by subclassing.

    `template` names three files: `<template>.subject.txt`, `.txt` and `.html`.
    """

    slug: ClassVar[str]
    label: ClassVar[Any]
    fact: ClassVar[type]
    template: ClassVar[str]
    area: ClassVar[Any] = _("Other news")  # where it stands in settings and filters; one label for each app
    weight: ClassVar[Weight] = Weight.ADDRESSED  # what the presets go by
    route: ClassVar[Route] = Route.FOLLOWED  # how `audience` is reached, where `routes` says nothing finer
    # Those whom it speaks to directly: for them it weighs ADDRESSED, whatever it is to the others.
    addresses: ClassVar[tuple[Route, ...]] = (Route.MENTIONED,)
    mentions: ClassVar[bool] = False  # whether `routes` has people who are mentioned
    action: ClassVar[Any] = _("Open it")  # what the button of the mail says
    # Talk: its mail waits five minutes, is merged for each person and thread, and not sent when read meanwhile.
    # Its templates get `items`, oldest first, each with headline, action_url, reason and what `context` gave.
    conversation: ClassVar[bool] = False
    # About the account itself: no preference and no unsubscribing, and those who are no members are told too.
    transactional: ClassVar[bool] = False
    # `context` and the templates come out the same for every reader: they look at no person beyond whether the channel
    # is visible, which is asked apart, and nobody answers by mail. Then mails that go out together are composed once.
    same_for_all: ClassVar[bool] = False

    def channel(self, fact: Any) -> Channel | None:
        """The thing it is about; whoever may not see it is told nothing. None: no such limit."""
        raise NotImplementedError

    def audience(self, fact: Any) -> QuerySet[Any]:
        """The people concerned; the core takes away the actor, the inactive, and those who may not see it."""
        raise NotImplementedError

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        """The audience by how each came into it; somebody in several counts in the strongest."""
        return {self.route: self.audience(fact)}

    def thread(self, fact: Any) -> str:
        """A key that stays the same for all that belongs together ("discussions.thread:12"); empty for none.

        Mails of one thread are merged and refer to each other; people choose a level for it.
        """
        return ""

    def exempt(self, fact: Any) -> bool:
        """Whether it cannot wait (a meeting of tomorrow is cancelled): not counted among the day's mails."""
        return False

    def reply_to(self, fact: Any, person: Any) -> tuple[str, str] | None:
        """Who takes a reply by mail from this person, and the key it is given; None: nobody does."""
        return None

    def line_for(self, route: str) -> str:
        """The line of the settings that decides for whoever came by `route`."""
        return MENTIONS if self.mentions and route == Route.MENTIONED else self.slug

    def offered_to(self, person: Any) -> bool:
        """Whether the settings of this person have a line for it: some kinds concern staff alone."""
        return True

    def weight_for(self, route: str) -> Weight:
        """What it weighs for whoever came by `route`."""
        return Weight.ADDRESSED if route in self.addresses else self.weight

    def discreet(self, fact: Any) -> str:
        """The subject of its mail where the thing itself is not for every member: it names neither thing nor person."""
        return str(self.label)

    def calendar(self, fact: Any, context: dict[str, Any]) -> CalendarFile | None:
        """What the mail brings for the reader's calendar, from what `context` returned; None: nothing."""
        return None

    def reason(self, fact: Any) -> str:
        """Why this person is told, as a sentence, for the widest route."""
        raise NotImplementedError

    def reason_for(self, fact: Any, route: str) -> str:
        """Why, for whoever came by `route`."""
        return str(Route.MENTIONED.label) if route == Route.MENTIONED else self.reason(fact)

    def headline(self, fact: Any) -> str:
        """One line for the list, from the fact's own fields (no query: lists call it for every row)."""
        raise NotImplementedError

    def url(self, fact: Any) -> str:
        """Where it leads, from the fact's own fields."""
        raise NotImplementedError

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        """What the mail's templates need, asked when it is sent; None when the person may no longer see it."""
        raise NotImplementedError


def declare(cls: type[Kind]) -> type[Kind]:
    """Register a kind and subscribe it to its fact; refuses half a declaration at start."""
    absent = [name for name in ("slug", "label", "fact", "template") if not hasattr(cls, name)]
    absent += [
        name
        for name in ("channel", "audience", "reason", "headline", "url", "context")
        if getattr(cls, name) is getattr(Kind, name) and (name != "audience" or cls.routes is Kind.routes)
    ]
    if absent:
        msg = f"{cls.__name__} lacks {', '.join(absent)}."
        raise TypeError(msg)
    kind = cls()
    if kind.slug in _kinds:
        msg = f"There is a kind called {kind.slug} already."
        raise ValueError(msg)
    _kinds[kind.slug] = kind

    def tell(fact: Any, envelope: outbox_registry.Envelope) -> None:
        from portal.notifications.operations import notify  # noqa: PLC0415 -- operations need the models

        notify(kind=kind, fact=fact, envelope=envelope)

    outbox_registry.attach(kind.fact, f"notifications:{kind.slug}", tell)
    return cls


def kind_called(slug: str) -> Kind | None:
    """The kind, or None when it has since been removed from the code."""
    return _kinds.get(slug)


def all_kinds() -> list[Kind]:
    """Every declared kind, by its label."""
    return sorted(_kinds.values(), key=lambda kind: str(kind.label))


def choosable(person: Any = None) -> list[Kind]:
    """The kinds that one may choose about, or this person: not those of the account itself."""
    kinds = [kind for kind in all_kinds() if not kind.transactional]
    return kinds if person is None else [kind for kind in kinds if kind.offered_to(person)]


def area_of(slug: str) -> str:
    """The part of the portal that a kind is about, as it stands in addresses: "meetings"."""
    return slug.partition(".")[0]
