"""Writes: draft an announcement, send it, stop it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.notifications.announcing.models import Announcement
from portal.notifications.facts import AnnouncementSent, AnnouncementStopped
from portal.notifications.models import Notification
from portal.outbox.models import Mail
from portal.outbox.operations import record

AT_A_TIME = 1000


class NotAllowed(Exception):
    """It is no longer, or not yet, in a state for that; the text says so to whoever tried."""


def draft(*, title: str, text: str, circle: str, by: Any, at: datetime) -> Announcement:
    """Keep the words; nobody is told."""
    return Announcement.objects.create(title=title, text=text, circle=circle, by=by)


@transaction.atomic
def redraft(*, announcement: Announcement, title: str, text: str, circle: str, by: Any, at: datetime) -> None:
    """Other words, or another circle. Raises NotAllowed once it was sent."""
    drafts = Announcement.objects.filter(pk=announcement.pk, state=Announcement.State.DRAFT)
    if not drafts.update(title=title, text=text, circle=circle, by=by, updated_at=at):
        raise NotAllowed(_("It has been sent. What people have read does not change any more."))


@transaction.atomic
def send(*, announcement: Announcement, by: Any, at: datetime) -> None:
    """Tell the circle. A second time changes nothing, so that two clicks tell nobody twice. Raises NotAllowed."""
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if row.state == Announcement.State.STOPPED:
        raise NotAllowed(_("It was stopped. Write it anew to send it again."))
    if row.state == Announcement.State.SENT:
        return
    fact = AnnouncementSent(announcement_id=row.pk, title=row.title, circle=row.circle)
    row.fact = record(fact, key=f"notifications.announcement:{row.pk}", by=by, at=at)
    row.state, row.sent_at, row.by = Announcement.State.SENT, at, by
    row.save(update_fields=["fact", "state", "sent_at", "by", "updated_at"])


@transaction.atomic
def stop(*, announcement: Announcement, by: Any, at: datetime) -> None:
    """From this moment no further mail of it goes out; a second time changes nothing. Raises NotAllowed for a draft."""
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if row.state == Announcement.State.DRAFT:
        raise NotAllowed(_("It was not sent yet."))
    if row.state == Announcement.State.STOPPED:
        return
    row.state = Announcement.State.STOPPED
    row.save(update_fields=["state", "updated_at"])
    record(AnnouncementStopped(announcement_id=row.pk), key=f"notifications.stopped:{row.pk}", by=by, at=at)


def take_back(announcement_id: int) -> None:
    """After it was stopped: mails that wait are not sent, and the notice leaves the lists it was not opened in."""
    told = Notification.objects.filter(fact__announcement=announcement_id)
    waiting = Mail.objects.filter(renderer="notification", state=Mail.State.QUEUED, subject_id__in=told.values("pk"))
    waiting.update(state=Mail.State.SUPPRESSED, lease_until=None)
    reached = Mail.objects.filter(renderer="notification", subject_id__in=told.values("pk")).exclude(
        state=Mail.State.SUPPRESSED
    )
    unreached = told.filter(mark=None).exclude(pk__in=reached.values("subject_id")).order_by("pk")
    while keys := list(unreached.values_list("pk", flat=True)[:AT_A_TIME]):
        Notification.objects.filter(pk__in=keys).delete()
