"""The page on which a host writes a meeting: its form and rows, between the browser and one operation.

Every button submits the whole form. Those of the rows give the page back with everything kept; the others save.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.templatetags.when import clock_text, when_text, zone_label
from portal.follows.models import Channel
from portal.meetings import audiences, operations, queries, rows, rules
from portal.meetings.forms import AgendaFormSet, MeetingForm
from portal.meetings.models import Meeting
from portal.meetings.walltime import is_ambiguous

_KEY = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class Difference:
    """A field that two people saved differently."""

    label: Any
    theirs: str
    mine: str


class Editor:
    """One request to write `meeting`, or a new one of `channel` when it is None."""

    def __init__(self, request: HttpRequest, channel: Channel, meeting: Meeting | None = None) -> None:
        self.request, self.channel, self.meeting = request, channel, meeting
        self.at = timezone.now()
        self.owners = queries.owner_names(channel, request.user)

    def respond(self) -> HttpResponse:
        """The page, or the way on after saving."""
        if self.request.method != "POST":
            return self._page(self._form(self._initial()), self._formset(self._stored()))
        data = self.request.POST
        command = rows.command_in(data)
        if command is not None:
            return self._after(command, rows.typed_rows(data))
        form = MeetingForm(data, zones=self._zones())
        formset = AgendaFormSet(data, prefix=rows.PREFIX)
        if all([form.is_valid(), formset.is_valid()]):
            return self._save(form, formset)
        return self._page(form, formset)

    # --- what the page begins with ---

    def _initial(self) -> dict[str, Any]:
        source = self.meeting or queries.last_meeting(self.channel)
        habits = ("kind", "local_time", "zone", "minutes", "location_note")
        if source is None:
            zone = queries.viewer_zone(self.request.user)
            return {"zone": zone.key if zone else "UTC", "minutes": 60}
        if self.meeting is None:
            return {name: getattr(source, name) for name in habits}
        whole = {name: getattr(source, name) for name in (*habits, "title", "local_date", "purpose", "join_url")}
        return whole | {"version": source.version, "which": str(source.fold) if self._is_fold(source) else ""}

    def _is_fold(self, meeting: Meeting) -> bool:
        return is_ambiguous(meeting.starts_at, meeting.tz)

    def _stored(self, items: Sequence[Any] | None = None, *, skeleton: bool = False) -> list[rows.Typed]:
        if items is None:
            items = self.meeting.agenda.order_by("position", "pk") if self.meeting else []
        items = list(items)
        labels = {user_id: label for label, user_id in self.owners.items()}
        gone = {item.owner_id for item in items if item.owner_id} - set(labels)
        names = {**queries.people_named(gone), **labels} if gone else labels
        return rows.stored_rows(items, names, skeleton=skeleton)

    def _zones(self) -> tuple[str, ...]:
        mine = queries.viewer_zone(self.request.user)
        return (mine.key if mine else "", self.meeting.zone if self.meeting else "")

    def _form(self, initial: Mapping[str, Any]) -> MeetingForm:
        return MeetingForm(initial=dict(initial), zones=self._zones())

    def _formset(self, typed: Sequence[rows.Typed]) -> Any:
        return AgendaFormSet(initial=list(typed) or [rows.blank()], prefix=rows.PREFIX)

    # --- what a button does ---

    def _after(self, command: rows.Command, typed: list[rows.Typed]) -> HttpResponse:
        moved = self._copied(typed) if command.verb == "copy-last" else rows.carry_out(command, typed)
        initial = {name: self.request.POST.get(name, "") for name in MeetingForm.base_fields}
        formset = self._formset(moved.rows)
        for row in formset.forms:
            title = row.fields["title"].widget
            if moved.focus == f"id_{row.prefix}-title":
                title.attrs["autofocus"] = True
        return self._page(self._form(initial), formset, focus=moved.focus, said=moved.said)

    def _copied(self, typed: list[rows.Typed]) -> rows.Moved:
        last = self._stored(queries.last_agenda(self.channel, but=self.meeting), skeleton=True)
        kept = [row for row in typed if not rows.is_blank(row)]
        words = ngettext("%(n)d point is copied.", "%(n)d points are copied.", len(last)) % {"n": len(last)}
        return rows.Moved([*kept, *last], "add-row", words if last else _("There is no earlier agenda to copy."))

    def _save(self, form: MeetingForm, formset: Any) -> HttpResponse:
        lines = [row.row(self.owners) for row in formset.forms if row.has_changed()]
        try:
            meeting = self._write(form, lines)
        except operations.Conflict as conflict:
            return self._conflict(form, lines, conflict.current)
        except operations.NotPossible as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.meeting or self.channel.url)
        if "review" in self.request.POST:
            return redirect("meetings:publish", pk=meeting.pk, slug=meeting.slug)
        messages.success(self.request, self._saved(meeting))
        return redirect(meeting)

    def _write(self, form: MeetingForm, lines: Sequence[operations.Row]) -> Meeting:
        shared = {"details": form.details(), "rows": lines, "by": self.request.user, "at": self.at}
        if self.meeting is None:
            key = self.request.POST.get("key", "")
            key = key if _KEY.match(key) else secrets.token_hex(16)
            return operations.arrange(channel=self.channel, key=key, **shared)
        version = form.cleaned_data["version"] or 0
        return operations.change(meeting=self.meeting, version=version, **shared)

    def _saved(self, meeting: Meeting) -> str:
        if meeting.state == rules.DRAFT:
            return _("Saved as a draft; nobody was told.")
        moved = self.meeting is not None and rules.says_otherwise(self.meeting, meeting)
        told = audiences.of_change(meeting, by=self.request.user, at=self.at).people if moved else 0
        if not told:
            return _("Saved; nobody was told.")
        return ngettext(
            "Saved. %(n)d person will hear of the change.", "Saved. %(n)d people will hear of the change.", told
        ) % {"n": told}

    def _conflict(self, form: MeetingForm, lines: Sequence[operations.Row], current: Meeting) -> HttpResponse:
        """Both texts: theirs in a note, mine in the form, which now names the version it would replace."""
        data = self.request.POST.copy()
        data["version"] = str(current.version)
        again, formset = MeetingForm(data, zones=self._zones()), AgendaFormSet(data, prefix=rows.PREFIX)
        again.is_valid()
        theirs = self._stored(current.agenda.order_by("position", "pk"))
        context = {
            "at": self._clock(current.changed_at),
            "who": queries.people_named([current.changed_by_id or 0]).get(current.changed_by_id or 0, ""),
            "differences": _differences(form, current),
            "their_agenda": theirs if _lines(theirs) != _lines(rows.typed_rows(data)) else [],
        }
        return self._page(again, formset, conflict=context)

    def _clock(self, at: datetime) -> str:
        zone = queries.viewer_zone(self.request.user)
        return f"{clock_text(at, zone)}, {zone_label(zone, at)}"

    # --- the page ---

    def _page(self, form: MeetingForm, formset: Any, **more: Any) -> HttpResponse:
        typed = rows.typed_rows(formset.data) if formset.is_bound else [row.initial for row in formset.forms]
        minutes, length = rows.minutes_in(typed), rows.minutes_in([{"minutes": form["minutes"].value()}])
        context = {
            "form": form,
            "formset": formset,
            "meeting": self.meeting,
            "channel": self.channel,
            "owners": list(self.owners)[: queries.NAMES_OFFERED],
            "minutes": minutes,
            "length": length,
            "over": max(0, minutes - length) if length else 0,
            "told": self._told(),
            "key": self.request.POST.get("key") or secrets.token_hex(16),
            "focus": "",
            "said": "",
            "conflict": None,
            **more,
        }
        return render(self.request, "meetings/edit.html", context)

    def _told(self) -> Any:
        if self.meeting is None:
            return audiences.NOBODY
        return audiences.of_change(self.meeting, by=self.request.user, at=self.at)


def _lines(typed: Sequence[rows.Typed]) -> list[tuple[str, ...]]:
    names = ("title", "minutes", "kind", "owner", "notes", "paper_url")
    return [tuple(str(row.get(name) or "") for name in names) for row in typed if not rows.is_blank(row)]


def _differences(form: MeetingForm, current: Meeting) -> list[Difference]:
    """The details in which `current` is not what was typed, in words."""
    mine = Meeting(**vars(form.details()))
    found = []
    for name in ("title", "kind", "minutes", "purpose", "location_note", "join_url"):
        theirs, typed = (_shown(each, name) for each in (current, mine))
        if theirs != typed:
            found.append(Difference(form.fields[name].label, theirs, typed))
    mine.settle_moment()
    then, now = (when_text(each.starts_at, each.zone) for each in (current, mine))
    if then != now:
        found.append(Difference(_("When"), then, now))
    return found


def _shown(meeting: Meeting, name: str) -> str:
    return meeting.get_kind_display() if name == "kind" else str(getattr(meeting, name))
