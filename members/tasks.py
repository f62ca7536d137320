"""What time alone does in this app. Tasks carry no arguments: what is due stands in the rows."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from members.accounts import sessions
from members.joining.operations import sweep


@shared_task(name="members.tasks.forget_ended_sessions")
def forget_ended_sessions(**kwargs: Any) -> None:
    """Sessions that ran out, and the browsers and network addresses they were used from."""
    sessions.forget_ended()


@shared_task(name="members.tasks.sweep_requests")
def sweep_requests(**kwargs: Any) -> None:
    """Remind of questions that wait for an answer, and close the requests in which none came."""
    sweep(at=timezone.now())
