"""Lists that stay cheap at any size: facets with capped counts, and pages by an opaque cursor.

There are no page numbers and no OFFSET: a page begins after the last row of the one before.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.timezone import is_aware

from portal.core.text import is_storable

COUNT_CAP = 1000
PAGE_SIZE = 20
LARGEST = 2**63 - 1  # what a column of whole numbers holds


@dataclass(frozen=True)
class Option:
    """One value of a facet: what it is called, how many rows it would leave, and the address that toggles it."""

    value: str
    label: str
    count: int
    selected: bool
    url: str
    mark: str = ""

    @property
    def shown_count(self) -> str:
        """The number as people read it: exact up to the cap, then "1,000+"."""
        return str(self.count) if self.count <= COUNT_CAP else f"{COUNT_CAP:,}+"


@dataclass(frozen=True)
class Facet:
    """A group of options under one name in the query string."""

    name: str
    label: str
    options: Sequence[Option]
    open: bool = True
    # A facet with more values than are shown has a box to find the others; what was typed into it, None without one.
    find: str | None = None
    nothing_found: bool = False


@dataclass(frozen=True)
class Chip:
    """A chosen filter and the address that takes it away."""

    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """The rows of one page and the address of the next; `total` is capped at COUNT_CAP."""

    rows: Sequence[Any]
    total: int
    next_url: str = ""
    first_url: str = ""
    facets: Sequence[Facet] = field(default_factory=tuple)
    chips: Sequence[Chip] = field(default_factory=tuple)

    @property
    def capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.total > COUNT_CAP


def capped_count(rows: QuerySet[Any]) -> int:
    """How many rows, counted up to COUNT_CAP + 1, so that a million rows cost no more than a thousand."""
    return rows.order_by()[: COUNT_CAP + 1].count()


def query_url(params: QueryDict, **changes: str | Sequence[str] | None) -> str:
    """The current query string with some parameters changed; the cursor is always dropped unless given."""
    query = params.copy()
    query.pop("after", None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        elif isinstance(value, str):
            query[name] = value
        else:
            query.setlist(name, list(value))
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


def toggle_url(params: QueryDict, name: str, value: str) -> str:
    """The address with one value of a facet switched on or off."""
    values = params.getlist(name)
    values = [each for each in values if each != value] if value in values else [*values, value]
    return query_url(params, **{name: values})


def encode_cursor(values: Sequence[Any]) -> str:
    """An opaque word for the place behind a row."""
    raw = json.dumps([str(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[str]:
    """The values of a cursor; 404 for one that this list did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise Http404 from error
    if not isinstance(values, list) or len(values) != length:
        raise Http404
    words = [str(value) for value in values]
    if not all(map(is_storable, words)):
        raise Http404
    return words


def keyset_page(
    rows: QuerySet[Any], *, order: Sequence[str], params: QueryDict, size: int = PAGE_SIZE
) -> tuple[list[Any], str]:
    """One page of `rows` in `order` (field names, "-" for descending, the last one unique) and the next cursor.

    Raises Http404 for a cursor that does not fit.
    """
    rows = behind_cursor(rows, order=order, params=params)
    found = list(rows.order_by(*order)[: size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], encode_cursor([_value(last, name.lstrip("-")) for name in order])


def behind_cursor(rows: QuerySet[Any], *, order: Sequence[str], params: QueryDict) -> QuerySet[Any]:
    """The rows after the place that `after=` names, all of them without one. Raises Http404 as `keyset_page` does."""
    values = cursor_values(rows, order=order, params=params)
    return rows.filter(_behind(order, values)) if values else rows


def cursor_values(rows: QuerySet[Any], *, order: Sequence[str], params: QueryDict) -> list[Any]:
    """What the columns of `order` hold at the place that `after=` names; nothing without one. Raises Http404."""
    cursor = params.get("after", "")
    words = decode_cursor(cursor, len(order)) if cursor else []
    return [_typed(_column(rows, name.lstrip("-")), word) for name, word in zip(order, words, strict=False)]


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row.isoformat() if hasattr(row, "isoformat") else row


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind the cursor: greater in the first differing field (or smaller when it descends)."""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        path = name.lstrip("-")
        condition |= equal & Q(**{f"{path}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{path: value})
    return condition


def _column(rows: QuerySet[Any], path: str) -> Any:
    """The field that says what values of `path` look like: an annotation's, or a model's."""
    if path in rows.query.annotations:
        return rows.query.annotations[path].output_field
    model = rows.model
    *through, last = path.split("__")
    for part in through:
        model = model._meta.get_field(part).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _typed(column: Any, value: str) -> Any:
    """The value as the column compares it; 404 for what the column could not hold."""
    try:
        typed = column.to_python(value)
        if isinstance(typed, datetime):
            typed = typed.astimezone(UTC) if is_aware(typed) else None
    except (ValidationError, ValueError, OverflowError) as error:
        raise Http404 from error
    if typed is None or (isinstance(typed, int) and abs(typed) > LARGEST):
        raise Http404
    return typed
