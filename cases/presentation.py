"""A case as its page shows it: plain values made from the case and its rows.

The public page and the editor's preview are made by the same function. It asks the database for nothing but the
author's card; what it shows is handed to it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cases import figures, rules
from cases.outline import SECTIONS
from portal.core.cards import EntryCard, Flag, PersonCard
from portal.core.markdown import to_html
from portal.core.people import cards_for
from portal.core.templatetags.ui import lvl

_TAG = re.compile(r"(<[^>]*>)")


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of a vocabulary."""

    slug: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The rows around a case, wherever they were read."""

    service_lines: Sequence[Any] = ()
    challenges: Sequence[Any] = ()
    funding_models: Sequence[Any] = ()
    subjects: Sequence[str] = ()
    lessons: Sequence[Any] = ()
    teaching_questions: Sequence[Any] = ()
    timeline: Sequence[Any] = ()
    results: Sequence[Any] = ()
    sources: Sequence[Any] = ()


def parts_of_draft(case: Any) -> Parts:
    """The rows of a case that is in the editor, saved or not."""
    return Parts(
        service_lines=list(case.service_lines.all()),
        challenges=list(case.challenges.all()),
        funding_models=list(case.funding_models.all()),
        subjects=[tag.name for tag in case.subjects.all()],
        lessons=list(case.lessons.all()),
        teaching_questions=list(case.teaching_questions.all()),
        timeline=list(case.timeline.all()),
        results=list(case.results.all()),
        sources=list(case.sources.all()),
    )


def case_page(
    case: Any,
    parts: Parts,
    *,
    viewer: Any,
    related: Sequence[EntryCard] = (),
    speakers: Sequence[tuple[PersonCard, str]] = (),
    hears: Any = None,
    discussions: int | None = None,
    preview: bool = False,
) -> dict[str, Any]:
    """The context of `cases/case.html`. `speakers`: who can speak about it, and on what.

    `hears`: the row that tells what its viewer hears; None for who cannot. `discussions` is how many there are about
    the case, None where there can be none.
    """
    numbers = {source.key: number for number, source in enumerate(parts.sources, 1)}
    by = credit(case, viewer)
    return {
        "preview": preview,
        "case_id": case.pk,
        "slug": case.slug,
        "title": str(case),
        "one_line": case.one_line,
        "mark": case.jurisdiction_level.mark if case.jurisdiction_level else "",
        "kicker": [str(word) for word in (case.jurisdiction_level, *parts.service_lines, *parts.challenges) if word],
        "by": by,
        "credit": credit_line(case),
        "flags": _flags(case),
        "notes": _notes(case, viewer),
        "facts": _facts(case, parts),
        "ask": _ask(case, by),
        "sections": _sections(case, numbers),
        "results": figures.results(parts.results, numbers),
        "timeline": [_event(row, numbers) for row in parts.timeline],
        "lessons": parts.lessons,
        "questions": [row.text for row in parts.teaching_questions],
        "sources": [_source(row) for row in parts.sources],
        "editor_note": to_html(case.editor_note) if case.editor_note else "",
        "subjects": parts.subjects,
        "related": related,
        "speakers": speakers,
        "channel_id": case.channel_id,
        "hears": hears,
        "discussions": discussions,
        "published": case.first_published_at,
        "revised": _revised(case),
        "citation": _citation(case),
        "linked_data": "" if preview else linked_data(case, parts),
        "indexed": case.live and case.audience == "public" and not rules.standing_of(case),
    }


def credit(case: Any, viewer: Any) -> PersonCard | None:
    """Who is credited, as chosen at publication: public on a public case, whatever the profile's visibility.

    None where programme staff wrote it. A suspended or erased author is "Former member" unless a credit line was
    chosen.
    """
    if case.author_id is None:
        return PersonCard(name=case.credit) if case.credit else None
    if case.credit:
        return PersonCard(name=case.credit, key=str(case.author_id))
    seen = cards_for([case.author_id], viewer).get(case.author_id)
    if seen is not None:
        return seen
    if not case.author.is_member:
        return PersonCard(name=_("Former member"))
    profile = getattr(case.author, "profile", None)
    return PersonCard(
        name=case.author.name,
        key=profile.handle if profile else "",
        kind=profile.kind if profile else "",
        kind_label=profile.get_kind_display() if profile else "",
    )


def credit_line(case: Any) -> str:
    """The credit in one line of text, for lists, citations and data."""
    if case.credit:
        return case.credit
    if case.author_id is None:
        return _("Programme staff")
    return case.author.name if case.author.is_member else _("Former member")


def cite(html: str, numbers: Mapping[str, int]) -> SafeString:
    """Sanitised HTML with its source marks as numbered links to the list of sources.

    Marks that lead nowhere stay as they were written.
    """

    def link(match: re.Match[str]) -> str:
        number = numbers.get(match[1])
        if number is None:
            return match[0]
        label = _("Source %(number)d") % {"number": number}
        return format_html(
            '<sup class="cite"><a href="#source-{}" aria-label="{}">[{}]</a></sup>', number, label, number
        )

    pieces = _TAG.split(html)
    pieces[::2] = [rules.MARKER.sub(link, text) for text in pieces[::2]]
    return mark_safe("".join(pieces))  # noqa: S308 -- sanitised text between tags, and links made here


def _sections(case: Any, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"anchor": section.anchor, "heading": section.heading, "html": cite(to_html(text), numbers)}
        for section in SECTIONS
        if (text := getattr(case, section.name).strip())
    ]


def _flags(case: Any) -> list[Flag]:
    found = []
    if case.form == "brief":
        found.append(Flag(label=_("Documented brief")))
    if case.audience == "members":
        found.append(Flag(label=_("For members")))
    return found


def _notes(case: Any, viewer: Any) -> list[dict[str, str]]:
    """What a reader has to know before reading: invented, disguised, archived, not public."""
    found = []
    state = rules.standing_of(case)
    if state == "archived":
        found.append({"tone": "call", "text": _("Archived. It is kept for those who cite it, and no longer kept up.")})
    if state in {"withdrawn", "hidden"}:
        words = _("Withdrawn: only you and programme staff can read this. The reason: %(reason)s")
        if state == "hidden":
            words = _("Hidden: only you and programme staff can read this. The reason: %(reason)s")
        found.append({"tone": "bad", "text": words % {"reason": case.standing.reason}})
    if not case.live and not state:
        found.append({"tone": "info", "text": _("A draft: only its author and programme staff can read this.")})
    if case.illustrative:
        found.append(
            {"tone": "info", "text": _("An illustration: the place, its people and their papers are invented.")}
        )
    if case.disguised:
        found.append({"tone": "info", "text": _("Names or figures in this case were changed.")})
    return found


def place_line(case: Any) -> str:
    """Place and country: "Province of Westmark, Canada"; the country once where the place names it."""
    country = str(case.country.name) if case.country else ""
    if country and country in case.place:
        country = ""
    return ", ".join(part for part in (case.place, country) if part)


def _facts(case: Any, parts: Parts) -> list[tuple[str, Any]]:
    level = case.jurisdiction_level
    rows = [
        (_("Place"), place_line(case)),
        (_("Level"), format_html("{} {}", lvl(level.mark), level.label) if level else ""),
        (_("Service"), ", ".join(line.label for line in parts.service_lines)),
        (_("Stage"), case.stage),
        (_("Period"), case.period),
        (_("Size"), case.size),
        (_("Shared"), case.scope_of_sharing),
        (_("Organised as"), case.organisational_model),
        (_("Funded by"), ", ".join(model.label for model in parts.funding_models)),
        (_("Taking part is"), case.mandate),
    ]
    return [(name, value) for name, value in rows if value]


def _ask(case: Any, by: PersonCard | None) -> dict[str, Any] | None:
    if not rules.wants_advice(case, timezone.localdate()):
        return None
    return {
        "question": case.advice_question,
        "background": case.advice_background,
        "until": case.advice_until,
        "name": by.name if by else "",
        "url": by.url if by else "",
    }


def _event(row: Any, numbers: Mapping[str, int]) -> dict[str, Any]:
    return {"date": figures.day(row.date), "event": row.event, "source": numbers.get(row.source)}


def _source(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "url": row.url,
        "publisher": row.publisher,
        "date": figures.day(row.date),
        "kind": row.get_kind_display(),
        "accessed": row.accessed,
    }


def _revised(case: Any) -> Any:
    """When a later version went live; None on the day of the first."""
    first, last = case.first_published_at, case.last_published_at
    return last if first and last and last.date() > first.date() else None


def _citation(case: Any) -> str:
    """One line to copy into a paper."""
    return _("%(credit)s (%(year)s). “%(title)s”. %(community)s. %(url)s. Version of %(date)s.") % {
        "credit": credit_line(case),
        "year": (case.first_published_at or timezone.now()).year,
        "title": case,
        "community": settings.COMMUNITY["name"],
        "url": case.full_url if case.slug else "",
        "date": date_format(case.last_published_at or timezone.now(), "DATE_FORMAT"),
    }


def linked_data(case: Any, parts: Parts) -> SafeString | str:
    """schema.org for machines that read the page; for public cases alone, and nothing a visitor does not see."""
    if not (case.live and case.audience == "public") or rules.standing_of(case):
        return ""
    author = {"@type": "Person" if case.author_id else "Organization", "name": credit_line(case)}
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": case.title,
        "abstract": case.one_line,
        "url": case.full_url,
        "author": author,
        "publisher": {"@type": "Organization", "name": settings.COMMUNITY["name"]},
        "datePublished": case.first_published_at.isoformat() if case.first_published_at else None,
        "dateModified": case.last_published_at.isoformat() if case.last_published_at else None,
        "about": [line.label for line in parts.service_lines],
        "keywords": list(parts.subjects),
        "isAccessibleForFree": True,
        "citation": [source.title for source in parts.sources],
    }
    text = json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)
    # Inside <script> only these could end the element or start another.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return mark_safe(text)  # noqa: S308 -- escaped on the line above


def entry(case: Any, *, today: date) -> EntryCard:
    """A case in a list. Needs level, stage and author joined, and service lines prefetched."""
    flags = [Flag(label=_("Advice wanted"), tone="call")] if rules.wants_advice(case, today) else []
    if case.illustrative:
        flags.append(Flag(label=_("Illustration"), tone="info"))
    published = case.first_published_at
    level, lines = case.jurisdiction_level, list(case.service_lines.all())
    foot = [str(case.stage or ""), credit_line(case)]
    if published:
        foot.append(_("Published %(date)s") % {"date": date_format(published, "DATE_FORMAT")})
    return EntryCard(
        title=str(case),
        url=case.get_absolute_url(),
        dek=case.one_line,
        mark=level.mark if level else "",
        meta=[part for part in (str(level or ""), place_line(case), lines[0].label if lines else "") if part],
        flags=flags + _flags(case),
        foot=[part for part in foot if part],
    )
