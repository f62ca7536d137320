"""Reads about invitations: by their link, by who sent them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.invitations.rules import A_DAY, per_day
from members.models import Invitation
from portal.core.cards import Flag
from portal.follows.models import Channel, Reach

IN_SESSION = "invitation"
LISTED = 200


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def by_token(token: str, at: datetime) -> Invitation | None:
    """The invitation that a link opens; None for one that is used, old, taken back or not ours."""
    rows = Invitation.objects.usable(at).select_related("inviter__profile", "group")
    return rows.filter(token_hash=hash_of(token)).first()


def held(session: Any, at: datetime) -> Invitation | None:
    """The invitation that this browser came with, as long as it can be used."""
    number = session.get(IN_SESSION)
    if number is None:
        return None
    return Invitation.objects.usable(at).select_related("inviter__profile").filter(pk=number).first()


def groups_to_name(user: Any) -> QuerySet[Channel]:
    """Groups that an invitation may name: those that every member can open."""
    rows = Channel.objects.visible_to(user).filter(kind="group", audience__in=[Reach.PUBLIC, Reach.MEMBERS])
    return rows.order_by("title", "pk")


@dataclass(frozen=True)
class Sent:
    """An invitation in a list."""

    row: Invitation
    state: Flag
    open: bool
    may_send_again: bool


def sent_by(user: Any, at: datetime) -> list[Sent]:
    """One's own invitations, the newest first."""
    rows = Invitation.objects.visible_to(user).filter(inviter=user).select_related("group")
    return _lines(rows, at)


def sent_by_all(user: Any, at: datetime) -> list[Sent]:
    """Everybody's, for staff."""
    return _lines(Invitation.objects.visible_to(user).select_related("group", "inviter"), at)


def left_today(user: Any, at: datetime) -> int:
    """How many invitations this person can still send now."""
    sent = Invitation.objects.filter(inviter=user, sent_at__gt=at - A_DAY).count()
    return max(0, per_day(user) - sent)


def _lines(rows: QuerySet[Invitation], at: datetime) -> list[Sent]:
    return [line_of(row, at) for row in rows.order_by("-sent_at", "-pk")[:LISTED]]


def line_of(row: Invitation, at: datetime) -> Sent:
    """How an invitation stands, in words that are the same for every address.

    Who says no to an invitation says it to the portal: to the inviter it is sent, and one day too old.
    """
    if row.accepted_at:
        return Sent(row, Flag(label=_("accepted"), tone="good"), open=False, may_send_again=False)
    if row.withdrawn_at:
        return Sent(row, Flag(label=_("withdrawn")), open=False, may_send_again=False)
    again = row.sent_at <= at - A_DAY
    if row.expires_at <= at:
        return Sent(row, Flag(label=_("expired"), tone=""), open=True, may_send_again=again)
    return Sent(row, Flag(label=_("sent"), tone="info"), open=True, may_send_again=again)


def vouching(addresses: Iterable[str]) -> dict[str, list[str]]:
    """Who has invited these addresses, by address."""
    rows = Invitation.objects.filter(email__in=list(addresses), withdrawn_at=None, declined_at=None)
    found: dict[str, list[str]] = {}
    for row in rows.select_related("inviter__profile").order_by("sent_at", "pk"):
        found.setdefault(row.email, []).append(inviter_line(row))
    return found


def inviter_line(invitation: Invitation) -> str:
    """The inviter's name; for a researcher or a provider with the word, which stands beside their name everywhere."""
    person = invitation.inviter
    profile = getattr(person, "profile", None)
    if profile is None or profile.kind == "practitioner":
        return person.name
    return f"{person.name} ({profile.get_kind_display()})"
