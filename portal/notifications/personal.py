"""What somebody was told, and how they want to be told."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, NAMELESS, holds

holds(
    "notifications.Notification.person",
    ERASED,
    _("What you were told"),
    {"kind": "kind", "about": "channel__title", "at": "at", "read": "mark__at", "because": "route", "came_by": "way"},
)
holds(
    "notifications.Digest.person",
    ERASED,
    _("Summaries you were sent"),
    {"cadence": "cadence", "due": "due_at", "made_on": "day"},
)
holds(
    "notifications.Wishes.person",
    ERASED,
    _("How you want to be told"),
    {
        "preset": "preset",
        "slowed_down_to": "brake",
        "hour": "hour",
        "weekday": "weekday",
        "paused_until": "paused_until",
        "chosen": "chosen_at",
    },
)
holds("notifications.Preference.person", ERASED, _("What you want otherwise"), {"kind": "kind", "way": "way"})
holds("notifications.FeedKey.person", ERASED, _("Your own feed"), {"made": "made_at"})
holds(
    "notifications.Level.person",
    ERASED,
    _("How much you want to hear of single things"),
    {"title": "channel__title", "thread": "thread", "level": "level", "since": "since"},
)
holds(
    "notifications.Announcement.by",
    NAMELESS,
    _("What you announced"),
    {"title": "title", "text": "text", "to": "circle", "sent": "sent_at"},
)
