"""Every component in every state, on one page: for whoever builds pages, and for the eye that compares."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.messages import constants as level
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from portal.core.cards import EntryCard, FileCard, Flag, MeetingCard, PersonCard, Step, Tab
from portal.core.listing import Chip, Facet, Option, Page
from portal.core.policies import PUBLIC
from portal.core.templatetags.ui import LEVELS

GROUNDS = ["paper", "surface", "sunken", "ink", "ink-2", "rule", "brand", "brand-tint", "band"]
SIGNALS = ["call", "call-tint", "good", "bad", "info"]
TYPES = [
    ("t-4xl", "A statement, once a page at most"),
    ("t-3xl", "The title of a page or a case"),
    ("t-2xl", "A section of a long text"),
    ("t-xl", "A list heading or an entry"),
    ("t-l", "A small heading in a rail"),
]
THEMES = ("light", "dark")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Full name"), help_text=_("As your colleagues write it."))
    mail = forms.EmailField(label=_("E-mail address"))
    about = forms.CharField(label=_("About your work"), widget=forms.Textarea, required=False)
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("Europe/Bucharest", "Bucharest"), ("America/Lima", "Lima")]
    )
    level = forms.ChoiceField(
        label=_("Where you work"),
        choices=[(mark, words) for mark, (words, shape) in LEVELS.items()],
        widget=forms.RadioSelect,
        help_text=_("Choose the level that pays you."),
    )
    lines = forms.MultipleChoiceField(
        label=_("Service lines"),
        choices=[("finance", "Finance"), ("hr", "Human resources"), ("it", "Information technology")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(label=_("A file"), required=False)
    agree = forms.BooleanField(label=_("I have read the code of conduct"), help_text=_("It fits on one page."))


class AgendaRow(forms.Form):
    """A row of a formset."""

    title = forms.CharField(label=_("Title"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1)


AgendaRows = forms.formset_factory(AgendaRow, extra=0)

PEOPLE = [
    PersonCard(
        name="Theodora Okafor-Lind",
        url="#t",
        mark="state",
        role="Deputy comptroller",
        organisation="State of Calloway",
    ),
    PersonCard(
        name="Bram Halvorsen",
        url="#b",
        mark="county",
        role="Director of shared services",
        organisation="Tamarack County",
    ),
    PersonCard(
        name="Ilinca Dragomirescu-Țara",
        mark="national",
        role="Programme director",
        organisation="Common Services Agency",
    ),
    PersonCard(
        name="Edmund Vasquez-Ruhl",
        url="#e",
        mark="partner",
        role="Research fellow",
        organisation="Institute for Public Operations",
        kind="researcher",
        kind_label=_("Researcher"),
    ),
    PersonCard(
        name="Ottilie Brandvold",
        url="#o",
        mark="partner",
        role="Practice lead",
        organisation="Fjellstrand Advisory",
        kind="provider",
        kind_label=_("Provider"),
    ),
    PersonCard(name="نور القاسم", url="#n", mark="local", role="Head of payments", organisation="Port Everly"),
]


def _entries() -> list[EntryCard]:
    return [
        EntryCard(
            title="One payroll for eleven agencies, without a missed pay day",
            url="#case",
            dek="Calloway moved 38,000 employees onto a single payroll. Two agencies now want to leave.",
            mark="state",
            meta=["State or province", "Calloway, United States", "Payroll"],
            flags=[Flag(label="Advice wanted", tone="call")],
            foot=["Run", "Reviewed 12 November 2026"],
        ),
        EntryCard(
            title="Charging back without a revolt: a tariff customers could read",
            url="#case-2",
            dek="Wealdshire replaced a 212-line recharge with nine prices.",
            mark="county",
            meta=["County or region", "Wealdshire, United Kingdom", "Finance"],
            foot=["Improve", "Reviewed 3 November 2026"],
        ),
    ]


def _meetings() -> list[MeetingCard]:
    zone = ZoneInfo("Europe/Bucharest")
    first = datetime(2026, 12, 3, 18, 0, tzinfo=zone)
    late = datetime(2026, 12, 8, 23, 30, tzinfo=zone)
    hour = timedelta(hours=1)
    return [
        MeetingCard(
            title="Case clinic: two agencies want out",
            url="#m",
            start=first,
            end=first + hour,
            zone=zone,
            kind="Case clinic",
            note="47 going",
        ),
        MeetingCard(
            title="Identity across agencies",
            url="#m2",
            start=late,
            end=late + hour,
            zone=zone,
            kind="Working group",
            flags=[Flag(label="Draft")],
        ),
    ]


def _facets() -> list[Facet]:
    marks = ("national", "state", "county", "local")
    levels = [Option(mark, str(LEVELS[mark][0]), 8 - i, i == 1, "#", mark) for i, mark in enumerate(marks)]
    stages = [Option(value, value.title(), 4, selected=False, url="#") for value in ("plan", "run")]
    return [Facet("level", "Jurisdiction", levels), Facet("stage", "Stage", stages, open=False)]


def _forms() -> dict[str, Any]:
    wrong = {
        "rows-TOTAL_FORMS": "2",
        "rows-INITIAL_FORMS": "0",
        "rows-0-title": "Welcome",
        "rows-0-minutes": "5",
        "rows-1-title": "Exit clauses: do we recommend a formula?",
    }
    return {
        "empty_form": SampleForm(prefix="new"),
        "wrong_form": SampleForm(
            {"w-name": "Renske Oduya", "w-mail": "renske at example", "w-lines": ["hr"]}, prefix="w"
        ),
        "rows": AgendaRows(wrong, prefix="rows"),
    }


def _messages() -> list[Message]:
    return [
        Message(level.SUCCESS, "The agenda is published. 14 people will hear of it."),
        Message(level.INFO, "A newer version of this document exists."),
        Message(level.WARNING, "Reply by today so that the chair can plan."),
        Message(level.ERROR, "The file is larger than 20 MB. Split it, or send us a link."),
    ]


def _lists() -> dict[str, Any]:
    return {
        "entries": _entries(),
        "files": [
            FileCard(title="Cost baseline workbook", url="#f", meta="XLSX, 210 KB", icon="file-spreadsheet"),
            FileCard(title="Service-level agreement", url="#g", meta="DOCX, 41 KB"),
        ],
        "facts": [("Service", "Payroll, time and leave"), ("Stage", "Run"), ("Sponsor", "State comptroller")],
        "stats": [("$11.4m", "net present value"), ("29%", "rate of return"), ("3.1", "years to pay back")],
        "tabs": [Tab(label="Overview", url="#1", current=True), Tab(label="Meetings", url="#2")],
        "steps": [
            Step(label="Clear filters", url="#c"),
            Step(label="Start a case", url="#d", tone="call", icon="plus"),
        ],
        "facets": _facets(),
        "chips": [Chip("State or province", "#x"), Chip("Payroll", "#y")],
        "sorts": [("new", "Newest review", True), ("title", "Title", False)],
        "page": Page(rows=[], total=18, next_url="#next", first_url="#first"),
    }


@PUBLIC
def gallery(request: HttpRequest) -> HttpResponse:
    """The component gallery; `?theme=dark` or `light` overrides the system's. Mounted in development only."""
    theme, meetings = request.GET.get("theme", ""), _meetings()
    context = {
        "theme": theme if theme in THEMES else "",
        "swatches": [*GROUNDS, *SIGNALS],
        "types": TYPES,
        "levels": [(mark, words) for mark, (words, shape) in LEVELS.items()],
        "people": PEOPLE,
        "meetings": meetings,
        "clinic": meetings[0],
        "lima": ZoneInfo("America/Lima"),
        "sydney": ZoneInfo("Australia/Sydney"),
        "messages": _messages(),
        **_lists(),
        **_forms(),
    }
    return render(request, "core/gallery.html", context)
