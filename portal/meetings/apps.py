from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Meetings of any channel: agenda, replies, calendar."""

    name = "portal.meetings"
    label = "meetings"
    verbose_name = _("Meetings")
