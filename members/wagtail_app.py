"""Wagtail's accounts pages with the forms of this portal's accounts."""

from wagtail.users.apps import WagtailUsersAppConfig


class PortalUsersConfig(WagtailUsersAppConfig):
    """Takes the place of "wagtail.users" in INSTALLED_APPS."""

    user_viewset = "members.wagtail_users.AccountViewSet"
