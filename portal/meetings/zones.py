"""The zones that forms offer and the cities that pages compare: one for each set of clock rules people live by."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from portal.core.templatetags.when import clock_text, weekday, zone_of

OFFERED = {
    _("Americas"): (
        "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Vancouver America/Tijuana America/Phoenix"
        " America/Denver America/Edmonton America/Costa_Rica America/Guatemala America/Chicago America/Winnipeg"
        " America/Mexico_City America/Regina America/Panama America/Bogota America/Lima America/Guayaquil"
        " America/Jamaica America/New_York America/Toronto America/Havana America/Caracas America/La_Paz"
        " America/Puerto_Rico America/Halifax America/Santiago America/Asuncion America/St_Johns"
        " America/Argentina/Buenos_Aires America/Montevideo America/Sao_Paulo America/Cayenne America/Nuuk"
    ),
    _("Europe"): (
        "Atlantic/Azores Atlantic/Reykjavik Europe/Lisbon Europe/London Europe/Dublin Europe/Madrid Europe/Paris"
        " Europe/Brussels Europe/Amsterdam Europe/Berlin Europe/Zurich Europe/Rome Europe/Vienna Europe/Prague"
        " Europe/Warsaw Europe/Budapest Europe/Copenhagen Europe/Oslo Europe/Stockholm Europe/Belgrade"
        " Europe/Athens Europe/Bucharest Europe/Sofia Europe/Chisinau Europe/Helsinki Europe/Tallinn Europe/Riga"
        " Europe/Vilnius Europe/Kyiv Europe/Istanbul Europe/Minsk Europe/Moscow Europe/Samara"
    ),
    _("Africa"): (
        "Africa/Abidjan Africa/Accra Africa/Casablanca Africa/Algiers Africa/Lagos Africa/Tunis Africa/Cairo"
        " Africa/Harare Africa/Johannesburg Africa/Kigali Africa/Addis_Ababa Africa/Nairobi Indian/Mauritius"
    ),
    _("Asia"): (
        "Asia/Jerusalem Asia/Beirut Asia/Amman Asia/Baghdad Asia/Riyadh Asia/Tehran Asia/Dubai Asia/Tbilisi"
        " Asia/Kabul Asia/Karachi Asia/Tashkent Asia/Almaty Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Dhaka"
        " Asia/Yangon Asia/Bangkok Asia/Ho_Chi_Minh Asia/Jakarta Asia/Singapore Asia/Kuala_Lumpur Asia/Manila"
        " Asia/Shanghai Asia/Hong_Kong Asia/Taipei Asia/Seoul Asia/Tokyo Asia/Vladivostok"
    ),
    _("Australia and Pacific"): (
        "Australia/Perth Australia/Darwin Australia/Adelaide Australia/Brisbane Australia/Sydney Australia/Melbourne"
        " Australia/Hobart Australia/Lord_Howe Pacific/Port_Moresby Pacific/Noumea Pacific/Auckland Pacific/Fiji"
        " Pacific/Tongatapu Pacific/Apia Pacific/Chatham Pacific/Kiritimati"
    ),
}

# Where the programme's members sit; a page tells a meeting's time in each.
CITIES = (
    (_("Lima"), "America/Lima"),
    (_("Washington, Ottawa"), "America/New_York"),
    (_("London"), "Europe/London"),
    (_("Bucharest"), "Europe/Bucharest"),
    (_("Sydney"), "Australia/Sydney"),
)


def is_zone(name: str) -> bool:
    """Whether this machine knows the rules of a zone called so."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def city_of(name: str) -> str:
    """The readable part of a zone's name: "Buenos Aires"."""
    return name.rsplit("/", 1)[-1].replace("_", " ")


def zone_choices(*also: str) -> list[tuple[Any, Any]]:
    """Options by region; `also` are zones that have to be among them (the viewer's own, the stored one)."""
    offered = [(region, [(name, city_of(name)) for name in names.split()]) for region, names in OFFERED.items()]
    known = {name for _region, options in offered for name, _city in options}
    extra = [(name, city_of(name)) for name in dict.fromkeys(also) if name and name not in known and is_zone(name)]
    return [*([(_("Yours"), extra)] if extra else []), *offered, (_("No place"), [("UTC", "UTC")])]


def elsewhere(at: datetime, announced_zone: Any) -> list[tuple[Any, str]]:
    """The time in each city; the day of the week goes with it where it is another day than in the meeting's zone."""
    announced = at.astimezone(zone_of(announced_zone)).date()
    told = []
    for city, zone in CITIES:
        there = at.astimezone(zone_of(zone))
        text = clock_text(at, zone)
        told.append((city, text if there.date() == announced else f"{weekday(at, zone)} {text}"))
    return told
