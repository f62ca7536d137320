"""Once a night: what was counted for a day's limit is forgotten once the day is over."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from members.profiles import operations


@shared_task(name="members.tasks.forget_old_views")
def forget_old_views(**kwargs: Any) -> None:
    """Delete the counts of profile views of days before yesterday."""
    operations.forget_views(before=timezone.now())
