"""Somebody's own feed: their notices for a feed reader, by an address that only they know.

The key opens nothing else, is kept as a digest only, and a new one ends the old one. What the feed holds is asked
anew each time, as the person it belongs to stands then.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from portal.notifications.lines import lines
from portal.notifications.models import FeedKey
from portal.notifications.queries import notices

ENTRIES = 50
KEY_BYTES = 32


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def make_key(*, by: Any, at: datetime) -> str:
    """A new key; the one before ends. It is told here and never again."""
    key = secrets.token_urlsafe(KEY_BYTES)
    FeedKey.objects.update_or_create(person=by, defaults={"hashed": hashed(key), "made_at": at})
    return key


def end_key(*, by: Any) -> None:
    """The feed's address leads nowhere from now on."""
    FeedKey.objects.filter(person=by).delete()


def owner_of(key: str) -> Any:
    """Whose feed a key opens; None for no one, and for whoever is no member any more."""
    row = FeedKey.objects.select_related("person").filter(hashed=hashed(key)).first()
    return row.person if row and row.person.is_member else None


def feed(person: Any) -> HttpResponse:
    """The newest notices as Atom, in the person's language."""
    with translation.override(person.language), timezone.override(person.zone):
        atom = Atom1Feed(
            title=_("Notifications: %(site)s") % {"site": settings.COMMUNITY["name"]},
            link=settings.SITE_URL + reverse("notifications:list"),
            description="",
            language=person.language,
        )
        for line in lines(notices(person).order_by("-at", "-pk")[:ENTRIES]):
            atom.add_item(
                title=line.headline,
                link=settings.SITE_URL + line.url,
                description=line.reason,
                unique_id=f"{settings.SITE_URL}{reverse('notifications:open', args=[line.pk])}",
                updateddate=line.at,
                pubdate=line.at,
            )
        body = atom.writeString("utf-8")
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
