"""`{% load when %}`: times with the zone they are told in, because a time without a zone is a missed meeting.

Zones are IANA names ("Europe/Bucharest") or ZoneInfo; what is unknown or empty counts as UTC. Datetimes are
aware.
"""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

Zone = str | ZoneInfo | None


def zone_of(zone: Any) -> ZoneInfo:
    """The zone itself, whether given by name or not; UTC for a name that no zone has."""
    if isinstance(zone, ZoneInfo):
        return zone
    try:
        return ZoneInfo(str(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_label(zone: Any, at: datetime) -> str:
    """What a zone is called at a moment: "Bucharest time (EET)", or "UTC"."""
    there = zone_of(zone)
    city = there.key.rsplit("/", 1)[-1].replace("_", " ")
    if there.key.startswith("Etc/") or "/" not in there.key:
        return city
    return _("%(city)s time (%(zone)s)") % {"city": city, "zone": zone_short(there, at)}


def zone_short(zone: Any, at: datetime) -> str:
    """The abbreviation of a zone at a moment ("EET"), or its distance from UTC where it has none."""
    there = at.astimezone(zone_of(zone))
    name = there.tzname() or ""
    if name.isalpha():
        return name
    offset = there.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def day_text(at: datetime, zone: Any) -> str:
    """Weekday and date: "Thursday, 3 December 2026"."""
    there = at.astimezone(zone_of(zone))
    day = date_format(there, "DATE_FORMAT")
    return _("%(weekday)s, %(date)s") % {"weekday": date_format(there, "l"), "date": day}


def clock_text(at: datetime, zone: Any) -> str:
    """The time of day: "18:00"."""
    return date_format(at.astimezone(zone_of(zone)), "TIME_FORMAT")


def hours_text(start: datetime, end: datetime | None, zone: Any, *, day: date | None = None) -> str:
    """From when to when: "18:00 to 19:00", with "(+1 day)" behind a time that is not on `day`.

    `day` is the day that was announced: by default the one the meeting begins on, in the same zone.
    """
    there = zone_of(zone)
    announced = day or start.astimezone(there).date()
    shift = (start.astimezone(there).date() - announced).days
    if end is None:
        return clock_text(start, zone) + _shift(shift)
    end_shift = (end.astimezone(there).date() - announced).days
    return _("%(start)s to %(end)s") % {
        "start": clock_text(start, zone) + (_shift(shift) if shift != end_shift else ""),
        "end": clock_text(end, zone) + _shift(end_shift),
    }


def _shift(days: int) -> str:
    if not days:
        return ""
    sign = "+" if days > 0 else "\N{MINUS SIGN}"
    words = ngettext("%(days)s day", "%(days)s days", abs(days))
    text = words % {"days": f"{sign}{abs(days)}"}
    # Does not break across lines: "+1" alone says nothing.
    return " ({})".format(text.replace(" ", "\N{NO-BREAK SPACE}"))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def when_text(start: datetime, zone: Any = None, end: datetime | None = None) -> str:
    """A moment in words: "Thursday, 3 December 2026, 18:00 to 19:00, Bucharest time (EET)"."""
    return _("%(day)s, %(hours)s, %(zone)s") % {
        "day": day_text(start, zone),
        "hours": hours_text(start, end, zone),
        "zone": zone_label(zone, start),
    }


def viewer_text(start: datetime, meeting_zone: Any, viewer_zone: Any, end: datetime | None = None) -> str:
    """The same moment for the viewer: "19:00 to 20:00 (+1 day), Lima time (-05)"; empty in the same clock."""
    there, here = start.astimezone(zone_of(meeting_zone)), start.astimezone(zone_of(viewer_zone))
    if there.utcoffset() == here.utcoffset():
        return ""
    return _("%(hours)s, %(zone)s") % {
        "hours": hours_text(start, end, viewer_zone, day=there.date()),
        "zone": zone_label(viewer_zone, start),
    }


register.simple_tag(when_text, name="when_text")
register.simple_tag(viewer_text, name="viewer_text")
register.simple_tag(zone_label, name="zone_label")


@register.simple_tag
def when(at: datetime, zone: Any = None, end: datetime | None = None) -> SafeString:
    """Day, hours and zone of a moment as `<time>`."""
    return format_html('<time datetime="{}">{}</time>', _iso(at), when_text(at, zone, end))


@register.inclusion_tag("components/when.html")
def when_both(
    start: datetime, meeting_zone: Any, viewer_zone: Any = None, end: datetime | None = None
) -> dict[str, Any]:
    """When a meeting is, large: in its own zone, and below in the viewer's where that clock differs."""
    return {
        "iso": _iso(start),
        "weekday": date_format(start.astimezone(zone_of(meeting_zone)), "l"),
        "date": date_format(start.astimezone(zone_of(meeting_zone)), "DATE_FORMAT"),
        "hours": hours_text(start, end, meeting_zone),
        "zone": zone_label(meeting_zone, start),
        "yours": viewer_text(start, meeting_zone, viewer_zone, end) if viewer_zone else "",
    }


@register.simple_tag
def hours(start: datetime, end: datetime | None, zone: Any = None) -> SafeString:
    """From when to when with the zone's abbreviation: "18:00 to 19:00 EET"."""
    text = f"{hours_text(start, end, zone)} {zone_short(zone, start)}"
    return format_html('<time datetime="{}">{}</time>', _iso(start), text)


@register.filter
def moment(at: datetime) -> str:
    """A moment in words with its zone, for mails about the account: by the clock of whoever did what they tell of."""
    return when_text(at, timezone.get_current_timezone())


@register.filter
def local_time(at: datetime, zone: Any = None) -> SafeString:
    """The time of day in a zone: "18:00". Say the zone once near it."""
    return format_html('<time datetime="{}">{}</time>', _iso(at), clock_text(at, zone))


@register.filter
def weekday(at: datetime, zone: Any = None) -> str:
    """The day of the week of a moment in a zone: "Thursday"."""
    return date_format(at.astimezone(zone_of(zone)), "l")


@register.filter
def local_day(at: datetime, zone: Any = None) -> SafeString:
    """Weekday and date of a moment in a zone."""
    return format_html('<time datetime="{}">{}</time>', _iso(at), day_text(at, zone))


@register.filter
def on_day(value: date | datetime, zone: Any = None) -> SafeString:
    """A date without a time: "3 December 2026". A datetime is told as its day in `zone`."""
    day = value.astimezone(zone_of(zone)).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), date_format(day, "DATE_FORMAT"))


@register.filter
def date_box(at: datetime, zone: Any = None) -> SafeString:
    """The small calendar leaf of a list: day of the month over the short month."""
    there = at.astimezone(zone_of(zone))
    return format_html(
        '<div class="date"><time datetime="{}"><b>{}</b><span>{}</span></time></div>',
        there.date().isoformat(),
        date_format(there, "j"),
        date_format(there, "M"),
    )
