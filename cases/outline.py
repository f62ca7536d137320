"""What a case holds, section by section: names, guidance for writers, and how long each should be.

One table for the editor, the rules of publication and the page, so that they cannot disagree.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """A section of the story. `words` is the range a write-up should keep; `required` counts for write-ups."""

    name: str
    label: Any
    heading: Any
    hint: Any
    words: tuple[int, int]
    required: bool = True

    @property
    def anchor(self) -> str:
        """The section's place on the page, for links to it."""
        return self.name.replace("_", "-")


SECTIONS = (
    Section(
        "context",
        _("Context"),
        _("The situation"),
        _("Where this happened, what there was before, and why it was no longer good enough."),
        (150, 400),
    ),
    Section(
        "challenge",
        _("Challenge"),
        _("What had to be decided"),
        _("What made it hard. End with the decision that somebody had to make."),
        (100, 300),
    ),
    Section(
        "options_considered",
        _("Options considered"),
        _("What else was considered"),
        _("The ways that were open, and what spoke against each."),
        (50, 300),
        required=False,
    ),
    Section("decision", _("Decision"), _("What was decided"), _("Who decided, when, and why."), (50, 250)),
    Section(
        "governance",
        _("Governance"),
        _("Who governs it"),
        _("Who decides about the service now, and how its customers are heard."),
        (80, 300),
    ),
    Section(
        "funding",
        _("Funding"),
        _("Who pays for it"),
        _("What it cost to build and what it costs to run, and who pays which part."),
        (80, 300),
    ),
    Section(
        "technology",
        _("Technology"),
        _("The technology"),
        _("Only what another government has to know to judge whether it could do the same."),
        (50, 250),
        required=False,
    ),
    Section(
        "change_management",
        _("Change management"),
        _("How people came along"),
        _("What was done for the people whose work changed, and how you knew that it worked."),
        (80, 300),
    ),
    Section(
        "what_did_not_work",
        _("What did not work"),
        _("What did not work"),
        _("What you would do in another order, or not at all."),
        (50, 250),
    ),
)
BY_NAME = {section.name: section for section in SECTIONS}

# How many of each a write-up should have.
LESSONS = (3, 7)
TEACHING_QUESTIONS = (3, 8)
SOURCES = 2

# What followers are told of a later revision: its sections, and these.
AGAIN, ADVICE, FACTS = "again", "advice", "facts"
CHANGES = {section.name: section.label for section in SECTIONS} | {
    "title": _("Title"),
    "one_line": _("Summary"),
    "lessons": _("Lessons"),
    "teaching_questions": _("Teaching questions"),
    "timeline": _("Timeline"),
    "results": _("Results"),
    "sources": _("Sources"),
    "editor_note": _("Editor’s note"),
    ADVICE: _("Advice wanted"),
    FACTS: _("Key facts"),
    AGAIN: _("Published again"),
}


def change_in(field: str) -> str:
    """The name under which a change in a field is told."""
    if field.startswith("advice_"):
        return ADVICE
    return field if field in CHANGES else FACTS
