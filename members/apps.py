from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """People and their organisations: accounts, profiles, the directory."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from members.accounts.limits import count_in_database
        from members.subscribers import write_missing

        count_in_database()
        from members.accounts import checks, journal  # noqa: F401 -- registers checks and receivers
        from members.rights import exporting, leaving  # noqa: F401 -- register the duties of the drain

        post_migrate.connect(write_missing, sender=self)
