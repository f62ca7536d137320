"""What somebody belongs to and follows."""

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, holds

holds(
    "follows.Seat.user",
    ERASED,
    _("What you belong to"),
    {"title": "channel__title", "address": "channel__url", "role": "role"},
)
holds(
    "follows.Follow.user",
    ERASED,
    _("What you follow"),
    {"title": "channel__title", "address": "channel__url", "since": "since"},
)
