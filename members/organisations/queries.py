"""Reads about organisations: which one somebody means, what to suggest, who works there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When

from members.folding import fold
from members.models import MergedOrganisation, Organisation, OrganisationDomain, Profile
from members.seen import see_card
from portal.core.cards import PersonCard
from portal.core.forms import QUERY_TERMS
from portal.core.text import is_storable

# Fewer letters than these would list the table.
FEWEST_LETTERS, MOST_SUGGESTED = 3, 8
PEOPLE_SHOWN, PEOPLE_READ = 24, 120
PROPOSALS_READ, PROPOSALS_SHOWN = 200, 25
# Whoever writes from here may work anywhere: nobody's organisation.
FREE_MAIL = frozenset(
    """
    aol.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.com icloud.com
    laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com orange.fr outlook.com pm.me proton.me
    protonmail.com qq.com t-online.de wanadoo.fr web.de yahoo.ca yahoo.co.uk yahoo.com yahoo.com.au yahoo.es yahoo.fr
    yahoo.ro yandex.ru ymail.com zoho.com
    """.split()  # noqa: SIM905 -- a list of names reads better as text
)


def domain_of(address: str) -> str:
    """What stands behind the @, in lower case."""
    return address.rpartition("@")[2].strip().lower()


def organisation_called(text: str) -> Organisation | None:
    """The one organisation with this name, whatever its case and accents; None for none or for several.

    Of several with one name, the country behind it in brackets says which: "Ministry of Finance (Romania)".
    """
    found = organisations_called(text)
    return found[0] if len(found) == 1 else None


def organisations_called(text: str) -> list[Organisation]:
    """Every organisation with this name, as `organisation_called` reads it."""
    name, _open, country = text.strip().removesuffix(")").rpartition("(") if text.rstrip().endswith(")") else ("",) * 3
    found = _named(text)
    if len(found) != 1 and name.strip():
        found = [row for row in _named(name) if fold(str(row.country.name)) == fold(country)] or found
    return found


def _named(text: str) -> list[Organisation]:
    wanted = fold(text) if is_storable(text) else ""
    rows = Organisation.objects.filter(search_text__contains=wanted).order_by("pk") if wanted else ()
    return [row for row in rows if wanted in map(fold, row.names)]


def suggested(text: str) -> list[str]:
    """Names to choose from while somebody types: at most eight, none before the third letter."""
    words = fold(text[:160]).split()[:QUERY_TERMS] if is_storable(text) else []
    if sum(map(len, words)) < FEWEST_LETTERS:
        return []
    condition = Q()
    for word in words:
        condition &= Q(search_text__contains=word)
    begins = Case(
        When(search_text__startswith=" ".join(words), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = Organisation.objects.filter(condition).order_by(begins, "name", "pk")
    return names_apart(rows[:MOST_SUGGESTED])


def meant_by(text: str) -> list[str]:
    """Names that somebody may have meant who wrote one that is not in the list: by all its words, or by the longest."""
    return suggested(text) or suggested(max(text.split(), key=len, default=""))


def names_apart(organisations: Iterable[Organisation]) -> list[str]:
    """Their names; the country behind those that several have, as `organisation_called` reads it."""
    rows = list(organisations)
    times = Counter(fold(row.name) for row in rows)
    return [f"{row.name} ({row.country.name})" if times[fold(row.name)] > 1 else row.name for row in rows]


def domains_of(addresses: Iterable[str]) -> dict[str, OrganisationDomain]:
    """The known domains of these addresses, by domain, in one query."""
    rows = OrganisationDomain.objects.filter(domain__in={domain_of(address) for address in addresses})
    return {row.domain: row for row in rows.select_related("organisation__parent", "verified_by")}


# --- the page of an organisation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Workplace:
    """An organisation as its page shows it: what it is part of, its parts, and who of it the viewer may see."""

    organisation: Organisation
    above: list[Organisation]
    parts: list[Organisation]
    people: list[PersonCard]
    more: bool


def with_line(rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """With all that it may be part of, in the same query."""
    return rows.select_related("level", "parent__parent__parent__parent")


def workplace(organisation: Organisation, viewer: Any) -> Workplace:
    """What the page shows: those of its people who show that they work there."""
    rows = Profile.objects.visible_to(viewer).with_card_data().with_ties_to(viewer).filter(organisation=organisation)
    cards = [see_card(profile, viewer) for profile in rows.order_by("sort_name", "pk")[:PEOPLE_READ]]
    people = [card for card in cards if card.organisation]
    return Workplace(
        organisation=organisation,
        above=list(organisation.above())[::-1],
        parts=list(organisation.parts.order_by("name", "pk")[:100]),
        people=people[:PEOPLE_SHOWN],
        more=len(people) > PEOPLE_SHOWN,
    )


def moved_to(slug: str) -> Organisation | None:
    """Where an organisation of this slug went when it was merged."""
    row = MergedOrganisation.objects.select_related("into").filter(slug=slug).first()
    return row.into if row else None


# --- for staff --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """An organisation that members named and that is not in the list."""

    number: int
    text: str
    people: int
    since: datetime


def proposed_rows() -> QuerySet[Profile]:
    """Members whose organisation stands as they wrote it."""
    return Profile.objects.listed().filter(organisation=None).exclude(organisation_proposed="")


def proposals() -> list[Proposal]:
    """What members proposed, the same name in another case counted together, the oldest first."""
    rows = proposed_rows().values("organisation_proposed").annotate(people=Count("pk"), since=Min("member_since"))
    merged: dict[str, list[dict[str, Any]]] = {}
    for row in rows.order_by("since")[:PROPOSALS_READ]:
        merged.setdefault(fold(row["organisation_proposed"]), []).append(row)
    return [_proposal(number, same) for number, same in enumerate(list(merged.values())[:PROPOSALS_SHOWN], 1)]


def _proposal(number: int, same: list[dict[str, Any]]) -> Proposal:
    text = same[0]["organisation_proposed"]
    return Proposal(number, text, sum(row["people"] for row in same), same[0]["since"])


@dataclass(frozen=True)
class Moves:
    """What merging an organisation into another would move."""

    people: int
    requests: int
    names: list[str]
    domains: list[str]
    parts: int


def moves(gone: Organisation) -> Moves:
    """Counted before staff are asked whether they are sure."""
    return Moves(
        people=gone.profiles.count(),
        requests=gone.join_requests.count(),
        names=gone.names,
        domains=list(gone.domains.order_by("domain").values_list("domain", flat=True)),
        parts=gone.parts.count(),
    )


def listed(text: str) -> QuerySet[Organisation]:
    """Organisations by name for staff, those in which every word of `text` stands."""
    condition = Q()
    for word in fold(text).split():
        condition &= Q(search_text__contains=word)
    rows = Organisation.objects.filter(condition).annotate(people=Count("profiles"))
    return rows.select_related("level", "parent").order_by("name", "pk")
