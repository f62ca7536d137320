from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Meetings of any channel: agenda, replies, calendar."""

    name = "portal.meetings"
    label = "meetings"
