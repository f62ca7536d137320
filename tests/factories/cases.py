"""Cases for tests: complete unless a test takes something away, published by two people as everywhere."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from cases import operations
from cases.models import Case, Lesson, Result, Source, TeachingQuestion, TimelineEvent
from members.models import User
from portal.taxonomy import models as taxonomy
from tests.factories.members import UserFactory

_numbers = count(1)
_WORDS = {
    "jurisdiction_level": (taxonomy.JurisdictionLevel, "county"),
    "scope_of_sharing": (taxonomy.ScopeOfSharing, "across-agencies"),
    "organisational_model": (taxonomy.OrganisationalModel, "lead-agency"),
    "mandate": (taxonomy.Mandate, "voluntary"),
    "stage": (taxonomy.Stage, "run"),
}
_MANY = {
    "service_lines": (taxonomy.ServiceLine, ["payroll"]),
    "challenges": (taxonomy.Challenge, ["finance-funding"]),
    "funding_models": (taxonomy.FundingModel, ["fee-for-service"]),
}
_SECTIONS = (
    "context",
    "challenge",
    "decision",
    "governance",
    "funding",
    "change_management",
    "what_did_not_work",
)


def editor() -> User:
    """A member of staff who edits."""
    return UserFactory(is_staff=True)


def rows(**lists: Any) -> dict[str, list[Any]]:
    """The rows a complete write-up has; a list given by name replaces one."""
    usual = {
        "lessons": [Lesson(text=f"Lesson {n}", for_whom="Managers", when="At once") for n in (1, 2, 3)],
        "teaching_questions": [TeachingQuestion(text=f"What would you do in year {n}?") for n in (1, 2, 3)],
        "timeline": [TimelineEvent(date="2019-04", event="It began", source="audit-2020")],
        "results": [
            Result(measure="Cost of a payslip", before=14, after=9, unit="USD", currency="USD", source="audit-2020")
        ],
        "sources": [
            Source(key="audit-2020", title="Audit of 2020", publisher="Audit office", date="2020-06"),
            Source(key="report-2021", title="Yearly report", publisher="Agency", url="https://agency.example/2021"),
        ],
    }
    found = usual | lists
    for values in found.values():
        for position, row in enumerate(values):
            row.sort_order = position
    return found


def new(**fields: Any) -> Case:
    """A complete write-up, not saved. Vocabulary is given by slug; `words_` of sections by their names."""
    number = next(_numbers)
    form = fields.get("form", "write_up")
    usual: dict[str, Any] = {
        "slug": f"case-{number}",
        "title": f"Case number {number}",
        "one_line": f"What happened in case {number}.",
        "place": "Lower Plains",
        "country": "GB",
        "period": "2019, running",
        "context": f"Context of case {number} [audit-2020].",
        "author": None,
    }
    if form == "write_up":
        usual |= {name: f"About {name} [report-2021]." for name in _SECTIONS[1:]}
    lists = {name: fields.pop(name) for name in rows() if name in fields}
    many = {name: fields.pop(name, slugs) for name, (_model, slugs) in _MANY.items()}
    subjects = fields.pop("subjects", [])
    fields = {name: _word(name, value) for name, value in fields.items()}
    defaults = {name: _word(name, slug) for name, (_model, slug) in _WORDS.items()}
    case = Case(**{**usual, **defaults, **fields})
    for name, slugs in many.items():
        setattr(case, name, list(_MANY[name][0].objects.filter(slug__in=slugs)))
    for name, values in rows(**lists).items():
        setattr(case, name, values)
    if subjects:
        case.subjects.set(subjects)
    return case


def _word(name: str, value: Any) -> Any:
    if name in _WORDS and isinstance(value, str):
        return _WORDS[name][0].objects.get(slug=value)
    return value


def draft(by: User | None = None, at: datetime | None = None, **fields: Any) -> Case:
    """A saved draft that `by` wrote."""
    case = new(**fields)
    operations.save_draft(case=case, by=by or editor(), at=at or timezone.now())
    return case


def published(at: datetime | None = None, by: User | None = None, **fields: Any) -> Case:
    """A case that one member of staff wrote and another published."""
    at = at or timezone.now() - timedelta(days=1)
    case = draft(at=at, **fields)
    return operations.publish(case=case, by=by or editor(), at=at)


def put(case: Case, state: str, by: User | None = None) -> Case:
    """Archived, withdrawn or hidden."""
    operations.decide(case=case, state=state, reason="Because.", by=by or editor(), at=timezone.now())
    return Case.objects.get(pk=case.pk)


def stage_cases() -> None:
    """One case in each state that the matrix of permissions names."""
    published(slug="public-case")
    published(slug="members-case", audience="members")
    published(slug="teaser-case", audience="members", teaser=True)
    draft(slug="draft-case")
    put(published(slug="withdrawn-case"), "withdrawn")
    put(published(slug="hidden-case"), "hidden")
