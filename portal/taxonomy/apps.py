from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TaxonomyConfig(AppConfig):
    """The community's controlled vocabularies and its glossary."""

    name = "portal.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from portal.taxonomy.vocabularies import load_after_migrate

        post_migrate.connect(load_after_migrate, sender=self)
