"""Work that the clock rings for."""

from typing import Any

from celery import shared_task
from django.core.management import call_command


@shared_task(name="portal.pages.tasks.publish_scheduled")
def publish_scheduled(**kwargs: Any) -> None:
    """Publish and take down what is due: pages, cases and kits alike. Doing it twice changes nothing."""
    call_command("publish_scheduled")
