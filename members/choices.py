"""Closed lists about people: what they offer, what they contributed, languages and time zones to choose from."""

from functools import cache
from importlib.resources import files
from typing import Any

from django.conf.locale import LANG_INFO
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Spoken by members, and not among the languages that Django is translated into.
_MORE_LANGUAGES = {
    "ht": "Kreyòl ayisyen",
    "iu": "ᐃᓄᒃᑎᑐᑦ",
    "kw": "Kernewek",
    "mi": "Te reo Māori",
    "pa": "ਪੰਜਾਬੀ",
    "qu": "Runasimi",
    "so": "Soomaali",
    "tl": "Tagalog",
    "yo": "Yorùbá",
    "zh": "中文",
}
# Django's own names that are in English instead of in the language.
_OWN_NAMES = {"eu": "Euskara", "zh-hans": "", "zh-hant": ""}


class Offer(models.TextChoices):
    """What somebody is willing to do for others."""

    ADVISE = "advise", _("Advise")
    SPEAK = "speak", _("Speak")
    REVIEW = "review", _("Review")


class ContributionKind(models.TextChoices):
    """What a contribution is; written by the feature that it was made in."""

    CASE = "case", _("Case")
    ADVICE = "advice", _("Advice")
    GROUP = "group", _("Leads a working group")
    PRODUCT = "product", _("Group product")
    MEETING = "meeting", _("Meeting held")
    KIT = "kit", _("Kit")
    ITEM = "item", _("Action item")


@cache
def languages() -> dict[str, str]:
    """Languages by code, each under its own name, sorted by it; variants of one language are left out."""
    names = {
        code: info.get("name_local", "")
        for code, info in LANG_INFO.items()
        if "-" not in code and "fallback" not in info
    }
    names |= _OWN_NAMES | _MORE_LANGUAGES
    named = {code: name[0].upper() + name[1:] for code, name in names.items() if name}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def language_name(code: str) -> str:
    """The language under its own name; the code for one that is not listed."""
    return languages().get(code, code)


@cache
def zones() -> dict[str, list[str]]:
    """IANA time zones by region, as the time zone database lists them for each country."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    names = sorted({line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")})
    regions: dict[str, list[str]] = {}
    for name in names:
        regions.setdefault(name.split("/", 1)[0], []).append(name)
    return regions


def zone_choices() -> list[Any]:
    """For a select: UTC, then one group for each region, cities named as people read them."""
    groups: list[Any] = [("UTC", "UTC")]
    for region, names in zones().items():
        cities = [(name, name.split("/", 1)[1].replace("_", " ").replace("/", ", ")) for name in names]
        groups.append((gettext(region), cities))
    return groups
