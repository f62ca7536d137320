"""The library: what a reader chose in the address, the cases that fit, and how many each further choice would leave.

Within one facet the choices are alternatives, between facets they add up. All numbers come from one query, counted
over what this reader may see; a choice that would leave nothing is not offered.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from cases import presentation, queries
from cases.models import Case
from members.folding import fold
from portal.core.cards import EntryCard
from portal.core.forms import SearchForm
from portal.core.listing import Chip, Facet, Option, Page, keyset_page, query_url, toggle_url

ILLUSTRATION = "illustration"
KINDS = {
    "write-up": gettext_lazy("Write-ups"),
    "brief": gettext_lazy("Documented briefs"),
    ILLUSTRATION: gettext_lazy("Illustrations (invented places)"),
}
FACETS = {
    "challenge": gettext_lazy("Challenge"),
    "level": gettext_lazy("Level"),
    "service": gettext_lazy("Service line"),
    "stage": gettext_lazy("Stage"),
    "country": gettext_lazy("Country"),
    "kind": gettext_lazy("Kind"),
    "advice": gettext_lazy("Advice"),
}
OPEN_FACETS = {"challenge", "level", "service", "advice"}
SORTS = {
    "newest": (gettext_lazy("Newest first"), ("-first_published_at", "-pk")),
    "title": (gettext_lazy("Title"), ("title", "pk")),
    "advice": (gettext_lazy("Advice wanted first"), ("-asks", "-first_published_at", "-pk")),
}
CHOICES_PER_FACET = 30
TEASERS = 6


@dataclass(frozen=True)
class Library:
    """One answer of the library: a page of entries with everything around it."""

    page: Page
    form: SearchForm
    text: str
    sorts: list[tuple[str, Any, bool]]
    among: int
    teasers: list[EntryCard] = field(default_factory=list)

    @property
    def status(self) -> int:
        """400 for a text that cannot be searched for; what was typed stays in the form."""
        return 200 if self.form.is_valid() else 400

    @property
    def problem(self) -> str:
        """What is wrong with the text; "" when nothing is."""
        return " ".join(self.form.errors.get("q", []))


@dataclass(frozen=True)
class Choice:
    """How many cases have a value, and what the value is called."""

    value: str
    label: str
    count: int
    position: int = 0
    mark: str = ""


def library(params: QueryDict, user: Any) -> Library:
    """The library for what stands in the address. Raises Http404 for a cursor that is not one of ours."""
    form = SearchForm(params)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    visible = Case.objects.visible_to(user).listed()
    chosen = {name: params.getlist(name)[:CHOICES_PER_FACET] for name in FACETS}
    found = matching(visible, text) if text else visible
    choices = _choices(visible, found, chosen)
    known = {name: {choice.value for choice in choices[name]} for name in FACETS}
    sort = params.get("sort", "") if params.get("sort") in SORTS else "newest"
    rows, cursor = _rows(_narrowed(found, chosen), sort, params)
    page = Page(
        rows=rows,
        total=choices["found"][0].count,
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url=query_url(params) if params.get("after") else "",
        facets=[_facet(name, choices[name], chosen[name], params) for name in FACETS],
        chips=_chips(text, choices, chosen, params),
    )
    untouched = not (text or params.get("after") or any(known[name] & set(chosen[name]) for name in FACETS))
    return Library(
        page=page,
        form=form,
        text=params.get("q", ""),
        sorts=[(value, label, value == sort) for value, (label, _order) in SORTS.items()],
        among=choices["all"][0].count,
        teasers=teasers(user) if untouched else [],
    )


def teasers(user: Any) -> list[EntryCard]:
    """Title and summary of cases for members, for those who are none yet."""
    cases = Case.objects.teased_to(user).listed().order_by("-first_published_at", "-pk")
    return [queries.teaser_of(case) for case in cases.only("title", "slug", "one_line")[:TEASERS]]


def matching(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases that hold every word of `text`, whatever its case and accents."""
    for word in fold(text).split():
        cases = cases.filter(searchable__text__contains=word)
    return cases


def still_asks() -> Q:
    """Cases whose author wants advice, and whose date for it has not passed."""
    open_still = Q(advice_until=None) | Q(advice_until__gte=timezone.localdate())
    return ~Q(advice_question="") & open_still


def _with_word(field_name: str, word: str, slugs: list[str], *, children: bool = False) -> Exists:
    wanted = Q(**{f"{word}__slug__in": slugs})
    if children:
        wanted |= Q(**{f"{word}__parent__slug__in": slugs})
    through = getattr(Case, field_name).through
    return Exists(through.objects.filter(wanted, case=OuterRef("pk")))


def _kinds(values: list[str]) -> Q:
    told = Q()
    for value in values:
        if value == ILLUSTRATION:
            told |= Q(illustrative=True)
        elif value in KINDS:
            told |= Q(illustrative=False, form=value.replace("-", "_"))
    return told or Q(pk=None)


_CONDITIONS = {
    "challenge": lambda values: _with_word("challenges", "challenge", values),
    "service": lambda values: _with_word("service_lines", "serviceline", values, children=True),
    "level": lambda values: Q(jurisdiction_level__slug__in=values),
    "stage": lambda values: Q(stage__slug__in=values),
    "country": lambda values: Q(country__in=values),
    "kind": _kinds,
    "advice": lambda values: still_asks() if "wanted" in values else Q(pk=None),
}


def _narrowed(cases: QuerySet[Case], chosen: dict[str, list[str]], *, without: str = "") -> QuerySet[Case]:
    for name, values in chosen.items():
        if values and name != without:
            cases = cases.filter(_CONDITIONS[name](values))
    return cases


def _rows(cases: QuerySet[Case], sort: str, params: QueryDict) -> tuple[list[EntryCard], str]:
    if sort == "advice":
        asks = Choose(When(still_asks(), then=1), default=0, output_field=IntegerField())
        cases = cases.annotate(asks=asks)
    try:
        found, cursor = keyset_page(queries.for_lists(cases), order=SORTS[sort][1], params=params)
    except ValueError as error:  # a number in the cursor that is none, a character that no database stores
        raise Http404 from error
    today = timezone.localdate()
    return [presentation.entry(case, today=today) for case in found], cursor


# --- numbers ----------------------------------------------------------------------------------------------------

_COLUMNS = ("group", "value", "label", "position", "mark", "count")


def _choices(visible: QuerySet[Case], found: QuerySet[Case], chosen: dict[str, list[str]]) -> dict[str, list[Choice]]:
    """Every value of every facet with the cases it has, in one query of many counted branches.

    Each facet is counted with all filters but its own. "found" and "all" are the totals.
    """
    rest = {name: _narrowed(found, chosen, without=name).order_by() for name in FACETS}
    line, parent = "service_lines", "service_lines__parent"
    branches = [
        _counted(visible.order_by(), "all"),
        _counted(_narrowed(found, chosen).order_by(), "found"),
        _counted(rest["challenge"], "challenge", "challenges"),
        _counted(rest["level"], "level", "jurisdiction_level", mark=F("jurisdiction_level__mark")),
        _counted(rest["stage"], "stage", "stage"),
        _grouped(
            rest["service"].filter(service_lines__isnull=False),
            "service",
            value=Coalesce(f"{parent}__slug", f"{line}__slug"),
            label=Coalesce(f"{parent}__label", f"{line}__label"),
            position=Coalesce(f"{parent}__position", f"{line}__position"),
        ),
        _grouped(rest["country"].exclude(country=""), "country", value=F("country")),
        _grouped(rest["kind"], "kind", value=kind_of()),
        _counted(rest["advice"].filter(still_asks()), "advice", value="wanted"),
    ]
    if chosen["service"]:
        # A part of a line ("payroll") is no choice by itself, but may have been chosen by a link.
        parts = rest["service"].filter(service_lines__slug__in=chosen["service"], service_lines__parent__isnull=False)
        branches.append(_counted(parts, "service", "service_lines"))
    counted = defaultdict(list)
    for group, value, label, position, mark, count in branches[0].union(*branches[1:], all=True):
        if group in {"all", "found"} or count:
            counted[group].append(Choice(value, label, count, position, mark))
    return _named(counted)


def _counted(
    cases: QuerySet[Case], group: str, relation: str = "", *, value: str = "", mark: Any = None
) -> QuerySet[Any]:
    """Counts by a vocabulary, or one total where there is none."""
    if not relation:
        return _grouped(cases, group, value=Value(value))
    return _grouped(
        cases.filter(**{f"{relation}__isnull": False}),
        group,
        value=F(f"{relation}__slug"),
        label=F(f"{relation}__label"),
        position=F(f"{relation}__position"),
        mark=mark,
    )


def _grouped(
    cases: QuerySet[Case], group: str, *, value: Any, label: Any = None, position: Any = None, mark: Any = None
) -> QuerySet[Any]:
    words = CharField()
    return cases.values_list(
        Value(group, output_field=words),
        Coalesce(value, Value(""), output_field=words),
        Coalesce(label, Value(""), output_field=words) if label is not None else Value("", output_field=words),
        position if position is not None else Value(0),
        mark if mark is not None else Value("", output_field=words),
    ).annotate(count=Count("pk", distinct=True))


def kind_of() -> Choose:
    """The value of the facet "kind" that a case has."""
    return Choose(
        When(illustrative=True, then=Value(ILLUSTRATION)),
        When(form=Case.Form.BRIEF, then=Value("brief")),
        default=Value("write-up"),
        output_field=CharField(),
    )


def _named(counted: dict[str, list[Choice]]) -> dict[str, list[Choice]]:
    """Labels for what is no vocabulary row, and each facet in its order."""
    for name, labels in (("country", dict(countries)), ("kind", KINDS), ("advice", {"wanted": _("Advice wanted")})):
        counted[name] = [replace(each, label=str(labels.get(each.value, each.value))) for each in counted[name]]
    kinds = list(KINDS)
    counted["kind"] = [replace(each, position=kinds.index(each.value)) for each in counted["kind"]]
    for name in FACETS:
        counted[name].sort(key=lambda each: (each.position, each.label.casefold()))
    for name in ("all", "found"):
        counted[name] = counted[name] or [Choice("", "", 0)]
    return counted


def in_words(name: str, value: str) -> str:
    """What to call a choice that no case has, or that was made elsewhere."""
    if name == "country":
        return str(countries.name(value) or value)
    if name == "advice":
        return _("Advice wanted")
    return str(KINDS.get(value) or value.replace("-", " ").capitalize())


def _facet(name: str, choices: list[Choice], chosen: list[str], params: QueryDict) -> Facet:
    # What was chosen stays on the form, also when nothing is left of it.
    gone = [value for value in dict.fromkeys(chosen) if value not in {choice.value for choice in choices}]
    options = [
        Option(
            value=choice.value,
            label=choice.label,
            count=choice.count,
            selected=choice.value in chosen,
            url=toggle_url(params, name, choice.value),
            mark=choice.mark,
        )
        for choice in [*choices, *(Choice(value, in_words(name, value), 0) for value in gone)]
    ]
    is_open = name in OPEN_FACETS or any(option.selected for option in options)
    return Facet(name=name, label=str(FACETS[name]), options=options, open=is_open)


def _chips(text: str, choices: dict[str, list[Choice]], chosen: dict[str, list[str]], params: QueryDict) -> list[Chip]:
    chips = [Chip(label=f"“{text}”", url=query_url(params, q=None))] if text else []
    for name in FACETS:
        labels = {choice.value: choice.label for choice in choices[name]}
        for value in dict.fromkeys(chosen[name]):
            label = labels.get(value) or in_words(name, value)
            chips.append(Chip(label=label, url=toggle_url(params, name, value)))
    return chips
