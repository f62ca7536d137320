"""Reads about introductions: what one of the two is told, and what the community is told in sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from members.introductions import rules
from members.introductions.rules import Obstacle, Shown
from members.models import Introduction, Profile, User
from members.queries import cards_by_user
from members.reach.conditions import with_doors
from portal.core.cards import PersonCard

PAST_SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class SeenIntroduction:
    """An introduction as one of the two sees it. `other` is None when they are no longer to be seen.

    `address` is the other's, and only there after a yes.
    """

    pk: int
    url: str
    mine: bool
    other: PersonCard | None
    purpose: str
    asked_at: datetime
    closes_at: datetime
    shown: Shown
    answerable: bool
    withdrawable: bool
    address: str = ""
    asks_help: bool = False
    helped: str = ""


@dataclass(frozen=True)
class Listed:
    """The page of all introductions of one member."""

    received: Sequence[SeenIntroduction]
    asked: Sequence[SeenIntroduction]
    made: Sequence[SeenIntroduction]
    past: Sequence[SeenIntroduction]

    @property
    def any(self) -> bool:
        """Whether there has ever been one."""
        return bool(self.received or self.asked or self.made or self.past)


def address_of(person: Any) -> str:
    """The address that a member shows by agreeing to an introduction: the one for work, or that of the account."""
    profile = getattr(person, "profile", None)
    return (profile.contact_email if profile else "") or person.email


def see(rows: Iterable[Introduction], viewer: Any, at: datetime) -> list[SeenIntroduction]:
    """Introductions through the eyes of one of the two; one query for the cards of all the others."""
    found = list(rows)
    others = {row.person_id if rules.is_asker(row, viewer) else row.asker_id for row in found}
    cards = cards_by_user(others, viewer)
    return [_see(row, viewer, cards, at) for row in found]


def _see(row: Introduction, viewer: Any, cards: dict[int, PersonCard], at: datetime) -> SeenIntroduction:
    mine = rules.is_asker(row, viewer)
    other = row.person if mine else row.asker
    card, shown = cards.get(other.pk), rules.shown_to(row, viewer, at)
    helped = row.asker_says if mine else row.person_says
    return SeenIntroduction(
        pk=row.pk,
        url=reverse("members:introduction", kwargs={"pk": row.pk}),
        mine=mine,
        other=card,
        purpose=row.purpose,
        asked_at=row.asked_at,
        closes_at=row.asked_at + rules.ANSWER_WITHIN,
        shown=shown,
        answerable=not mine and shown is Shown.WAITING and card is not None,
        withdrawable=mine and shown is Shown.WAITING,
        address=address_of(other) if shown is Shown.ACCEPTED and card else "",
        asks_help=not helped and rules.may_say_whether_it_helped(row, at),
        helped=helped,
    )


def listed(viewer: Any, at: datetime) -> Listed:
    """Everything of one member, what waits first."""
    rows = (
        Introduction.objects.visible_to(viewer)
        .select_related("asker__profile", "person__profile")
        .order_by("-asked_at", "-pk")
    )
    seen = see(rows[: PAST_SHOWN * 2], viewer, at)
    waiting = [each for each in seen if each.shown is Shown.WAITING]
    made = [each for each in seen if each.shown is Shown.ACCEPTED]
    past = [each for each in seen if each.shown not in {Shown.WAITING, Shown.ACCEPTED}]
    received = [each for each in waiting if each.answerable]
    return Listed(received, [each for each in waiting if each.mine], made, past[:PAST_SHOWN])


def waiting_for(person: Any, at: datetime) -> QuerySet[Introduction]:
    """Requests that this person can answer, of people who are still members."""
    still_there = Q(asker__is_active=True, asker__standing=User.Standing.MEMBER)
    return Introduction.objects.filter(still_there, person=person).answerable(at)


def with_waiting(profiles: QuerySet[Profile], at: datetime) -> QuerySet[Profile]:
    """Each row with what waits for its owner: `asked_of_them` requests, `to_look_back` introductions of a month ago.

    The same rules as `waiting_for`, as numbers in the query that reads the profile anyway.
    """
    still_there = Q(asker__is_active=True, asker__standing=User.Standing.MEMBER)
    asked = Introduction.objects.filter(still_there, person=OuterRef("user")).answerable(at)
    theirs = Q(asker=OuterRef("user"), asker_says="") | Q(person=OuterRef("user"), person_says="")
    made = Introduction.objects.filter(theirs, state=Introduction.State.ACCEPTED, settled_at__lte=at - rules.HELP_AFTER)
    return profiles.annotate(asked_of_them=_number(asked), to_look_back=_number(made))


def _number(rows: QuerySet[Introduction]) -> Coalesce:
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def open_asks(person: Any, at: datetime) -> int:
    """How many of the three places are taken."""
    return Introduction.objects.filter(asker=person).unanswered_for_asker(at).count()


def obstacle(*, person: User, by: User, at: datetime) -> Obstacle | None:
    """Why `by` cannot ask `person`, or None. What hides behind NOT_OPEN is the other's business."""
    if person.pk == by.pk:
        return Obstacle.SELF
    between = list(Introduction.objects.between(by, person).order_by("-asked_at", "-pk"))
    found = _from_before(between, by, at)
    if found:
        return found
    doors = with_doors(Profile.objects.visible_to(by).filter(user=person), by).values_list(
        "takes_introductions", flat=True
    )
    if not any(doors):
        return Obstacle.NOT_OPEN
    return Obstacle.FULL if open_asks(by, at) >= rules.OPEN_AT_ONCE else None


def _from_before(between: Sequence[Introduction], by: User, at: datetime) -> Obstacle | None:
    """What stands in the way of who have asked each other before."""
    if any(row.state == Introduction.State.ACCEPTED for row in between):
        return Obstacle.KNOWN
    if any(rules.shown_to(row, by, at) is Shown.WAITING for row in between):
        return Obstacle.WAITING
    lately = [row for row in between if rules.is_asker(row, by) and row.asked_at + rules.AGAIN_AFTER > at]
    return Obstacle.AGAIN if lately else None


# --- what came of them ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """Sums over all introductions. `answers` and `helped` are 0 while they would tell what single people said."""

    made: int
    answers: int
    helped: int


def figures() -> Figures:
    """How many were made, and how many of those who answered say that it helped."""
    yes = Introduction.Helped.YES
    counted = Introduction.objects.filter(state=Introduction.State.ACCEPTED).aggregate(
        made=Count("pk"),
        asker_said=Count("pk", filter=~Q(asker_says="")),
        person_said=Count("pk", filter=~Q(person_says="")),
        asker_yes=Count("pk", filter=Q(asker_says=yes)),
        person_yes=Count("pk", filter=Q(person_says=yes)),
    )
    answers = counted["asker_said"] + counted["person_said"]
    if answers < rules.FEWEST_ANSWERS:
        return Figures(counted["made"], 0, 0)
    return Figures(counted["made"], answers, counted["asker_yes"] + counted["person_yes"])
