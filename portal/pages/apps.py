from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import post_migrate, post_save


class PagesConfig(AppConfig):
    """Editorial pages in Wagtail: home, landing, article and programme pages."""

    name = "portal.pages"
    label = "pages"

    def ready(self) -> None:
        from portal.pages import setup  # needs the models

        post_migrate.connect(setup.set_up, sender=self)
        post_save.connect(setup.follow_staff, sender=get_user_model(), dispatch_uid="pages.follow_staff")
