from django.apps import AppConfig


class FollowsConfig(AppConfig):
    """Channels: one row for each thing that can be followed, and who may see it."""

    name = "portal.follows"
    label = "follows"
