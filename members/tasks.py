"""Once a night: what was counted for a day's limit, and what is known of ended sessions, is forgotten."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from members.accounts import sessions
from members.profiles import operations


@shared_task(name="members.tasks.forget_old_views")
def forget_old_views(**kwargs: Any) -> None:
    """Delete the counts of profile views of days before yesterday."""
    operations.forget_views(before=timezone.now())


@shared_task(name="members.tasks.forget_ended_sessions")
def forget_ended_sessions(**kwargs: Any) -> None:
    """Sessions that ran out, and the browsers and network addresses they were used from."""
    sessions.forget_ended()
