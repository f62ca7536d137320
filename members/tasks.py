"""What time alone does in this app. Tasks carry no arguments: what is due stands in the rows."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from members.accounts import sessions
from members.introductions.operations import ask_whether_it_helped
from members.joining.operations import sweep
from members.letters.operations import empty_old_ones
from members.office_hours.operations import keep_wall_times, remind
from members.spokespeople.operations import forget_ended
from members.spokespeople.operations import remind as remind_spokespeople


@shared_task(name="members.tasks.forget_ended_sessions")
def forget_ended_sessions(**kwargs: Any) -> None:
    """Sessions that ran out, and the browsers and network addresses they were used from."""
    sessions.forget_ended()


@shared_task(name="members.tasks.sweep_requests")
def sweep_requests(**kwargs: Any) -> None:
    """Remind of questions that wait for an answer, and close the requests in which none came."""
    sweep(at=timezone.now())


@shared_task(name="members.tasks.look_back_and_ahead")
def look_back_and_ahead(**kwargs: Any) -> None:
    """Introductions of a month ago, hours of tomorrow, consents that run out, letters whose text has to go."""
    now = timezone.now()
    for due in (ask_whether_it_helped, remind, remind_spokespeople, forget_ended, empty_old_ones):
        due(at=now)


@shared_task(name="members.tasks.keep_wall_times")
def keep_office_hours(**kwargs: Any) -> None:
    """Derive the moments of booked office hours anew: zones change by law."""
    keep_wall_times(at=timezone.now())
