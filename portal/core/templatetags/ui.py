"""`{% load ui %}`: icons, people, charts, seals and form fields, drawn the same everywhere.

Names and everything else that people typed is escaped here and set apart (`<bdi>`), so that a name in another
direction of writing cannot rearrange its neighbours.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.core import charts, seals
from portal.core.cards import PersonCard

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "icons"
ICON_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# Icons that point along the line of text: mirrored where text runs from right to left.
DIRECTIONAL = frozenset({"chevron-right", "chevron-left", "send", "log-out", "external-link", "list-filter"})
FACES_SHOWN = 5
AVATAR_PIXELS = {"s": 32, "m": 42, "xl": 104}

LEVELS: dict[str, tuple[Any, str]] = {
    "national": (gettext_lazy("National"), '<path d="M8 1 15 8 8 15 1 8Z"/>'),
    "state": (gettext_lazy("State or province"), '<path d="M2 2h12v12H2Z"/>'),
    "county": (gettext_lazy("County or region"), '<path d="M8 1.5 15.2 14H.8Z"/>'),
    "local": (gettext_lazy("City or town"), '<circle cx="8" cy="8" r="6.5"/>'),
    "partner": (
        gettext_lazy("Research or provider partner"),
        '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="3.4"/>',
    ),
}


@lru_cache(maxsize=256)
def _icon_body(name: str) -> str:
    if not ICON_NAME.match(name) or not (ICONS / f"{name}.svg").is_file():
        msg = f"There is no icon named {name!r} in portal/core/icons."
        raise LookupError(msg)
    source = re.sub(r"<!--.*?-->", "", (ICONS / f"{name}.svg").read_text(encoding="utf-8"), flags=re.DOTALL)
    body = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
    inner = re.sub(r"\s+", " ", body.group(1) if body else "").strip()
    return inner.replace("> <", "><").replace(" />", "/>")


@register.simple_tag
def icon(name: str, cls: str = "") -> SafeString:
    """A line icon, hidden from assistive technology: the words beside it say what it means.

    Raises LookupError for an icon that is not in `portal/core/icons`.
    """
    classes = " ".join(part for part in ("icon", "icon--dir" if name in DIRECTIONAL else "", cls) if part)
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">{}</svg>',
        classes,
        mark_safe(_icon_body(name)),  # noqa: S308 -- our own files
    )


@register.simple_tag
def lvl(mark: str) -> SafeString:
    """The shape of a jurisdiction level; nothing for a mark that is not one. Its word stands beside it."""
    if mark not in LEVELS:
        return SafeString("")
    return format_html(
        '<svg class="lvl lvl--{}" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        mark,
        mark_safe(LEVELS[mark][1]),  # noqa: S308 -- our own shapes
    )


@register.simple_tag
def mapmark(spot: Any) -> SafeString:
    """A level's shape on a drawing. `spot`: its mark, and the corner and side of its square in the drawing's pixels."""
    return format_html(
        '<svg class="map__mark lvl--{}" x="{}" y="{}" width="{}" height="{}" viewBox="0 0 16 16">{}</svg>',
        *(spot.mark, _exact(spot.x), _exact(spot.y), _exact(spot.side), _exact(spot.side)),
        mark_safe(LEVELS[spot.mark][1]),  # noqa: S308 -- our own shapes
    )


def _exact(number: float) -> str:
    """As SVG wants it, whatever the language."""
    return f"{number:g}"


@register.simple_tag
def lvlname(mark: str) -> str:
    """The word for a jurisdiction mark, in the active language."""
    return str(LEVELS[mark][0]) if mark in LEVELS else ""


@register.simple_tag
def flag(label: Any, tone: str = "plain") -> SafeString:
    """A state in words. `tone`: call (needs something), good, info, bad or plain."""
    return format_html('<span class="flag flag--{}">{}</span>', tone, label)


# --- people ---------------------------------------------------------------------------------------


@register.simple_tag
def avatar(card: PersonCard, size: str = "m") -> SafeString:
    """A photo, or initials on the person's colour, with the shape of their level. `size`: s, m or xl."""
    shape = lvl(card.mark)
    pixels = AVATAR_PIXELS.get(size, AVATAR_PIXELS["m"])
    face = card.initials
    if card.photo:
        face = format_html(
            '<img class="avatar__img" src="{}" alt="" width="{px}" height="{px}" loading="lazy" decoding="async">',
            card.photo,
            px=pixels,
        )
    return format_html(
        '<span class="avatar avatar--{} hue-{}" aria-hidden="true">{}{}</span>',
        size,
        card.hue,
        face,
        format_html('<span class="avatar__lvl">{}</span>', shape) if shape else "",
    )


def _name(card: PersonCard, cls: str) -> SafeString:
    if card.url:
        return format_html('<a class="{}" href="{}"><bdi>{}</bdi></a>', cls, card.url, card.name)
    return format_html('<span class="{}"><bdi>{}</bdi></span>', cls, card.name)


def _kind(card: PersonCard) -> SafeString:
    return format_html(' <span class="kind">{}</span>', card.kind_label) if card.shows_kind else SafeString("")


@register.simple_tag
def person(card: PersonCard) -> SafeString:
    """A name inside a sentence: a link where the profile is visible, and the kind of who studies or sells."""
    return format_html("{}{}", _name(card, "person-name"), _kind(card))


@register.simple_tag
def byline(card: PersonCard, extra: Any = "", size: str = "m") -> SafeString:
    """Who stands behind something: avatar, name, kind, role and organisation; `extra` is a third line."""
    work = card.place_of_work
    return format_html(
        '<div class="byline">{}<div class="byline__text">{}{}{}{}</div></div>',
        avatar(card, size),
        _name(card, "byline__name"),
        _kind(card),
        format_html('<span class="byline__role"><bdi>{}</bdi></span>', work) if work else "",
        format_html('<span class="byline__extra">{}</span>', extra) if extra else "",
    )


@register.simple_tag
def faces(cards: Iterable[PersonCard], more: int = 0, label: Any = "", show: int = FACES_SHOWN) -> SafeString:
    """A row of avatars read out as names: the first `show` of them, the rest and `more` as a number."""
    people = list(cards)
    shown, rest = people[:show], max(0, len(people) - show) + int(more)
    if not shown:
        return SafeString("")
    names = ", ".join(card.name for card in shown)
    if rest:
        words = ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", rest)
        names = words % {"names": names, "count": rest}
    return format_html(
        '<span class="faces" role="img" aria-label="{}">{}{}</span>',
        label or names,
        format_html_join("", "{}", ((avatar(card, "s"),) for card in shown)),
        format_html('<span class="faces__more">+{}</span>', rest) if rest else "",
    )


# --- charts and seals -----------------------------------------------------------------------------


@register.simple_tag
def bar(percent: charts.Number, cls: str = "", height: int = 8) -> SafeString:
    """A bar of progress; hidden from assistive technology, so the number stands beside it."""
    return format_html(
        '<svg class="{}" width="100%" height="{h}" aria-hidden="true" focusable="false">'
        '<rect class="bar__bg" width="100%" height="{h}" rx="2"/>'
        '<rect class="bar__fg" width="{}%" height="{h}" rx="2"/></svg>',
        f"bar {cls}".strip(),
        f"{charts.scale(percent, 0, 100):.4g}",
        h=int(height),
    )


@register.simple_tag
def dumbbell(
    before: charts.Number,
    after: charts.Number,
    low: charts.Number | None = None,
    high: charts.Number | None = None,
) -> SafeString:
    """Before and after as two dots on one line, scaled from zero; the numbers stand in the same row."""
    first, second = charts.dumbbell_positions(before, after, low=low, high=high)
    return format_html(
        '<svg class="dumb" width="100%" height="24" aria-hidden="true" focusable="false">'
        '<line class="dumb__axis" x1="0" x2="100%" y1="12" y2="12"/>'
        '<line class="dumb__link" x1="{}%" x2="{}%" y1="12" y2="12"/>'
        '<circle class="dumb__before" cx="{}%" cy="12" r="6"/>'
        '<circle class="dumb__after" cx="{}%" cy="12" r="7"/></svg>',
        *(f"{value:.4g}" for value in (min(first, second), max(first, second), first, second)),
    )


@register.simple_tag
def seal_url(slug: str) -> str:
    """The address of the seal drawn from a slug."""
    return seals.seal_address(slug)


@register.simple_tag
def seal(slug: str, size: str = "m") -> SafeString:
    """The seal of a group or a kit: ornament beside its name. `size`: m or l."""
    pixels = 136 if size == "l" else 72
    return format_html(
        '<img class="{}" src="{}" alt="" width="{px}" height="{px}" decoding="async">',
        "seal seal--l" if size == "l" else "seal",
        seals.seal_address(slug),
        px=pixels,
    )


# --- forms ----------------------------------------------------------------------------------------


@register.filter
def field_kind(bound: BoundField) -> str:
    """How a field is laid out: check, group (radios, checkboxes), set (several inputs), hidden or plain."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "group"
    return "set" if isinstance(widget, (forms.MultiWidget, forms.SelectDateWidget)) else "plain"


@register.filter
def field_target(bound: BoundField) -> str:
    """The id that a link in the error summary leads to: the input itself, or the first one of a group."""
    if field_kind(bound) == "group":
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def _widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, (forms.Select, forms.SelectDateWidget)):
        return "select select--multiple" if getattr(widget, "allow_multiple_selected", False) else "select"
    if isinstance(widget, forms.FileInput):
        return "input input--file"
    return "" if isinstance(widget, forms.CheckboxInput) else "input"


@register.simple_tag
def widget(bound: BoundField) -> SafeString:
    """The control of a field alone, with the portal's class added to its own."""
    own = bound.field.widget.attrs.get("class", "")
    classes = f"{_widget_class(bound.field.widget)} {own}".strip()
    return bound.as_widget(attrs={"class": classes} if classes else None)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A whole field: label, hint, error, control (`components/field.html`)."""
    return bound.as_field_group()


def _problems(form: forms.BaseForm, row: int | None = None) -> list[dict[str, str]]:
    found = [{"target": "", "label": "", "message": message} for message in form.non_field_errors()]
    for bound in form:
        label = str(bound.label)
        if row is not None:
            label = _("Row %(number)d, %(label)s") % {"number": row, "label": label}
        target = "" if bound.is_hidden else field_target(bound)
        found += [{"target": target, "label": label, "message": message} for message in bound.errors]
    return found


@register.inclusion_tag("components/form_errors.html")
def form_errors(*sources: forms.BaseForm | forms.BaseFormSet) -> dict[str, Sequence[dict[str, str]]]:
    """The summary above a form: what to check, each with a link to its field. Takes forms and formsets."""
    problems: list[dict[str, str]] = []
    for source in sources:
        if not source.is_bound:
            continue
        if isinstance(source, forms.BaseFormSet):
            problems += [{"target": "", "label": "", "message": text} for text in source.non_form_errors()]
            for number, form in enumerate(source.forms, start=1):
                problems += _problems(form, number)
        else:
            problems += _problems(source)
    return {"problems": problems}


# --- places ---------------------------------------------------------------------------------------


@register.inclusion_tag("components/crumbs.html")
def crumbs(*steps: Any) -> dict[str, list[tuple[Any, Any]]]:
    """The way here: title, address, title, address, ..., last the title of this page.

    It begins at the home page, whether that is named or not.
    """
    titles, addresses = steps[::2], [*steps[1::2], ""]
    home = [] if addresses[0] == "/" else [(_("Home"), "/")]
    return {"trail": [*home, *zip(titles, addresses, strict=False)]}


@register.simple_tag(takes_context=True)
def sign_in_url(context: template.Context) -> str:
    """Sign in and come back here.

    Without a way back from the account pages themselves, and from the answer to a form.
    """
    address, request = reverse("account_login"), context.get("request")
    if request is None or request.method != "GET" or request.path in ("/", address):
        return address
    if request.path.startswith("/accounts/"):
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"
