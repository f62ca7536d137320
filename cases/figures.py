"""Results in words and as a chart: what the numbers of a case say, never adding what cannot be added."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_PERCENT = {"percent", "%", "per cent"}


def results(rows: Sequence[Any], numbers: Mapping[str, int]) -> dict[str, Any] | None:
    """The chart's rows with a sentence above them, and the table; None for a case without results."""
    if not rows:
        return None
    drawn = [row for row in rows if row.before is not None and row.after is not None]
    return {
        "finding": _finding(drawn),
        "realised": [_metric(row) for row in drawn if row.kind == "realised"],
        "planned": [_metric(row) for row in drawn if row.kind == "planned"],
        "table": [_line(row, numbers) for row in rows],
    }


def _finding(rows: Sequence[Any]) -> str:
    """How many measures went the right way, said before they are shown."""
    realised = [row for row in rows if row.kind == "realised"]
    if not realised:
        return _("Planned figures only: nothing has been measured yet.") if rows else ""
    better = sum(1 for row in realised if row.improved)
    words = ngettext(
        "%(better)d of %(all)d measure improved.", "%(better)d of %(all)d measures improved.", len(realised)
    )
    return words % {"better": better, "all": len(realised)}


def _metric(row: Any) -> dict[str, Any]:
    """One row of the chart, drawn from zero to the larger value: it compares before with after, never two rows."""
    unit = row.unit.strip()
    said = not unit or unit.lower() in _PERCENT or unit.lower() in row.measure.lower()
    return {
        "name": row.measure if said else f"{row.measure} ({unit})",
        "before": row.before,
        "after": row.after,
        "before_text": _value(row, row.before),
        "after_text": _value(row, row.after),
    }


def _line(row: Any, numbers: Mapping[str, int]) -> dict[str, Any]:
    money = row.currency
    if row.currency and row.price_year:
        money = _("%(currency)s, prices of %(year)s") % {"currency": row.currency, "year": row.price_year}
    return {
        "measure": row.measure,
        "before": _value(row, row.before),
        "after": _value(row, row.after),
        "unit": " · ".join(part for part in (row.unit, money) if part),
        "date": day(row.date),
        "kind": row.get_kind_display(),
        "verified": row.get_verified_display(),
        "source": numbers.get(row.source),
    }


def _value(row: Any, value: Decimal | None) -> str:
    if value is None:
        return "–"
    fraction = value != value.to_integral_value()
    text = number_format(value, decimal_pos=2 if row.currency and fraction else None, force_grouping=True)
    return f"{text}%" if row.unit.strip().lower() in _PERCENT else text


def day(written: str) -> str:
    """A partial date in words: "2003", "October 2003", "17 October 2003"; as written when it is none."""
    parts = written.split("-") if written else []
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 2:  # noqa: PLR2004 -- year and month
            return date_format(date(*numbers, 1), "YEAR_MONTH_FORMAT")
        if len(numbers) == 3:  # noqa: PLR2004 -- year, month and day
            return date_format(date(*numbers), "DATE_FORMAT")
    except ValueError:
        return written
    return written
