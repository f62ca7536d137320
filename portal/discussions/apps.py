from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    """What members say to each other under a channel: threads, posts, who is named in them."""

    name = "portal.discussions"
    label = "discussions"
    verbose_name = _("Discussions")
