"""Once a night: the rules of time zones change by law, and meetings keep the wall time their arranger typed."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.meetings import operations
from portal.meetings.models import Meeting
from portal.meetings.walltime import NoSuchTime

log = logging.getLogger("portal.meetings")


@shared_task(name="portal.meetings.tasks.keep_wall_times")
def keep_wall_times(**kwargs: Any) -> None:
    """Derive the moments of coming meetings anew; those that moved tell their people, once."""
    now = timezone.now()
    coming = Meeting.objects.coming(now).exclude(state=Meeting.State.CANCELLED)
    for meeting in coming.order_by("pk").iterator(chunk_size=500):
        try:
            operations.keep_wall_time(meeting=meeting, at=now)
        except NoSuchTime:
            log.warning("meeting %s: its wall time no longer exists in %s", meeting.pk, meeting.zone)
