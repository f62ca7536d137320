"""The home page of a visitor: true figures, the latest of everything that is public, and a way in.

Everything goes through `visible_to(user)`, so that the page shows what its reader could open, and counts the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases import presentation, rules
from cases.models import Case
from cases.queries import for_lists
from kits.models import Release
from kits.queries import latest_release
from members.models import JoinRequest, Profile
from portal.core.cards import EntryCard, MeetingCard, PersonCard
from portal.meetings import queries as meetings
from portal.meetings.models import Meeting
from portal.pages.models import HomePage, ProgrammePage
from portal.pages.queries import Numbered, as_numbered, programme_pages
from workinggroups.models import Membership, WorkingGroup
from workinggroups.queries import present

LATEST_CASES, NEXT_MEETINGS = 4, 3
# Enough to hold the next one of each group: there are three national groups at most, and few others.
MEETINGS_READ = 60


@dataclass(frozen=True)
class Figures:
    """How large the community is: what the line under the masthead says."""

    members: int
    countries: int
    cases: int
    groups: int


@dataclass(frozen=True)
class Ask:
    """A case whose author wants advice now."""

    question: str
    url: str
    subject: str
    asker: PersonCard | None
    place: str


@dataclass(frozen=True)
class GroupLine:
    """A working group with how many belong to it, and when it meets next."""

    slug: str
    title: str
    url: str
    purpose: str
    members: int
    meeting: MeetingCard | None


@dataclass(frozen=True)
class Programme:
    """The challenges with their cases counted, and the action items by number."""

    challenges: Sequence[Numbered]
    actions: Sequence[Numbered]


@dataclass(frozen=True)
class Front:
    """All that the visitor's home shows beside its words."""

    figures: Figures
    ask: Ask | None
    cases: Sequence[EntryCard]
    meetings: Sequence[MeetingCard]
    release: Release | None
    groups: Sequence[GroupLine]
    programme: Programme


def _number_of(rows: QuerySet[Any], what: str = "pk") -> Coalesce:
    """How many rows, as a number inside another query."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def library(user: Any) -> QuerySet[Case]:
    """The cases of the library that `user` may read."""
    return Case.objects.visible_to(user).listed()


def with_figures(pages: QuerySet[HomePage], user: Any) -> QuerySet[HomePage]:
    """The home page together with its figures, in the same query; `asked`: a request to join waits for an answer."""
    listed = Profile.objects.listed()
    return pages.annotate(
        members=_number_of(listed),
        countries=_number_of(listed.exclude(organisation=None), "organisation__country"),
        cases=_number_of(library(user)),
        groups=_number_of(_groups(user)),
        asked=Exists(JoinRequest.objects.open().filter(person_id=getattr(user, "pk", None))),
    )


def figures_of(page: Any) -> Figures:
    """The figures that came with the page."""
    return Figures(page.members, page.countries, page.cases, page.groups)


def front(page: Any, user: Any, at: datetime) -> Front:
    """The visitor's home in eight queries, the page with its figures included."""
    ask, latest = _cases(user, timezone.localdate(at))
    coming = list(meetings.coming(user, at).filter(state=Meeting.State.PUBLISHED)[:MEETINGS_READ])
    return Front(
        figures=figures_of(page),
        ask=ask,
        cases=latest,
        meetings=[meeting_line(meeting) for meeting in coming[:NEXT_MEETINGS]],
        release=latest_release(user),
        groups=_group_lines(user, coming),
        programme=_programme(user),
    )


def meeting_line(meeting: Meeting) -> MeetingCard:
    """A meeting outside its group's pages: with the name of the group."""
    card = meetings.card(meeting)
    return replace(card, kind=f"{card.kind}, {meeting.channel.title}")


def _cases(user: Any, today: date) -> tuple[Ask | None, list[EntryCard]]:
    """The newest cases, and the newest that wants advice, read together."""
    newest = library(user).order_by("-first_published_at", "-pk")
    asking = newest.exclude(advice_question="").filter(Q(advice_until=None) | Q(advice_until__gte=today))
    wanted = Q(pk__in=newest.values("pk")[:LATEST_CASES]) | Q(pk__in=asking.values("pk")[:1])
    rows = for_lists(Case.objects.filter(wanted)).select_related("author__profile")
    found = list(rows.order_by("-first_published_at", "-pk"))
    asker = next((case for case in found if rules.wants_advice(case, today)), None)
    latest = [presentation.entry(case, today=today) for case in found[:LATEST_CASES]]
    return _ask(asker, user) if asker else None, latest


def _ask(case: Case, user: Any) -> Ask:
    lines, asker = list(case.service_lines.all()), presentation.credit(case, user)
    return Ask(
        question=case.advice_question,
        url=case.get_absolute_url(),
        subject=lines[0].label if lines else "",
        asker=asker,
        # Where the asker's work is told, it says as much.
        place="" if asker and asker.place_of_work else presentation.place_line(case),
    )


def _groups(user: Any) -> QuerySet[WorkingGroup]:
    return WorkingGroup.objects.visible_to(user).filter(state=WorkingGroup.State.ACTIVE)


def _group_lines(user: Any, coming: Iterable[Meeting]) -> list[GroupLine]:
    soonest: dict[int, Meeting] = {}
    for meeting in coming:
        soonest.setdefault(meeting.channel_id, meeting)
    belonging = present(Membership.objects.filter(group=OuterRef("pk")))
    rows = _groups(user).annotate(members=_number_of(belonging)).order_by("title", "pk")
    return [
        GroupLine(
            slug=group.slug,
            title=group.title,
            url=group.get_absolute_url(),
            purpose=group.purpose,
            members=group.members,
            meeting=meetings.card(soonest[group.channel_id]) if group.channel_id in soonest else None,
        )
        for group in rows[:6]
    ]


def _programme(user: Any) -> Programme:
    """Challenges and action items in one query; a challenge's page has the slug of the challenge."""
    on_it = library(user).filter(challenges__slug=OuterRef("slug"))
    rows = programme_pages(user).exclude(part=ProgrammePage.Part.ELEMENT).annotate(cases=_number_of(on_it))
    challenges = [as_numbered(row, row.cases) for row in rows if row.part == ProgrammePage.Part.CHALLENGE]
    actions = [as_numbered(row) for row in rows if row.part == ProgrammePage.Part.ACTION]
    return Programme(challenges, actions)
