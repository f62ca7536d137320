"""Who may read a case, and what a case lacks before others may read it. Pure: no query but on the given case."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.outline import LESSONS, SECTIONS, SOURCES, TEACHING_QUESTIONS, Section
from portal.core.rules import is_member, is_staff_member

# A source mark in a text, "[gao-2015]"; not the words of a link, "[see](https://...)".
MARKER = re.compile(r"(?<!\\)\[([a-z0-9]+(?:-[a-z0-9]+)*)\](?![(\[])")

# Addresses below /cases/ that are no case, now or later.
RESERVED_SLUGS = frozenset({"evidence", "history", "new", "feed", "saved"})

_FIELDS_OF_BOTH = ("title", "one_line", "place", "jurisdiction_level")
_FIELDS_OF_A_WRITE_UP = ("scope_of_sharing", "organisational_model", "mandate", "stage", "period")
_LISTS_OF_A_WRITE_UP = ("service_lines", "funding_models")


def standing_of(case: Any) -> str:
    """Where staff have put the case beside its drafts: "", archived, withdrawn or hidden."""
    standing = getattr(case, "standing", None)
    return standing.state if standing else ""


def is_author(user: Any, case: Any) -> bool:
    """The credited author, while a member."""
    return is_member(user) and case.author_id is not None and case.author_id == user.pk


def can_read(user: Any, case: Any) -> bool:
    """Whether `user` may read the whole case; the same rule as `Case.objects.visible_to`."""
    if is_staff_member(user) or is_author(user, case):
        return True
    if not case.live or standing_of(case) in {"withdrawn", "hidden"}:
        return False
    return case.audience == "public" or is_member(user)


def sees_teaser(user: Any, case: Any) -> bool:
    """Whether `user` sees title and summary of a case they may not read; as `Case.objects.teased_to`."""
    return (
        case.live
        and case.teaser
        and case.audience == "members"
        and standing_of(case) not in {"withdrawn", "hidden"}
        and not can_read(user, case)
    )


def wants_advice(case: Any, today: Any) -> bool:
    """Whether the author still asks: there is a question, and its date has not passed."""
    return bool(case.advice_question) and (case.advice_until is None or case.advice_until >= today)


def words_in(text: str) -> int:
    """How many words a section has; source marks do not count."""
    return len(MARKER.sub("", text).split())


def markers_in(case: Any) -> list[str]:
    """The source keys that the texts of a case name, each once, in the order of reading."""
    found = (key for section in SECTIONS for key in MARKER.findall(getattr(case, section.name)))
    return list(dict.fromkeys(found))


def missing_for_publication(case: Any) -> list[str]:
    """What a case lacks before it may be published, as sentences; empty when nothing does.

    A write-up needs every required field, a result with its source, and two sources; a documented brief needs
    title, one line, place, context, a lesson and two sources. Every source mark has to lead to a source.
    """
    is_write_up = case.form == "write_up"
    fields = _FIELDS_OF_BOTH + (_FIELDS_OF_A_WRITE_UP if is_write_up else ())
    found = [_sentence(case, name) for name in fields if not getattr(case, name)]
    if is_write_up:
        found += [_sentence(case, name) for name in _LISTS_OF_A_WRITE_UP if not getattr(case, name).all()]
    required = [section for section in SECTIONS if section.name == "context" or (is_write_up and section.required)]
    found += [
        _("Write the section “%(section)s”.") % {"section": section.label}
        for section in required
        if not getattr(case, section.name).strip()
    ]
    found += _missing_rows(case, is_write_up=is_write_up)
    return found + _loose_ends(case)


def _sentence(case: Any, name: str) -> str:
    label = case._meta.get_field(name).verbose_name
    return _("Fill in “%(field)s”.") % {"field": capfirst(label)}


def _missing_rows(case: Any, *, is_write_up: bool) -> list[str]:
    found = []
    lessons, questions = len(case.lessons.all()), len(case.teaching_questions.all())
    fewest = LESSONS[0] if is_write_up else 1
    if lessons < fewest:
        found.append(ngettext("Add a lesson.", "Have at least %(count)d lessons.", fewest) % {"count": fewest})
    if is_write_up and questions < TEACHING_QUESTIONS[0]:
        found.append(_("Have at least %(count)d teaching questions.") % {"count": TEACHING_QUESTIONS[0]})
    if is_write_up and not any(row.is_evidence for row in case.results.all()):
        found.append(_("Add a result with figures and its source."))
    if len(case.sources.all()) < SOURCES:
        found.append(_("Name at least %(count)d sources.") % {"count": SOURCES})
    return found


def _loose_ends(case: Any) -> list[str]:
    keys = [source.key for source in case.sources.all()]
    found = []
    unknown = [key for key in markers_in(case) if key not in keys]
    if unknown:
        found.append(
            ngettext(
                "The mark %(marks)s in the text leads to no source.",
                "The marks %(marks)s in the text lead to no source.",
                len(unknown),
            )
            % {"marks": _listed(f"[{key}]" for key in unknown)}
        )
    rows = [*case.timeline.all(), *case.results.all()]
    strays = dict.fromkeys(row.source for row in rows if row.source and row.source not in keys)
    if strays:
        found.append(_("Timeline or results name a source that is not listed: %(keys)s.") % {"keys": _listed(strays)})
    twice = dict.fromkeys(key for key in keys if keys.count(key) > 1)
    if twice:
        found.append(_("Two sources have the same key: %(keys)s.") % {"keys": _listed(twice)})
    return found


def _listed(words: Iterable[str]) -> str:
    return get_text_list(list(words), _("and"))


def advice_on_length(case: Any) -> list[str]:
    """What a writer should look at again, though it stops nobody from publishing: too short, too long, unused."""
    found = []
    if case.form == "write_up":
        found += [_length(section, getattr(case, section.name)) for section in SECTIONS]
        lessons, questions = len(case.lessons.all()), len(case.teaching_questions.all())
        if lessons > LESSONS[1]:
            found.append(_("Readers remember %(most)d lessons at most.") % {"most": LESSONS[1]})
        if questions > TEACHING_QUESTIONS[1]:
            found.append(_("A class discusses %(most)d questions at most.") % {"most": TEACHING_QUESTIONS[1]})
    cited = {*markers_in(case), *(row.source for row in [*case.timeline.all(), *case.results.all()])}
    unused = [source.key for source in case.sources.all() if source.key not in cited]
    if unused:
        found.append(_("No text refers to these sources: %(keys)s.") % {"keys": _listed(unused)})
    return [sentence for sentence in found if sentence]


def _length(section: Section, text: str) -> str:
    words, (fewest, most) = words_in(text), section.words
    if not words or fewest <= words <= most:
        return ""
    return _("“%(section)s” has %(words)d words; %(fewest)d to %(most)d read best.") % {
        "section": section.label,
        "words": words,
        "fewest": fewest,
        "most": most,
    }
