"""What somebody was told, and how they want to be told."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, holds

holds(
    "notifications.Notification.person",
    ERASED,
    _("What you were told"),
    {"kind": "kind", "about": "channel__title", "at": "at", "read": "mark__at"},
)
holds("notifications.Preference.person", ERASED, _("What you want by mail"), {"kind": "kind", "by_mail": "by_mail"})
holds(
    "notifications.Level.person",
    ERASED,
    _("How much you want to hear of single things"),
    {"title": "channel__title", "thread": "thread", "level": "level", "since": "since"},
)
