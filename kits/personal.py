"""Who released kits, and who took them home."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import NAMELESS, holds

holds("kits.Kit.locked_by", NAMELESS, _("Kits you have locked for editing"), {"title": "title"})
holds(
    "kits.Release.released_by",
    NAMELESS,
    _("Kits you released"),
    {"kit": "kit__title", "version": "version", "at": "released_at"},
)
holds(
    "kits.Download.person",
    NAMELESS,
    _("Kits you downloaded"),
    {"kit": "release__kit__title", "version": "release__version", "file": "file__filename", "at": "at"},
)
