"""Cases, the rows that travel with their revisions, and what staff decide about them."""

from cases.models.case import Case, CaseSubject
from cases.models.rows import Lesson, Result, Source, TeachingQuestion, TimelineEvent
from cases.models.saved import SavedSearch, SearchTerm
from cases.models.standing import Approval, CaseStanding, CaseText
from cases.models.workflow import SecondPersonTask

__all__ = [
    "Approval",
    "Case",
    "CaseStanding",
    "CaseSubject",
    "CaseText",
    "Lesson",
    "Result",
    "SavedSearch",
    "SearchTerm",
    "SecondPersonTask",
    "Source",
    "TeachingQuestion",
    "TimelineEvent",
]
