"""Replies by mail: which threads take them, and the address at which one person answers one thread.

A feature offers its threads like this, in a module that is loaded at start (`replies.py` in its app):

    @takes_replies("discussions.thread")
    def post_reply(*, person, key, text, at, message_id):
        thread = ...visible_to(person)...          # asked again: access may have ended since the mail went out
        if thread is None:
            raise Refused(_("You can no longer answer there."))
        operations.post(thread=thread, text=text, by=person, at=at)

and its kinds return `("discussions.thread", str(thread_id))` from `reply_to`. The handler runs in one transaction
with the record of the arrival; for an error that may pass it raises anything else, and the mail is delivered again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.conf import settings

from portal.core.rules import is_member
from portal.incoming.models import ThreadAddress
from portal.outbox.tags import opened, sealed, tag_of, with_tag

PURPOSE = "reply"
LASTS = timedelta(days=90)
_EPOCH = date(2020, 1, 1)


class Refused(Exception):
    """The reply is not posted; the message is a sentence for the person, in their language."""


class Handler(Protocol):
    """What a feature does with a reply."""

    def __call__(self, *, person: Any, key: str, text: str, at: datetime, message_id: str) -> None: ...


HandlerType = TypeVar("HandlerType", bound=Callable[..., None])
_handlers: dict[str, Handler] = {}
_for_newcomers: set[str] = set()


@dataclass(frozen=True)
class Answers:
    """What an address of ours stands for: this person, in this thread, since then."""

    row: ThreadAddress
    issued: date

    def expired(self, at: datetime) -> bool:
        """Whether it is older than ninety days."""
        return at.astimezone(UTC).date() - self.issued > LASTS


def takes_replies(name: str, *, newcomers: bool = False) -> Callable[[HandlerType], HandlerType]:
    """Register who takes replies to a sort of thread; see above. `newcomers`: also from who is no member yet."""

    def register(handler: HandlerType) -> HandlerType:
        if name in _handlers:
            msg = f"Replies to {name} are taken already."
            raise ValueError(msg)
        _handlers[name] = handler
        if newcomers:
            _for_newcomers.add(name)
        return handler

    return register


def may_answer(person: Any, name: str) -> bool:
    """Whether this person may answer this sort of thread by mail at all; the handler asks for the thread itself."""
    return is_member(person) or (name in _for_newcomers and bool(person.is_active))


def handler_called(name: str) -> Handler | None:
    """Who takes these replies; None when the feature is gone."""
    return _handlers.get(name)


def reply_address(*, person: Any, handler: str, key: str, at: datetime) -> str:
    """Where `person` answers this thread by mail from `at` on for ninety days; empty when replies are not taken."""
    if not settings.REPLY_ADDRESS or handler not in _handlers:
        return ""
    row, _new = ThreadAddress.objects.get_or_create(person=person, handler=handler, key=key)
    day = (at.astimezone(UTC).date() - _EPOCH).days
    return with_tag(settings.REPLY_ADDRESS, sealed(PURPOSE, row.pk, day))


def is_reply_address(address: str) -> bool:
    """Whether an address is one of those above, by its form; the tag may still be forged."""
    return tag_of(address, settings.REPLY_ADDRESS) is not None


def answers(address: str) -> Answers | None:
    """What an address stands for; None when we never made it, or its person or thread is gone."""
    numbers = opened(PURPOSE, tag_of(address, settings.REPLY_ADDRESS) or "", count=2)
    if numbers is None:
        return None
    row = ThreadAddress.objects.select_related("person").filter(pk=numbers[0]).first()
    return Answers(row, _EPOCH + timedelta(days=numbers[1])) if row else None
