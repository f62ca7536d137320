"""Reads about requests to join: the queue, what a request matches and why, who looks like somebody known."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.folding import fold
from members.invitations.queries import vouching
from members.models import JoinMessage, JoinRequest, Organisation, OrganisationDomain, Profile, User
from members.organisations.queries import FREE_MAIL, domain_of, domains_of, organisation_called
from portal.core.cards import Flag
from portal.core.rules import is_staff_member
from portal.taxonomy.choices import MemberKind

LATE, VERY_LATE = timedelta(days=2), timedelta(days=7)
# How much of two names must agree before staff are asked to look twice.
ALIKE = 0.8
LOOKED_THROUGH = 500


def waiting_requests() -> QuerySet[JoinRequest]:
    """Requests that staff decide next, the oldest first."""
    return JoinRequest.objects.for_staff().select_related("person", "works_at__parent", "invitation__inviter__profile")


def asked_back_requests() -> QuerySet[JoinRequest]:
    """Requests in which staff asked something, the oldest question first."""
    return JoinRequest.objects.for_the_person().select_related("person")


def decided_lately() -> QuerySet[JoinRequest]:
    """What was decided, the newest first: what nobody had to look at is seen here."""
    decided = JoinRequest.objects.exclude(decision="").select_related("person", "decided_by", "works_at")
    return decided.order_by("-decided_at", "-pk")


def latest_request(user: Any) -> JoinRequest | None:
    """The last time this person asked to join; None for who never had to."""
    return JoinRequest.objects.visible_to(user).filter(person=user).order_by("-asked_at", "-pk").first()


def thread(request: JoinRequest, viewer: Any) -> list["Said"]:
    """Questions and answers in their order. Who asks for the programme office is named to colleagues only."""
    rows = JoinMessage.objects.visible_to(viewer).filter(request=request).select_related("author")
    office = _("The programme office")
    return [
        Said(
            by=office if row.from_staff and not is_staff_member(viewer) else str(row.author or office),
            from_staff=row.from_staff,
            text=row.text,
            at=row.at,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Said:
    """A question or an answer."""

    by: str
    from_staff: bool
    text: str
    at: datetime


# --- at once ----------------------------------------------------------------------------------------------------


def let_in_by(request: JoinRequest, address: str) -> Organisation | None:
    """The government organisation whose verified domain lets this person in at once; None: a person decides.

    Never a provider. Never somebody who names another organisation of the list than the one the address belongs
    to; a part of it will do, and what is in no list is taken as its part.
    """
    if request.kind == MemberKind.PROVIDER:
        return None
    known = OrganisationDomain.objects.verified().select_related("organisation")
    row = known.filter(domain=domain_of(address), organisation__body=Organisation.Body.GOVERNMENT).first()
    if row is None:
        return None
    named = request.works_at
    if named is None or named.pk == row.organisation_id:
        return row.organisation
    return named if any(above.pk == row.organisation_id for above in named.above()) else None


# --- what staff see ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """An organisation of the list that a request seems to mean, and why, as a sentence."""

    organisation: Organisation | None
    why: str


@dataclass(frozen=True)
class LooksLike:
    """Somebody known whose name and address resemble a newcomer's."""

    name: str
    why: str
    url: str = ""


@dataclass(frozen=True)
class Asked:
    """A request as staff see it in the queue."""

    row: JoinRequest
    match: Match
    looks_like: Sequence[LooksLike]
    vouched: Sequence[str]
    age: Flag


def asked(rows: Iterable[JoinRequest], at: datetime) -> list[Asked]:
    """Requests with all that helps to decide; the same number of queries for one and for thirty."""
    requests = list(rows)
    addresses = [row.person.email for row in requests]
    domains, people, vouched = domains_of(addresses), _resembling(requests), vouching(addresses)
    return [
        Asked(
            row=row,
            match=match_of(row, domains.get(domain_of(row.person.email))),
            looks_like=_looks_like(row.person, people),
            vouched=vouched.get(row.person.email, ()),
            age=age_of(row, at),
        )
        for row in requests
    ]


def asked_about(row: JoinRequest, at: datetime) -> Asked:
    """One request; what it says is looked up once more: the organisation may have come to the list since."""
    if row.works_at is None:
        row.works_at = organisation_called(row.organisation)
    return asked([row], at)[0]


def age_of(row: JoinRequest, at: datetime) -> Flag:
    """How long somebody has been waiting, marked once it is longer than we promise."""
    waited = at - (row.waits_since or row.asked_at)
    tone = "bad" if waited >= VERY_LATE else "" if waited >= LATE else "plain"
    words = ngettext("waits for %(n)d day", "waits for %(n)d days", waited.days) % {"n": waited.days}
    return Flag(label=words if waited.days else _("new today"), tone=tone)


def match_of(row: JoinRequest, domain: OrganisationDomain | None) -> Match:
    """Which organisation, and what speaks for it."""
    if row.works_at is None:
        if domain is None:
            return Match(None, _("Not in the list, and the domain of the address is unknown."))
        return Match(domain.organisation, _domain_words(domain))
    by_name = fold(row.organisation) == fold(row.works_at.name)
    why = _("Named so.") if by_name else _("“%(name)s” is another name of it.") % {"name": row.organisation}
    if domain is None:
        return Match(row.works_at, f"{why} {_('The domain of the address is unknown.')}")
    if domain.organisation_id in {row.works_at.pk, row.works_at.parent_id}:
        return Match(row.works_at, f"{why} {_domain_words(domain)}")
    other = _("But %(domain)s belongs to %(organisation)s.")
    return Match(row.works_at, f"{why} {other % {'domain': domain.domain, 'organisation': domain.organisation}}")


def _domain_words(row: OrganisationDomain) -> str:
    said = {"domain": row.domain, "organisation": row.organisation, "name": row.verified_by}
    if row.verified_at:
        return _("%(domain)s is its domain, verified by %(name)s.") % said
    return _("%(domain)s is said to be its domain; nobody has verified it.") % said


def _resembling(requests: Sequence[JoinRequest]) -> list[User]:
    """Accounts worth comparing: the same name, or an address of the same organisation."""
    if not requests:
        return []
    names = {fold(row.person.name)[:160] for row in requests}
    domains = {domain_of(row.person.email) for row in requests} - FREE_MAIL
    same_domain = [Q(email__iendswith=f"@{domain}") for domain in sorted(domains)]
    condition = reduce(or_, same_domain, Q(profile__in=Profile.objects.filter(sort_name__in=names)))
    return list(User.objects.filter(condition).select_related("profile").order_by("-pk")[:LOOKED_THROUGH])


def _looks_like(person: User, people: Iterable[User]) -> list[LooksLike]:
    name, domain = fold(person.name), domain_of(person.email)
    found = []
    for other in people:
        if other.pk == person.pk:
            continue
        same = fold(other.name) == name
        near = domain not in FREE_MAIL and domain_of(other.email) == domain and alike(name, fold(other.name))
        if same or near:
            found.append(_known(other, same_domain=domain_of(other.email) == domain))
    return found[:3]


def alike(one: str, other: str) -> bool:
    """Whether two folded names may be one person's: the same words in another order, or nearly the same letters."""
    if sorted(one.split()) == sorted(other.split()):
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE


def _known(other: User, *, same_domain: bool) -> LooksLike:
    profile = getattr(other, "profile", None)
    standing = other.get_standing_display()
    why = _("%(standing)s; an address at the same domain") if same_domain else _("%(standing)s; the same name")
    listed = profile is not None and other.is_member
    return LooksLike(other.name, why % {"standing": standing}, profile.get_absolute_url() if listed else "")
