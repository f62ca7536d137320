"""What happened (Fact), what follows from it (Errand), and what is to be mailed (Mail).

The database is the record, the broker only a doorbell: a worker may be killed and a broker emptied at any
moment, and whatever is due is still written here.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField
from portal.core.rules import is_staff_member
from portal.outbox.reasons import in_words


class Fact(models.Model):
    """Something that happened; written in the same transaction as the change itself. Never edited."""

    name = models.CharField(_("name"), max_length=80, db_index=True)
    key = models.CharField(_("key"), max_length=200, unique=True)
    payload = models.JSONField(_("payload"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")

    def __str__(self) -> str:
        return self.key


class Due(models.Model):
    """Work that is claimed with a lease: a worker that dies gives it back when the lease ends."""

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    lease_token = models.CharField(_("lease"), max_length=32, blank=True)
    problem = models.TextField(_("last problem"), blank=True)

    class Meta:
        abstract = True


class ErrandQuerySet(models.QuerySet["Errand"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff look after what went wrong; nobody else sees this."""
        return self if is_staff_member(user) else self.none()

    def given_up(self) -> Self:
        """What was tried often enough, and waits for a person."""
        return self.filter(state=Errand.State.DEAD)


class Errand(Due):
    """One subscriber's work for one fact."""

    class State(models.TextChoices):
        """Where the work stands."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")
        DROPPED = "dropped", _("Left undone by staff")

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="errands")
    subscriber = models.CharField(_("subscriber"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "subscriber"], name="one_errand_per_subscriber")]
        indexes = [
            models.Index(fields=["due_at"], name="errand_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["due_at"], name="errand_given_up", condition=models.Q(state="dead")),
        ]
        verbose_name = _("errand")
        verbose_name_plural = _("errands")

    def __str__(self) -> str:
        return f"{self.subscriber} #{self.fact_id}"


class MailQuerySet(models.QuerySet["Mail"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff look after what went wrong; nobody else sees this."""
        return self if is_staff_member(user) else self.none()

    def unsent(self) -> Self:
        """What is still to go out, now or later."""
        return self.filter(state__in=Mail.UNSENT)

    def given_up(self) -> Self:
        """What was tried often enough, and waits for a person."""
        return self.filter(state=Mail.State.DEAD)


class Mail(Due):
    """One message to one address.

    Message-ID and key are fixed when the row is written, so that a second sending after a crash is recognised
    as the same message; text is rendered when it is sent.
    """

    class State(models.TextChoices):
        """Where the message stands."""

        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        SUPPRESSED = "suppressed", _("Not sent: no longer wanted or visible")
        BOUNCED = "bounced", _("Refused by the other side")
        DEAD = "dead", _("Given up")

    UNSENT = (State.QUEUED, State.SENDING)

    key = models.CharField(_("key"), max_length=200, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=120, unique=True)
    renderer = models.CharField(_("renderer"), max_length=60)
    subject_id = models.BigIntegerField(_("row it tells of"), null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("to"), null=True, on_delete=models.CASCADE, related_name="mails"
    )
    address = SafeCharField(_("address"), max_length=254)
    urgent = models.BooleanField(_("sent first"), default=False)
    raw = models.TextField(_("message"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    prepared: Any = None  # what its renderer's loader put there for sending (portal.outbox.preparing)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
                name="sent_mail_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgent", "due_at"], name="mail_to_send", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(fields=["due_at"], name="mail_given_up", condition=models.Q(state="dead")),
        ]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")

    def __str__(self) -> str:
        return self.key


class TroubleQuerySet(models.QuerySet["Trouble"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff look after what goes wrong; nobody else sees this."""
        return self if is_staff_member(user) else self.none()

    def of_sending(self) -> Self:
        """What keeps mail from going out: the server, and destinations behind it."""
        return self.exclude(what=Trouble.With.WORK)


class Trouble(models.Model):
    """Something is wrong just now, known to every worker; when it is well again the row goes.

    The mail server, or one destination behind it: left alone until `hold_until`, then tried by one sender.
    Work that was given up: staff were told, and are not told again before `hold_until`.
    """

    class With(models.TextChoices):
        """What is in trouble."""

        SERVER = "server", _("The mail server")
        DESTINATION = "destination", _("A destination")
        WORK = "work", _("Work given up")

    what = models.CharField(_("what"), max_length=12, choices=With)
    where = models.CharField(_("where"), max_length=254, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    since = models.DateTimeField(_("since"))
    hold_until = models.DateTimeField(_("left alone until"))
    problem = models.TextField(_("last problem"), blank=True)

    objects = TroubleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "where"], name="one_trouble_each")]
        verbose_name = _("trouble")
        verbose_name_plural = _("troubles")

    def __str__(self) -> str:
        return f"{self.what} {self.where}".strip()

    @property
    def words(self) -> str:
        """What went wrong last, in a sentence."""
        return in_words(self.problem)


class SweepRunQuerySet(models.QuerySet["SweepRun"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff look after what is kept; nobody else sees this."""
        return self if is_staff_member(user) else self.none()


class SweepRun(models.Model):
    """When a sweep last went through, and how much it has removed in all."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    at = models.DateTimeField(_("at"))
    removed = models.PositiveBigIntegerField(_("removed in all"), default=0)

    objects = SweepRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")

    def __str__(self) -> str:
        return self.name
