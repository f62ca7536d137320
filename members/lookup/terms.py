"""What the directory knows a profile by: words to search, values of facets, each with the readers it is for.

Made from `rules.may_see` alone, with the eyes of each tier. What somebody shows to their groups, or to nobody, is
known by no word and counted nowhere: an index cannot tell what it does not hold.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from members.folding import fold
from members.rules import FIELDS, SORTS_OF_READER, Audience, audience_of, may_see
from portal.core.rules import is_member, is_signed_in, is_staff_member

# From the widest to the narrowest; a reader of one also reads those before it.
TIERS = ("public", "members", "staff")
_EYES = {
    "public": SORTS_OF_READER["public"],
    "members": SORTS_OF_READER["member"],
    "staff": SORTS_OF_READER["staff"],
}
_KNOWN_BY = (
    "name",
    "kind",
    "role",
    "organisation",
    "level",
    "country",
    "service_lines",
    "stage",
    "ask_about",
    "looking_for",
    "willing_to",
    "languages",
)
LONGEST_WORD = 40
MOST_WORDS = 250
SHORT = 2  # beginnings of so many letters are terms of their own: too many words begin with them
_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces: each sign is a word.
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a facet shows of a value; empty where the words are known from the code."""

    label: str = ""
    mark: str = ""
    position: int = 0


@dataclass(frozen=True)
class Known:
    """The terms of one profile: how many tiers each is for (1 staff, 2 members too, 3 visitors too), and labels."""

    reach: dict[tuple[str, str], int]
    labels: dict[tuple[str, str], Label]


def tier_of(viewer: Any) -> str:
    """Whose sets a reader is answered from; "" for who waits for approval and finds nobody."""
    if is_staff_member(viewer):
        return "staff"
    if is_member(viewer):
        return "members"
    return "" if is_signed_in(viewer) else "public"


def is_known(profile: Any, tier: str) -> bool:
    """Whether readers of the tier may know of this person: the index's own rule, asked of the row as it is now."""
    return may_see("name", profile=profile, eyes=_EYES[tier])


def words_of(text: str) -> list[str]:
    """The words of a text as they are kept and looked for, each once."""
    found: dict[str, None] = {}
    for run in _WORD.findall(_SIGNS.sub(r" \g<0> ", fold(text))):
        found.setdefault(run[:LONGEST_WORD])
    return list(found)[:MOST_WORDS]


def terms_of(profile: Any, consent: Any = None) -> Known:
    """Every term of a profile that came `with_everything()`; `consent` to speak in public, where one holds."""
    reach: dict[tuple[str, str], int] = {}
    labels: dict[tuple[str, str], Label] = {}
    of_field = {field: _reach(field, profile) for field in _KNOWN_BY}
    for fields, facet, value, label in _terms(profile):
        tiers = min(of_field[field] for field in fields)
        key = (facet, value[:100])
        if tiers and tiers > reach.get(key, 0):
            reach[key] = tiers
            labels[key] = label
    for line in consent.service_lines.all() if consent else ():
        top = line.parent or line
        tiers = min(of_field["name"], len(TIERS) if consent.scope == "public" else len(TIERS) - 1)
        if tiers:
            reach["speaks", top.slug], labels["speaks", top.slug] = tiers, Label(label=top.label, position=top.position)
    return Known(reach, labels)


def _reach(field: str, profile: Any) -> int:
    """For how many tiers a field is known."""
    by_itself = field != "name" and not FIELDS[field].with_name
    if by_itself and audience_of(field, profile) in {Audience.ME, Audience.GROUPS}:
        return 0
    return sum(may_see(field, profile=profile, eyes=_EYES[tier]) for tier in TIERS)


_Found = tuple[tuple[str, ...], str, str, Label]
_PLAIN = Label()


def _terms(profile: Any) -> Iterator[_Found]:
    yield ("name",), "all", "", _PLAIN
    yield ("kind",), "kind", profile.kind, _PLAIN
    yield from _workplace(profile)
    for line in profile.service_lines.all():
        top = line.parent or line
        yield ("service_lines",), "line", line.slug, Label(label=line.label)
        yield ("service_lines",), "service", top.slug, Label(label=top.label, position=top.position)
    if profile.stage:
        stage = profile.stage
        yield ("stage",), "stage", stage.slug, Label(label=stage.label, position=stage.position)
    for each in profile.expertise.all():
        yield ("ask_about",), "expertise", each.tag.slug, Label(label=each.tag.name)
    for code in profile.languages:
        yield ("languages",), "language", code, _PLAIN
    for offer in profile.offers.all():
        yield ("willing_to",), "willing", offer.what, _PLAIN
    yield from _words(profile)


def _workplace(profile: Any) -> Iterator[_Found]:
    organisation = profile.organisation
    if organisation is None:
        return
    level, country = organisation.level, str(organisation.country)
    yield ("organisation",), "organisation", organisation.slug, Label(label=organisation.name)
    yield ("level",), "level", level.slug, Label(label=level.label, mark=level.mark, position=level.position)
    yield ("country",), "country", country, _PLAIN
    yield ("country", "level"), "place", f"{country} {level.slug}", Label(mark=level.mark)


def _words(profile: Any) -> Iterator[_Found]:
    for field, texts in _texts(profile):
        for word in words_of(" ".join(texts)):
            yield (field,), "word", word, _PLAIN
            for length in range(1, SHORT + 1):
                yield (field,), "start", word[:length], _PLAIN


def _texts(profile: Any) -> Iterable[tuple[str, list[str]]]:
    """What search reads: name, role, organisation under all its names, subjects, wishes."""
    organisation = profile.organisation
    return (
        ("name", [profile.user.name]),
        ("role", [profile.role]),
        ("organisation", organisation.names if organisation else [profile.organisation_proposed]),
        ("ask_about", [each.tag.name for each in profile.expertise.all()]),
        ("looking_for", [profile.looking_for]),
    )
