from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkinggroupsConfig(AppConfig):
    """Working groups: charter, objectives, products, membership."""

    name = "workinggroups"
    verbose_name = _("Working groups")
