"""Notices, what was read, and what each person wants by mail."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.follows.models import Channel
from portal.outbox.models import Fact


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """One's own, about things one may still see."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        seen = models.Q(channel=None) | models.Q(channel__in=Channel.objects.visible_to(user))
        return self.filter(seen, person=user)

    def unread(self) -> Self:
        """Those without a read mark."""
        return self.filter(mark=None)


class Notification(models.Model):
    """One event told to one person; exactly one for each pair, whatever routes lead to it."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="notifications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=60)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="notifications")
    at = models.DateTimeField(_("at"))

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "person"], name="one_notice_per_event_and_person")]
        indexes = [models.Index(fields=["person", "-at", "-id"], name="notices_of_a_person")]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"


class ReadMark(models.Model):
    """A notice was opened. Rows are only added, so that opening a page may write them."""

    notification = models.OneToOneField(Notification, on_delete=models.CASCADE, related_name="mark", primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")

    def __str__(self) -> str:
        return f"read {self.notification_id}"


class Preference(models.Model):
    """What somebody chose for a kind of event; no row means the default: in the portal and by mail."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(_("kind"), max_length=60)
    by_mail = models.BooleanField(_("by mail"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_preference_per_kind")]
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self.kind}: {self.by_mail}"


class LevelQuerySet(models.QuerySet["Level"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """One's own, about things one may still see."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(person=user, channel__in=Channel.objects.visible_to(user))


class Level(models.Model):
    """How much somebody wants to hear of a channel, or of one thread in it; no row means normal.

    A thread's level goes before its channel's.
    """

    class Choice(models.TextChoices):
        """How much."""

        EVERYTHING = "everything", _("Everything, at once")
        NORMAL = "normal", _("Normal")
        MUTED = "muted", _("Muted")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="levels")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="levels")
    thread = models.CharField(_("thread"), max_length=80, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Choice, default=Choice.NORMAL)
    since = models.DateTimeField(_("since"))

    objects = LevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "thread"], name="one_level_per_person_and_thread")
        ]
        indexes = [models.Index(fields=["channel", "thread"], name="levels_of_a_thread")]
        verbose_name = _("level")
        verbose_name_plural = _("levels")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.level} {self.channel_id} {self.thread}".strip()
