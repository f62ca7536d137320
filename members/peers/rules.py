"""How like two people are, and in what: a score, and the reasons for it. Pure: no query, no clock, no words.

Nothing is compared but `Traits`, and traits hold what one viewer may see. A field that somebody hides is empty in
them, so it can neither raise a score nor turn up in a reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.text import slugify

from members.choices import Offer
from members.folding import fold

# A subject is looked for by the words of a wish, at most so many in a row.
LONGEST_PHRASE = 4
WORKING_HOURS = 8
# Below this, two people have nothing in common but a language and a country.
LEAST_SCORE = 3
FROM_ONE_ORGANISATION = 2
REASONS_SHOWN = 4


class Ground(StrEnum):
    """What a reason rests on, the heaviest first."""

    OFFERS = "offers"
    SEEKS = "seeks"
    LINES = "lines"
    SUBJECTS = "subjects"
    LEVEL = "level"
    STAGE = "stage"
    LANGUAGES = "languages"
    COUNTRY = "country"
    HOURS = "hours"


# What each thing in common counts, and how many of them do.
WEIGHTS = {
    Ground.OFFERS: (6, 2),
    Ground.SEEKS: (4, 2),
    Ground.LINES: (3, 3),
    Ground.SUBJECTS: (4, 2),
}
WILLING_TO_ADVISE = 2
OFFERED = WEIGHTS[Ground.OFFERS][0]
SAME_LEVEL, SAME_COUNTRY, SAME_LANGUAGE = 2, 1, 1
NO_LANGUAGE = -4
# By how many stages the other is ahead: a little ahead helps most.
STAGE_WEIGHTS = {0: 2, 1: 2, 2: 2, -1: 1}
# The same by the facets of the directory's index, which brings those who are worth comparing.
INDEX_WEIGHTS = {"line": 3, "expertise": 4, "level": SAME_LEVEL, "stage": 2, "country": SAME_COUNTRY}
ENOUGH_HOURS = 4
# Without one of these there is no reason to meet.
SUBSTANCE = frozenset({Ground.OFFERS, Ground.SEEKS, Ground.LINES, Ground.SUBJECTS})


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a viewer sees of somebody, as far as people are compared by it. Values by slug or code, with words."""

    organisation: str = ""
    level: str = ""
    level_label: str = ""
    country: str = ""
    country_name: str = ""
    stage: int | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    wishes: Sequence[str] = ()
    willing_to: frozenset[str] = frozenset()
    languages: Sequence[str] = ()
    zone: ZoneInfo | None = None

    @cached_property
    def wished(self) -> str:
        """The wishes as one text of slugs, in which subjects are looked for as whole words."""
        return "".join(f"-{slug_of(wish)}- " for wish in self.wishes)

    def wishes_for(self, subject: str) -> bool:
        """Whether the slug of a subject, in the singular or the plural, stands in a wish."""
        return any(f"-{form}-" in self.wished for form in forms_of(subject))


@dataclass(frozen=True)
class Reason:
    """One ground with what it rests on: labels, or a number (of stages ahead, of hours)."""

    ground: Ground
    weight: int
    labels: tuple[str, ...] = ()
    number: int | None = None
    willing: bool = False


@dataclass(frozen=True)
class Match:
    """How like somebody is, and why, the heaviest reason first."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def worth_telling(self) -> bool:
        """Whether there is a reason to meet."""
        shared = {reason.ground for reason in self.reasons}
        return self.score >= LEAST_SCORE and (bool(shared & SUBSTANCE) or {Ground.LEVEL, Ground.STAGE} <= shared)


# --- words in wishes --------------------------------------------------------------------------------------------


def slug_of(text: str) -> str:
    """The text as subjects are keyed: folded, words joined by hyphens."""
    return slugify(fold(text), allow_unicode=True)


def forms_of(slug: str) -> Iterable[str]:
    """A slug with its last word in the singular and the plural, as English forms most of them."""
    yield slug
    yield slug[:-1] if slug.endswith("s") else f"{slug}s"


def phrases(wishes: Iterable[str]) -> set[str]:
    """Every run of up to four words in a wish, as slugs: by these, subjects are found with an index."""
    found: set[str] = set()
    for wish in wishes:
        words = slug_of(wish).split("-")
        for length in range(1, LONGEST_PHRASE + 1):
            runs = ("-".join(words[start : start + length]) for start in range(len(words) - length + 1))
            found |= {form for run in runs if run for form in forms_of(run)}
    return found


# --- comparing --------------------------------------------------------------------------------------------------


def compare(me: Traits, other: Traits, at: datetime) -> Match:
    """How like `other` is to `me`, and why. The sum of what the reasons weigh."""
    reasons = [
        *_subjects(me, other),
        *_shared(Ground.LINES, me.lines, other.lines),
        *_work(me, other),
        *_reach(me, other, at),
    ]
    order = list(Ground)
    shown = sorted((each for each in reasons if each.weight > 0), key=lambda r: (-r.weight, order.index(r.ground)))
    return Match(sum(reason.weight for reason in reasons), tuple(shown))


def _weigh(ground: Ground, labels: Sequence[str], *, willing: bool = False) -> list[Reason]:
    if not labels:
        return []
    each, most = WEIGHTS[ground]
    weight = each * min(len(labels), most) + (WILLING_TO_ADVISE if willing else 0)
    return [Reason(ground, weight, tuple(labels), willing=willing)]


def _shared(ground: Ground, mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[Reason]:
    return _weigh(ground, [label for slug, label in theirs.items() if slug in mine])


def _subjects(me: Traits, other: Traits) -> list[Reason]:
    """Needs and offers in both directions; a subject that both know counts where neither looks for it."""
    offered = {slug: name for slug, name in other.subjects.items() if me.wishes_for(slug)}
    sought = {slug: name for slug, name in me.subjects.items() if other.wishes_for(slug)}
    known = {slug: name for slug, name in other.subjects.items() if slug not in offered}
    return [
        *_weigh(Ground.OFFERS, list(offered.values()), willing=Offer.ADVISE in other.willing_to),
        *_weigh(Ground.SEEKS, list(sought.values())),
        *_shared(Ground.SUBJECTS, me.subjects, known),
    ]


def _work(me: Traits, other: Traits) -> list[Reason]:
    found = []
    if me.level and me.level == other.level:
        found.append(Reason(Ground.LEVEL, SAME_LEVEL, (other.level_label,)))
    if me.stage is not None and other.stage is not None:
        ahead = other.stage - me.stage
        found.append(Reason(Ground.STAGE, STAGE_WEIGHTS.get(ahead, 1 if ahead > 0 else 0), number=ahead))
    if me.country and me.country == other.country:
        found.append(Reason(Ground.COUNTRY, SAME_COUNTRY, (other.country_name,)))
    return found


def _reach(me: Traits, other: Traits, at: datetime) -> list[Reason]:
    """Whether the two can talk: a language, and hours at which both work."""
    found = []
    if me.languages and other.languages:
        shared = tuple(code for code in other.languages if code in me.languages)
        found.append(Reason(Ground.LANGUAGES, SAME_LANGUAGE if shared else NO_LANGUAGE, shared))
    if me.zone and other.zone:
        hours = hours_in_common(me.zone, other.zone, at)
        found.append(Reason(Ground.HOURS, 1 if hours >= ENOUGH_HOURS else 0 if hours else -1, number=hours))
    return found


def hours_in_common(one: ZoneInfo, other: ZoneInfo, at: datetime) -> int:
    """Whole hours of a working day of eight that fall together, by the clocks of that day."""
    first, second = (at.astimezone(zone).utcoffset() for zone in (one, other))
    apart = abs((first - second).total_seconds()) / 3600 if first is not None and second is not None else 0
    return int(max(0, WORKING_HOURS - min(apart, 24 - apart)))


def with_variety(
    ranked: Iterable[tuple[Match, Traits, int]], *, limit: int, most: int = FROM_ONE_ORGANISATION
) -> list[tuple[Match, int]]:
    """The first `limit` of these, at most two from one organisation; somebody who shows none is one of their own."""
    taken: dict[str, int] = {}
    chosen: list[tuple[Match, int]] = []
    for match, traits, key in ranked:
        if len(chosen) == limit:
            break
        if traits.organisation:
            taken[traits.organisation] = taken.get(traits.organisation, 0) + 1
            if taken[traits.organisation] > most:
                continue
        chosen.append((match, key))
    return chosen
