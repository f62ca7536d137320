from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Editorial pages in Wagtail: home, landing, article and programme pages."""

    name = "portal.pages"
    label = "pages"
