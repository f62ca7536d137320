"""Notices, what was read, summaries, and what each person wants to be told, how and when.

That a person gets at most six mails a day, one summary of a cadence a day, and each notice in a mail or in a summary
but never in both, is a constraint here, not a hope elsewhere.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.follows.models import Channel
from portal.notifications.ways import CADENCES, DEFAULT, Brake, Preset, Route, Way
from portal.outbox.models import Fact

MAILS_A_DAY = 6


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

    def waiting_for(self, cadence: str) -> Self:
        """Those that the next summary of this cadence takes up."""
        return self.filter(waiting=True, way=cadence)


class Digest(models.Model):
    """A summary of one cadence for one person: first the moment it is due, then what it told of.

    The row of the next one is made when something begins to wait for it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    cadence = models.CharField(_("cadence"), max_length=10, choices=[(way.value, way.label) for way in CADENCES])
    due_at = models.DateTimeField(_("due"))
    zone = models.CharField(_("time zone that `due` was reckoned in"), max_length=60)
    day = models.DateField(_("made on the person's day"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "cadence", "day"], name="one_digest_a_day"),
            models.UniqueConstraint(
                fields=["person", "cadence"], name="one_digest_to_come", condition=models.Q(day=None)
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="digests_to_come", condition=models.Q(day=None))]
        verbose_name = _("digest")
        verbose_name_plural = _("digests")

    def __str__(self) -> str:
        return f"{self.cadence} of {self.day or self.due_at} to {self.person_id}"


class Notification(models.Model):
    """One event told to one person; exactly one for each pair, whatever routes lead to it.

    `way` says how it is delivered. MAIL: by the mail row of this notice, or of the notice it `joins`. DAILY, WEEKLY:
    it is `waiting` until a `digest` takes it up. A mail that counts holds one of the day's six slots.
    """

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="notifications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=60)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="notifications")
    at = models.DateTimeField(_("at"))
    route = models.CharField(_("route"), max_length=10, choices=Route, blank=True)
    thread = models.CharField(_("thread"), max_length=80, blank=True)
    way = models.CharField(_("way"), max_length=10, choices=Way, default=Way.LIST)
    waiting = models.BooleanField(_("waits for a summary"), default=False)
    digest = models.ForeignKey(Digest, null=True, on_delete=models.SET_NULL, related_name="notices")
    joins = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="joined")
    mail_day = models.DateField(_("day whose mails it counts among"), null=True)
    mail_slot = models.PositiveSmallIntegerField(_("number among them"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "person"], name="one_notice_per_event_and_person"),
            models.UniqueConstraint(
                fields=["person", "mail_day", "mail_slot"],
                name="one_mail_per_slot_of_a_day",
                condition=models.Q(mail_slot__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(mail_slot=None) | models.Q(mail_slot__range=(1, MAILS_A_DAY), way=Way.MAIL),
                name="six_mails_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(waiting=False, digest=None) | models.Q(way__in=CADENCES, joins=None),
                name="mail_or_digest_never_both",
            ),
            models.CheckConstraint(
                condition=models.Q(waiting=False) | models.Q(digest=None), name="in_one_digest_at_most"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notices_of_a_person"),
            models.Index(fields=["person", "way", "at"], name="notices_waiting", condition=models.Q(waiting=True)),
            models.Index(fields=["thread", "person"], name="notices_of_a_thread", condition=~models.Q(thread="")),
        ]
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


class Wishes(models.Model):
    """How somebody wants to be told; no row means the default of every field."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishes", primary_key=True
    )
    preset = models.CharField(_("preset"), max_length=10, choices=Preset, default=DEFAULT)
    brake = models.CharField(_("brake"), max_length=10, choices=Brake, default=Brake.NONE, blank=True)
    hour = models.PositiveSmallIntegerField(_("hour of the summaries"), default=7)
    weekday = models.PositiveSmallIntegerField(_("day of the weekly summary"), default=0)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    chosen_at = models.DateTimeField(_("preset chosen"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(hour__range=(0, 23)), name="hour_of_a_day"),
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="day_of_a_week"),
        ]
        verbose_name = _("wishes")
        verbose_name_plural = _("wishes")

    def __str__(self) -> str:
        return f"{self.preset} {self.brake}".strip()

    def is_paused(self, at: Any) -> bool:
        """Whether mail and summaries wait."""
        return self.paused_until is not None and at < self.paused_until


class Preference(models.Model):
    """What somebody chose for a kind of event against their preset; no row means as the preset has it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(_("kind"), max_length=60)
    way = models.CharField(_("way"), max_length=10, choices=Way)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_preference_per_kind")]
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self.kind}: {self.way}"


class FeedKey(models.Model):
    """The way to somebody's own feed. Only a digest of the key is kept: the address is shown once, when it is made."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_key", primary_key=True
    )
    hashed = models.CharField(_("digest of the key"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("feed key")
        verbose_name_plural = _("feed keys")

    def __str__(self) -> str:
        return f"feed of {self.person_id}"


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


from portal.notifications.announcing.models import Announcement  # noqa: E402 -- Django looks for models in this module

__all__ = ["Announcement"]
