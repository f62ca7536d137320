"""Reads: a case with its rows in few queries, and cases for the pages of others."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Revision

from cases import presentation, rules
from cases.facts import CasePublished
from cases.models import Case, Lesson, Result, Source, TeachingQuestion, TimelineEvent
from cases.presentation import Parts, Word
from cases.publication import is_first, news_if_published, reasons_against, searchable
from members.models import Subject
from members.spokespeople.queries import who_can_speak
from portal.core.cards import EntryCard
from portal.core.rules import is_member
from portal.discussions.queries import number_in
from portal.follows.models import Channel, Reach
from portal.notifications.hearing import with_hearing
from portal.notifications.queries import NOBODY, Told, who_will_be_told
from portal.taxonomy.models import Challenge, FundingModel, ServiceLine

RELATED = 3
# What else tells of a new case.
ALERTS = ("cases.fits-a-search", "cases.on-a-challenge")
_TEXT_COLUMNS = (
    "context",
    "challenge",
    "options_considered",
    "decision",
    "governance",
    "funding",
    "technology",
    "change_management",
    "what_did_not_work",
    "editor_note",
    "advice_background",
)


def readable(slug: str, user: Any) -> Case | None:
    """The case that `user` may read, with what its page joins; None for hidden and for missing."""
    cases = with_hearing(Case.objects.visible_to(user).filter(slug=slug), user)
    cases = cases.annotate(discussions=number_in("channel"))
    return cases.select_related(
        "jurisdiction_level",
        "scope_of_sharing",
        "organisational_model",
        "mandate",
        "stage",
        "channel",
        "standing",
        "author__profile",
    ).first()


def page_of(case: Case, user: Any) -> dict[str, Any]:
    """The context of a case's page for `user`."""
    parts = parts_of(case)
    followable = case.channel.audience != Reach.STAFF
    return presentation.case_page(
        case,
        parts,
        viewer=user,
        related=related_to(case, parts, user),
        speakers=who_can_speak(user, timezone.now(), lines=[line.slug for line in parts.service_lines]),
        hears=case if followable and is_member(user) else None,
        discussions=case.discussions if followable else None,
    )


def teased(slug: str, user: Any) -> Case | None:
    """The case whose title and summary `user` may see, though not the rest."""
    return Case.objects.teased_to(user).filter(slug=slug).first()


def teaser_of(case: Case) -> EntryCard:
    """Title and summary, and nothing else."""
    return EntryCard(title=case.title, url=case.get_absolute_url(), dek=case.one_line)


def is_withdrawn_for(slug: str, user: Any) -> bool:
    """Whether this address led `user` to a case that has since been withdrawn."""
    case = Case.objects.filter(slug=slug, standing__state="withdrawn").select_related("standing").first()
    if case is None or case.first_published_at is None:
        return False
    return case.audience == Case.Audience.PUBLIC or case.teaser or is_member(user)


def parts_of(case: Case) -> Parts:
    """The rows of a published case, in four queries."""
    words, texts = _words(case), _texts(case)
    return Parts(
        service_lines=words["service_lines"],
        challenges=words["challenges"],
        funding_models=words["funding_models"],
        subjects=[word.label for word in words["subjects"]],
        lessons=[Lesson(text=a, for_whom=b, when=c) for a, b, c in texts["lessons"]],
        teaching_questions=[TeachingQuestion(text=a) for a, _b, _c in texts["questions"]],
        timeline=[TimelineEvent(event=a, date=b, source=c) for a, b, c in texts["timeline"]],
        results=list(Result.objects.filter(case=case).order_by("sort_order", "pk")),
        sources=list(Source.objects.filter(case=case).order_by("sort_order", "pk")),
    )


def _words(case: Case) -> dict[str, list[Word]]:
    """The vocabulary rows and subjects of a case, in one query."""
    vocabularies = {"service_lines": ServiceLine, "challenges": Challenge, "funding_models": FundingModel}
    branches: list[Any] = [
        model.objects.filter(cases=case).values_list(Value(name), "position", "slug", "label")
        for name, model in vocabularies.items()
    ]
    subjects = Subject.objects.filter(cases__content_object=case)
    branches.append(subjects.values_list(Value("subjects"), Value(0), "slug", "name"))
    found = defaultdict(list)
    for name, _position, slug, label in sorted(branches[0].union(*branches[1:], all=True)):
        found[name].append(Word(slug=slug, label=label))
    return found


def _texts(case: Case) -> dict[str, list[tuple[str, str, str]]]:
    """Lessons, questions and timeline, which are nothing but text, in one query."""
    lessons = Lesson.objects.filter(case=case).values_list(
        Value("lessons"), "sort_order", "pk", "text", "for_whom", "when"
    )
    questions = TeachingQuestion.objects.filter(case=case).values_list(
        Value("questions"), "sort_order", "pk", "text", Value(""), Value("")
    )
    timeline = TimelineEvent.objects.filter(case=case).values_list(
        Value("timeline"), "sort_order", "pk", "event", "date", "source"
    )
    found = defaultdict(list)
    rows = [branch.order_by() for branch in (lessons, questions, timeline)]
    for name, _order, _pk, *texts in sorted(rows[0].union(*rows[1:], all=True), key=lambda row: row[:3]):
        found[name].append(tuple(texts))
    return found


def related_to(case: Case, parts: Parts, user: Any) -> list[EntryCard]:
    """Up to three listed cases that share most with this one: service lines count double, then challenge and level."""
    lines = _shared("service_lines", [word.slug for word in parts.service_lines])
    challenges = _shared("challenges", [word.slug for word in parts.challenges])
    level = When(jurisdiction_level=case.jurisdiction_level_id, then=1)
    same_level = models.Case(level, default=0, output_field=IntegerField())
    cases = (
        Case.objects.visible_to(user)
        .listed()
        .exclude(pk=case.pk)
        .annotate(likeness=2 * lines + challenges + same_level)
        .filter(likeness__gt=0)
        .order_by("-likeness", "-first_published_at", "-pk")
    )
    return [
        EntryCard(
            title=other.title,
            url=other.get_absolute_url(),
            mark=other.jurisdiction_level.mark if other.jurisdiction_level else "",
            dek=presentation.place_line(other),
        )
        for other in cases.select_related("jurisdiction_level").defer(*_TEXT_COLUMNS)[:RELATED]
    ]


def _shared(field: str, slugs: list[str]) -> Coalesce:
    """How many of these words a case has, as a number to order by."""
    through = getattr(Case, field).through
    word = {"service_lines": "serviceline", "challenges": "challenge"}[field]
    same = through.objects.filter(**{"case": OuterRef("pk"), f"{word}__slug__in": slugs}).order_by()
    counted = same.values("case").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def for_lists(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The joins that an entry needs, without the long texts."""
    return (
        cases.select_related("jurisdiction_level", "stage", "author")
        .prefetch_related("service_lines")
        .defer(*_TEXT_COLUMNS)
    )


def entries(cases: QuerySet[Case]) -> list[EntryCard]:
    """Cases as entries of a list, in two queries."""
    today = timezone.localdate()
    return [presentation.entry(case, today=today) for case in for_lists(cases)]


def latest_cases(user: Any, limit: int) -> list[EntryCard]:
    """The newest cases of the library that `user` may read."""
    return entries(Case.objects.visible_to(user).listed().order_by("-first_published_at", "-pk")[:limit])


def counts_by_challenge(user: Any) -> dict[str, int]:
    """How many cases of the library `user` may read on each challenge, by its slug."""
    cases = Case.objects.visible_to(user).listed().filter(challenges__isnull=False).order_by()
    return dict(cases.values_list("challenges__slug").annotate(n=Count("pk", distinct=True)))


def cases_of_author(author: Any, viewer: Any, limit: int = 20) -> list[EntryCard]:
    """The published cases that credit `author` and that `viewer` may read, newest first."""
    cases = Case.objects.visible_to(viewer).published().filter(author=author)
    return entries(cases.order_by("-first_published_at", "-pk")[:limit])


def decision_on(case: Case) -> dict[str, str]:
    """What staff decided about the case, for the form in which they change it."""
    standing = getattr(case, "standing", None)
    return {"state": standing.state, "reason": standing.reason} if standing else {"state": "ordinary"}


def past_review(today: Any) -> QuerySet[Case]:
    """Published cases whose review date has passed, the longest overdue first."""
    return Case.objects.listed().filter(review_due__lt=today).order_by("review_due", "pk")


def may_still_read(case_id: int, person: Any) -> Case | None:
    """The case if it is published and `person` may read it: asked when a mail is about to be sent."""
    case = Case.objects.published().select_related("standing").filter(pk=case_id).first()
    return case if case and rules.can_read(person, case) else None


def draft_page_of(case: Case, user: Any) -> dict[str, Any]:
    """The newest draft as its page would be, with what stands against its publication by `user`."""
    draft, revision = case.get_latest_revision_as_object(), case.get_latest_revision()
    task_state = case.current_workflow_task_state
    return {
        **presentation.case_page(draft, presentation.parts_of_draft(draft), viewer=user, preview=True),
        "draft_id": case.pk,
        "in_review": task_state is not None,
        "written_by": revision.user if revision else None,
        "written_at": revision.created_at if revision else None,
        "against": reasons_against(case, revision, by=user) if revision else [],
        "first": is_first(case),
        "told": told_of(case, revision, by=user),
    }


@dataclass(frozen=True)
class _Coming(CasePublished):
    """A first publication that has not happened; the words to be searched for are at hand."""

    words: str = ""


def told_of(case: Case, revision: Revision | None, *, by: Any) -> Told:
    """Who hears of it if `by` publishes the revision now."""
    news = news_if_published(case, revision) if revision else None
    if revision is None or news is None:
        return NOBODY
    channel = Channel(pk=case.channel_id, audience=revision.content["audience"])
    if news.first:
        news = _Coming(**vars(news), words=searchable(revision.as_object()))
    return who_will_be_told(kind="cases.published", also=ALERTS, fact=news, by=by, channel=channel)
