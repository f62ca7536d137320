"""The rows of an agenda between two pages: added, removed and moved by submit buttons, with all that was typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.meetings.forms import AgendaRowForm
from portal.meetings.models import AGENDA_LENGTH, AgendaItem

PREFIX = "rows"
Typed = dict[str, Any]
_COMMAND = re.compile(r"(?:(add-row|copy-last)|(remove|up|down)-(\d{1,3}))\Z")


@dataclass(frozen=True)
class Command:
    """What a button asks of the rows; `row` counts from 0."""

    verb: str
    row: int = 0


@dataclass(frozen=True)
class Moved:
    """The rows afterwards, which button or field has the focus, and a sentence on what happened."""

    rows: Sequence[Typed]
    focus: str
    said: str


def command_in(data: Mapping[str, Any]) -> Command | None:
    """The command of the button that was pressed; None when it was another button."""
    for name in data:
        match = _COMMAND.match(str(name))
        if match:
            return Command(match.group(1) or match.group(2), int(match.group(3) or 0))
    return None


def typed_rows(data: Mapping[str, Any]) -> list[Typed]:
    """The rows as they were typed, wrong or not."""
    try:
        total = int(data.get(f"{PREFIX}-TOTAL_FORMS", 0))
    except (TypeError, ValueError):
        total = 0
    names = AgendaRowForm.base_fields
    return [
        {name: data.get(f"{PREFIX}-{number}-{name}", "") for name in names}
        for number in range(max(0, min(total, AGENDA_LENGTH)))
    ]


def stored_rows(items: Sequence[AgendaItem], names: Mapping[int, str], *, skeleton: bool = False) -> list[Typed]:
    """The rows of an agenda as a host would type them; `skeleton` leaves out what belonged to that day."""
    return [
        {
            "title": item.title,
            "minutes": item.minutes,
            "kind": item.kind,
            "owner": names.get(item.owner_id or 0, item.owner_name),
            "notes": "" if skeleton else item.notes,
            "paper_url": "" if skeleton else item.paper_url,
            "item": "" if skeleton else item.pk,
        }
        for item in items
    ]


def blank() -> Typed:
    """A row with nothing in it."""
    return {"kind": AgendaItem.Kind.INFORM}


def is_blank(row: Typed) -> bool:
    """Whether nothing was typed into a row."""
    return not any(str(row.get(name) or "").strip() for name in AgendaRowForm.TYPED)


def carry_out(command: Command, rows: list[Typed]) -> Moved:
    """Do what a button asks; a command for a row that is not there changes nothing."""
    number, last = command.row, len(rows) - 1
    if command.verb == "add-row":
        return _added(rows)
    if command.verb == "remove" and number <= last:
        left = [*rows[:number], *rows[number + 1 :]]
        focus = f"remove-{min(number, len(left) - 1)}" if left else "add-row"
        return Moved(left, focus, _("Point %(number)d is removed.") % {"number": number + 1})
    if command.verb == "up" and 0 < number <= last:
        return _swapped(rows, number, number - 1)
    if command.verb == "down" and number < last:
        return _swapped(rows, number, number + 1)
    return Moved(rows, "add-row", "")


def _added(rows: list[Typed]) -> Moved:
    if len(rows) >= AGENDA_LENGTH:
        return Moved(rows, "add-row", _("An agenda holds at most %(number)d points.") % {"number": AGENDA_LENGTH})
    words = _("Point %(number)d is added.") % {"number": len(rows) + 1}
    return Moved([*rows, blank()], f"id_{PREFIX}-{len(rows)}-title", words)


def _swapped(rows: list[Typed], number: int, other: int) -> Moved:
    rows = list(rows)
    rows[number], rows[other] = rows[other], rows[number]
    verb, end, back = ("up", 0, "down") if other < number else ("down", len(rows) - 1, "up")
    focus = f"{back if other == end else verb}-{other}"
    words = _("Point %(number)d is now point %(other)d.") % {"number": number + 1, "other": other + 1}
    return Moved(rows, focus, words)


def minutes_in(rows: Sequence[Typed]) -> int:
    """The sum of the minutes typed so far; what is no number counts as nothing."""
    numbers = (str(row.get("minutes") or "").strip() for row in rows)
    return sum(int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 5)  # noqa: PLR2004 -- longer is a mistake
