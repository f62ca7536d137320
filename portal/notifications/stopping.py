"""The link in every mail that stops it: what a token may do, how far, and how to take it back.

A token is signed and names a person and what the mail was about. It opens no session and never expires: it works for
the suspended, who still may get a mail, and for the erased there is nothing left to do.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.follows.models import Channel
from portal.notifications.choosing import choose, put_brake, wishes_of
from portal.notifications.kinds import kind_called
from portal.notifications.models import Level, Notification
from portal.notifications.operations import set_level
from portal.notifications.ways import MENTIONS, Brake, Way

SALT = "notifications.unsubscribe"
UNDO_SALT = "notifications.undo"
# Stands in a token where a notice's has its kind.
DIGEST = "digest"


class Scope(models.TextChoices):
    """How much a click stops."""

    THING = "thing", gettext_lazy("Nothing more about this")
    KIND = "kind", gettext_lazy("No more mail of this kind")
    DIGEST = "digest", gettext_lazy("No more summaries")
    WEEKLY = "weekly", gettext_lazy("Slow down: everything in one summary a week")
    ALL = "all", gettext_lazy("No mail at all")


BRAKES = {Scope.DIGEST: Brake.NO_DIGEST, Scope.WEEKLY: Brake.WEEKLY, Scope.ALL: Brake.STOP}


@dataclass(frozen=True)
class Said:
    """What a token says."""

    person: int
    kind: str
    channel: int | None = None
    thread: str = ""


@dataclass(frozen=True)
class Offer:
    """One thing that can be stopped, in words."""

    scope: Scope
    label: Any
    hint: Any


def stop_token(person_id: int, kind: str, *, channel_id: int | None = None, thread: str = "") -> str:
    """A token for the footer and the headers of a mail of `kind` (DIGEST for a summary) to one person."""
    return signing.dumps({"person": person_id, "kind": kind, "channel": channel_id, "thread": thread}, salt=SALT)


def token_of(notice: Notification) -> str:
    """The token for the mail of a notice."""
    kind = kind_called(notice.kind)
    line = kind.line_for(notice.route) if kind else notice.kind
    return stop_token(notice.person_id, line, channel_id=notice.channel_id, thread=notice.thread)


def read_token(token: str) -> Said | None:
    """What a token says, or None for one that we did not make, or whose kind cannot be stopped or is no more."""
    try:
        said = Said(**signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError):
        return None
    kind = kind_called(said.kind)
    known = said.kind in {DIGEST, MENTIONS} or (kind is not None and not kind.transactional)
    return said if known else None


def scopes(said: Said) -> list[Scope]:
    """What may be stopped with a token, the narrowest first."""
    if said.kind == DIGEST:
        return [Scope.DIGEST, Scope.WEEKLY, Scope.ALL]
    return [*([Scope.THING] if said.channel else []), Scope.KIND, Scope.WEEKLY, Scope.ALL]


def offered(said: Said) -> list[Offer]:
    """The scopes in words, with the names of things only as far as the mail's reader may still see them."""
    about, conversation = thing(said), bool(said.thread)
    name = _("this conversation") if conversation else f"“{about.title}”" if about else _("this")
    words = {
        Scope.THING: _("Nothing more about %(thing)s") % {"thing": name},
        Scope.KIND: _("No more mail of the kind “%(kind)s”") % {"kind": label(said)},
    }
    hints = {
        Scope.THING: _("No mail, no summary and nothing in the list."),
        Scope.KIND: _("It still appears in your notifications when you sign in."),
        Scope.DIGEST: _("Mails that address you still come."),
        Scope.WEEKLY: _("Everything you get waits for one mail a week."),
        Scope.ALL: _("Only what concerns your account itself, such as a code to sign in."),
    }
    return [Offer(scope, words.get(scope, scope.label), hints[scope]) for scope in scopes(said)]


def scope_called(name: str, said: Said) -> Scope:
    """What a click asks for; what a mail program means that posts without asking where it names none (RFC 8058)."""
    default = Scope.DIGEST if said.kind == DIGEST else Scope.KIND
    return next((scope for scope in scopes(said) if scope == name), default)


def label(said: Said) -> str:
    """What the mails are called that Scope.KIND stops."""
    kind = kind_called(said.kind)
    return str(kind.label) if kind else str(_("Somebody mentions you"))


def thing(said: Said) -> Channel | None:
    """What the mail was about, where its reader may still see it."""
    person = _person(said)
    if person is None or said.channel is None:
        return None
    return Channel.objects.visible_to(person).filter(pk=said.channel).first()


@transaction.atomic
def stop(*, said: Said, scope: Scope, at: datetime) -> str:
    """Stop what `scope` says; the token that takes it back, empty where nobody is left to stop it for."""
    person = _person(said)
    if person is None:
        return ""
    if scope == Scope.THING:
        before = _mute(said, person, at)
    elif scope == Scope.KIND:
        before = choose(kind=said.kind, way=Way.LIST, by=person)
    else:
        before = wishes_of(person).brake
        put_brake(brake=BRAKES[scope], by=person)
    return signing.dumps({"said": asdict(said), "scope": scope, "before": before}, salt=UNDO_SALT)


@transaction.atomic
def undo(*, token: str, said: Said, at: datetime) -> Scope | None:
    """Put back what a click on the same mail stopped; None for a token that we did not make for it."""
    try:
        taken = signing.loads(token, salt=UNDO_SALT)
        scope, before = Scope(taken["scope"]), taken["before"]
    except (signing.BadSignature, ValueError):
        return None
    person = _person(said)
    if person is None or taken["said"] != asdict(said):
        return None
    if scope == Scope.THING:
        _unmute(said, person, before, at)
    elif scope == Scope.KIND:
        choose(kind=said.kind, way=before, by=person)
    else:
        put_brake(brake=before, by=person)
    return scope


def _person(said: Said) -> Any:
    return get_user_model()._default_manager.filter(pk=said.person).first()


def _mute(said: Said, person: Any, at: datetime) -> str:
    channel = Channel.objects.filter(pk=said.channel).first()
    if channel is None:
        return ""
    before = Level.objects.filter(person=person, channel=channel, thread=said.thread).first()
    set_level(channel=channel, thread=said.thread, level=Level.Choice.MUTED, by=person, at=at)
    return before.level if before else ""


def _unmute(said: Said, person: Any, before: str, at: datetime) -> None:
    rows = Level.objects.filter(person=person, channel=said.channel, thread=said.thread)
    if before:
        rows.update(level=before, since=at)
    else:
        rows.delete()
