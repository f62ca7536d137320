"""Peers: who is like somebody, as far as the reader may see; three statements whatever the size of the community."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy

from members import rules
from members.eyes import StandIn, eyes_of
from members.lookup.search import Term, alike, own_terms
from members.lookup.terms import tier_of, words_of
from members.models import Expertise, Introduction, Profile, ProfileOffer, SetAside
from members.peers.rules import INDEX_WEIGHTS, OFFERED, Match, Traits, compare, phrases, with_variety
from members.peers.words import sentences
from members.reach.conditions import may_be_suggested_to, with_doors
from members.seen import see_card
from portal.core.cards import PersonCard

SHOWN = 12


@dataclass(frozen=True)
class Peer:
    """Somebody suggested: their card, why, and what may be sent to them."""

    card: PersonCard
    handle: str
    reasons: Sequence[str]
    match: Match
    takes_letters: bool = False
    takes_introductions: bool = False


@dataclass(frozen=True)
class Around:
    """The people around somebody, and what of themselves they were compared by."""

    me: Traits = field(default_factory=Traits)
    peers: Sequence[Peer] = ()


def comparable(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """Rows with what cards and the comparing read."""
    return profiles.with_card_data().select_related("stage", "entry")


def own(user: Any) -> Profile | None:
    """The profile of whoever looks for peers; None while there is none."""
    return comparable(Profile.objects.filter(user=user)).first()


def peers_of(profile: Profile, at: datetime, *, limit: int = SHOWN) -> Around:
    """Whom to suggest to the owner of `profile`: never who was set aside, asked, introduced or blocked before."""
    viewer = profile.user
    return _around(profile, viewer, at, among=_not_dealt_with(viewer), limit=limit)


def traits_of(profile: Profile) -> Traits:
    """What the owner of a profile shows themselves of it; one query, where nobody is to be suggested."""
    return _traits(profile, _eyes_on(profile, profile.user), _many_valued([profile])[profile.pk])


def similar_to(profile: Profile, viewer: Any, at: datetime, *, limit: int = 3) -> list[PersonCard]:
    """People like the one whose profile `viewer` (an account or a stand-in) reads, by what they see of both."""
    account = viewer.user if isinstance(viewer, StandIn) else viewer
    return [peer.card for peer in _around(profile, account, at, among=Q(), limit=limit).peers]


def _not_dealt_with(viewer: Any) -> Q:
    asked = Introduction.objects.filter(asker=viewer).values("person")
    asking = Introduction.objects.filter(person=viewer).values("asker")
    aside = SetAside.objects.filter(person=viewer).values("other")
    return ~Q(user__in=asked) & ~Q(user__in=asking) & ~Q(user__in=aside)


def _around(profile: Profile, viewer: Any, at: datetime, *, among: Q, limit: int) -> Around:
    found = list(_candidates(profile, viewer, among))
    rows = _many_valued([profile, *found])
    me = _traits(profile, _eyes_on(profile, viewer), rows[profile.pk])
    by_key = {other.pk: other for other in found}
    traits = {key: _traits(other, _eyes_on(other, viewer), rows[key]) for key, other in by_key.items()}
    compared = [(compare(me, theirs, at), theirs, key) for key, theirs in traits.items()]
    worth = [each for each in compared if each[0].worth_telling]
    worth.sort(key=lambda each: (-each[0].score, by_key[each[2]].sort_name, each[2]))
    return Around(me, [_peer(by_key[key], match, viewer) for match, key in with_variety(worth, limit=limit)])


def _peer(profile: Profile, match: Match, viewer: Any) -> Peer:
    return Peer(
        card=see_card(profile, viewer),
        handle=profile.handle,
        reasons=sentences(match.reasons),
        match=match,
        takes_letters=profile.takes_letters,
        takes_introductions=profile.takes_introductions,
    )


# --- whom to compare --------------------------------------------------------------------------------------------


def _candidates(profile: Profile, viewer: Any, among: Q) -> QuerySet[Profile]:
    """At most 300 people whose terms weigh most in the directory's index, as rows with what the comparing reads.

    The index answers for the viewer's tier: what somebody hides brings them into no set, and so nobody else out of
    one. What is shown to groups alone is in no set either; it counts in the comparing.
    """
    tier = tier_of(viewer)
    keys = alike(_wanted(profile, viewer, tier), tier, without=profile.pk)
    rows = Profile.objects.visible_to(viewer).listed().filter(among, may_be_suggested_to(viewer), pk__in=keys)
    rows = rows.exclude(user=_key(viewer)).with_ties_to(viewer)
    return with_doors(comparable(rows), viewer)


def _wanted(profile: Profile, viewer: Any, tier: str) -> dict[Term, int]:
    """What the terms of others weigh: the same as in `rules.compare`, as far as an index can tell."""
    sees = _eyes_on(profile, viewer)
    own = own_terms(profile) if _key(viewer) == profile.user_id else own_terms(profile, tier)
    wanted = {term: INDEX_WEIGHTS[term[0]] for term in own if term[0] in INDEX_WEIGHTS}
    subjects = [value for facet, value in own if facet == "expertise"]
    # Who looks for a subject has its words; whether it is a wish that holds them, the comparing finds out.
    wanted |= {("word", word): 1 for subject in subjects for word in words_of(subject.replace("-", " "))}
    if sees("looking_for"):
        wanted |= {("expertise", phrase): OFFERED for phrase in phrases(profile.looking_for_lines)}
    return wanted


# --- what is compared -------------------------------------------------------------------------------------------


def _eyes_on(profile: Profile, viewer: Any) -> Callable[[str], bool]:
    """Which fields of this profile `viewer` sees."""
    eyes = eyes_of(viewer, profile)
    return lambda name: rules.may_see(name, profile=profile, eyes=eyes)


def _many_valued(profiles: Iterable[Profile]) -> dict[int, dict[str, dict[str, str]]]:
    """Service lines, subjects and offers of all these people in one statement: slug to label."""
    keys = [profile.pk for profile in profiles]
    none = Value("", output_field=CharField())
    lines = Profile.service_lines.through.objects.filter(profile__in=keys)
    subjects = Expertise.objects.filter(content_object__in=keys)
    branches = (
        ("service_lines", lines, F("profile"), F("serviceline__slug"), F("serviceline__label")),
        ("ask_about", subjects, F("content_object"), F("tag__slug"), F("tag__name")),
        ("willing_to", ProfileOffer.objects.filter(profile__in=keys), F("profile"), F("what"), none),
    )
    first, *rest = (
        rows.order_by()
        .annotate(c_what=Value(what), c_of=of, c_slug=slug, c_label=label)
        .values_list("c_what", "c_of", "c_slug", "c_label")
        for what, rows, of, slug, label in branches
    )
    found: dict[int, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for what, of, slug, label in sorted(first.union(*rest, all=True)):
        found[of][what][slug] = label
    return found


def _traits(profile: Profile, sees: Callable[[str], bool], rows: dict[str, dict[str, str]]) -> Traits:
    """What the viewer sees of this person; a field that is hidden from them is empty."""
    organisation, stage = profile.organisation, profile.stage
    level = organisation.level if organisation and sees("level") else None
    country = organisation.country if organisation and sees("country") else None
    return Traits(
        organisation=(organisation.slug if organisation else profile.organisation_proposed)
        if sees("organisation")
        else "",
        level=level.slug if level else "",
        level_label=level.label if level else "",
        country=country.code if country else "",
        country_name=country.name if country else "",
        stage=stage.position if stage and sees("stage") else None,
        lines=rows["service_lines"] if sees("service_lines") else {},
        subjects=rows["ask_about"] if sees("ask_about") else {},
        wishes=profile.looking_for_lines if sees("looking_for") else (),
        willing_to=frozenset(rows["willing_to"]) if sees("willing_to") else frozenset(),
        languages=tuple(profile.languages) if sees("languages") else (),
        zone=profile.user.zone if sees("time_zone") else None,
    )


def _key(viewer: Any) -> int:
    return getattr(viewer, "pk", None) or 0


# --- what is missing --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    """A field of one's own profile that is empty and would bring more peers, and the address that leads to it."""

    words: Any
    url: str


_GAPS = {
    "service_lines": gettext_lazy("Tick the service lines you work on"),
    "looking_for": gettext_lazy("Say what you are looking for"),
    "ask_about": gettext_lazy("Say what you can be asked about"),
    "stage": gettext_lazy("Say at which stage you are"),
    "languages": gettext_lazy("Tick the languages you speak"),
}


def gaps(me: Traits) -> list[Gap]:
    """What somebody could still say, the weightiest first."""
    said = {
        "service_lines": bool(me.lines),
        "looking_for": bool(me.wishes),
        "ask_about": bool(me.subjects),
        "stage": me.stage is not None,
        "languages": bool(me.languages),
    }
    edit = reverse("members:edit")
    return [Gap(words, f"{edit}#id_{name}") for name, words in _GAPS.items() if not said[name]]


def set_aside_by(user: Any) -> list[PersonCard]:
    """Whom somebody said "not now" of, by name; whoever is gone meanwhile is left out."""
    others = SetAside.objects.visible_to(user).values("other")
    rows = Profile.objects.visible_to(user).with_card_data().with_ties_to(user).filter(user__in=others)
    return [see_card(profile, user) for profile in rows.order_by("sort_name", "pk")]
