from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KitsConfig(AppConfig):
    """Kits: documents to take home, in releases that never change."""

    name = "kits"
    verbose_name = _("Kits")
