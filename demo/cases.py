"""The documented and the illustrative cases: written by one member of staff, published by another, as in real life.

Two drafts wait for review, so that the desk has something to do.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from cases import operations
from cases.models import Case, Lesson, Result, Source, TeachingQuestion, TimelineEvent
from cases.outline import SECTIONS
from demo.progress import Progress
from members.models import Organisation, Profile, User
from members.operations import make_staff, reindex
from members.rules import Audience, opened_to
from portal.taxonomy import models as taxonomy

CONTENT = Path(__file__).parent / "content"
STAFF = "staff@example.org"
EDITOR = {
    "name": "Marit Oyelaran-Voss",
    "email": "marit.oyelaran-voss@programme-office.example",
    "handle": "marit-oyelaran-voss",
    "role": "Case editor",
    "bio": "I turn long reports into short cases, and I ask for the source of every figure twice.",
}
WORDS = {
    "jurisdiction_level": taxonomy.JurisdictionLevel,
    "scope_of_sharing": taxonomy.ScopeOfSharing,
    "organisational_model": taxonomy.OrganisationalModel,
    "mandate": taxonomy.Mandate,
    "stage": taxonomy.Stage,
}
LISTS = {
    "service_lines": taxonomy.ServiceLine,
    "challenges": taxonomy.Challenge,
    "funding_models": taxonomy.FundingModel,
}
PLAIN = ("slug", "form", "illustrative", "title", "one_line", "place", "country", "period", "audience", "teaser")


def load(progress: Progress, now: datetime) -> None:
    """Publish the cases that are missing and hand in the two drafts, unless that has been done."""
    publisher, editor = User.objects.get(email=STAFF), _editor(now)
    known = set(Case.objects.values_list("slug", flat=True))
    published = [row for row in _read("cases") if row["slug"] not in known]
    for row in progress.each(published, "cases published"):
        _publish(row, editor, publisher, now)
    drafts = [row for row in _read("case_drafts") if row["slug"] not in known]
    for days, row in enumerate(progress.each(drafts, "drafts in review"), 2):
        hand = publisher if row["slug"] == "four-towns-one-garage" else editor
        _hand_in(row, hand, now - timedelta(days=days), now)


def _read(folder: str) -> list[dict[str, Any]]:
    """The files of a folder, the longest published first."""
    files = sorted((CONTENT / folder).glob("*.yaml"))
    rows = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    return sorted(rows, key=lambda row: -row.get("published_days_ago", 0))


@transaction.atomic
def _editor(now: datetime) -> User:
    """The other member of staff; nobody signs in as her."""
    person = User.objects.filter(email=EDITOR["email"]).first()
    if person is not None:
        return person
    person = User.objects.create_user(EDITOR["email"], name=EDITOR["name"], standing=User.Standing.MEMBER)
    Profile.objects.create(
        user=person,
        handle=EDITOR["handle"],
        role=EDITOR["role"],
        bio=EDITOR["bio"],
        organisation=Organisation.objects.filter(slug="programme-office").first(),
        shown_to=Audience.PUBLIC,
        audiences=opened_to(Audience.PUBLIC),
        member_since=now - timedelta(days=500),
    )
    make_staff(person=person)
    reindex(Profile.objects.filter(user=person))
    return person


@transaction.atomic
def _publish(row: dict[str, Any], editor: User, publisher: User, now: datetime) -> None:
    at = now - timedelta(days=row["published_days_ago"])
    case = _case(row, now)
    operations.save_draft(case=case, by=editor, at=at - timedelta(days=9))
    operations.publish(case=case, by=publisher, at=at)


@transaction.atomic
def _hand_in(row: dict[str, Any], by: User, at: datetime, now: datetime) -> None:
    case = _case(row, now)
    operations.save_draft(case=case, by=by, at=at)
    operations.submit_for_review(case=case, by=by, at=at)


def _case(row: dict[str, Any], now: datetime) -> Case:
    """An unsaved case from its file."""
    case = Case(**{name: row[name] for name in PLAIN})
    case.size, case.editor_note = row.get("size") or "", row.get("editor_note", "").strip()
    case.review_due = (now + timedelta(days=row["review_due_in_days"])).date()
    for section in SECTIONS:
        setattr(case, section.name, row["sections"].get(section.name, "").strip())
    for name, model in WORDS.items():
        setattr(case, name, model._default_manager.get(slug=row[name]) if row.get(name) else None)
    for name, model in LISTS.items():
        setattr(case, name, list(model._default_manager.filter(slug__in=row[name])))
    if row.get("author"):
        case.author = Profile.objects.select_related("user").get(handle=row["author"]).user
    _ask(case, row.get("advice_wanted"), now)
    _rows(case, row)
    case.subjects.set(row["subjects"])
    return case


def _ask(case: Case, wanted: dict[str, Any] | None, now: datetime) -> None:
    if wanted:
        case.advice_question, case.advice_background = wanted["question"], wanted["background"].strip()
        case.advice_until = (now + timedelta(days=wanted["until_in_days"])).date()


def _rows(case: Case, row: dict[str, Any]) -> None:
    case.lessons = [Lesson(sort_order=n, **each) for n, each in enumerate(row["lessons"])]
    case.teaching_questions = [
        TeachingQuestion(sort_order=n, text=text) for n, text in enumerate(row["teaching_questions"])
    ]
    case.timeline = [TimelineEvent(sort_order=n, **each) for n, each in enumerate(row["timeline"])]
    case.results = [Result(sort_order=n, **_figures(each)) for n, each in enumerate(row.get("results", []))]
    case.sources = [Source(sort_order=n, **each) for n, each in enumerate(row["sources"])]


def _figures(result: dict[str, Any]) -> dict[str, Any]:
    """YAML reads a bare yes or no as a truth value."""
    verified = {True: "yes", False: "no"}.get(result["verified"], result["verified"])
    return {**result, "verified": verified}
