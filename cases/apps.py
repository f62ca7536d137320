from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The case library: write-ups and documented briefs with their results, sources and lessons."""

    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import approval_mail, editors  # need the models

        approval_mail.take_the_place()
        post_migrate.connect(editors.set_up, sender=self)
