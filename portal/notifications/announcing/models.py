"""Announcement: what the programme tells a circle of members, and how far it has got."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.outbox.models import Fact


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff see all of them; a member those that they were told of and that were not stopped."""
        if is_staff_member(user):
            return self
        if not is_member(user):
            return self.none()
        return self.filter(state=Announcement.State.SENT, fact__notifications__person=user)


class Announcement(Timed):
    """A short text for a circle. Once it is sent it no longer changes; it can be stopped."""

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        STOPPED = "stopped", _("Stopped")

    title = SafeCharField(_("title"), max_length=120)
    text = SafeTextField(_("text"), max_length=5000)
    circle = SafeCharField(_("to whom"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    fact = models.OneToOneField(Fact, null=True, on_delete=models.PROTECT, related_name="announcement")

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        app_label = "notifications"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", sent_at=None, fact=None)
                | ~models.Q(state="draft") & models.Q(sent_at__isnull=False, fact__isnull=False),
                name="announcement_sent_has_a_fact",
            )
        ]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notifications:announcement", args=[self.pk])
