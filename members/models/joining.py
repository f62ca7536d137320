"""Requests to join, what was asked back, and how they ended."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.models.invitations import Invitation
from members.models.organisations import Organisation
from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_signed_in, is_staff_member
from portal.taxonomy.choices import MemberKind


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    """Filters in the domain's words."""

    def open(self) -> Self:
        """Those that nobody has decided: the address is confirmed."""
        return self.filter(confirmed_at__isnull=False, decision="")

    def for_staff(self) -> Self:
        """Those that staff decide next, the longest waiting first; what was asked back has to be answered first."""
        waiting = self.open().filter(asked_back_at=None)
        return waiting.order_by(Coalesce("answered_at", "confirmed_at"), "pk")

    def for_the_person(self) -> Self:
        """Those in which staff wait for an answer, the oldest question first."""
        return self.open().filter(asked_back_at__isnull=False).order_by("asked_back_at", "pk")

    def visible_to(self, user: Any) -> Self:
        """Staff see all; everybody their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(person=user) if is_signed_in(user) else self.none()


class JoinRequest(Timed):
    """Somebody asks to join: what they wrote, what was asked back, and what was decided."""

    class Decision(models.TextChoices):
        """How it ended."""

        OPEN = "", _("Not decided")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        CLOSED = "closed", _("Closed without an answer")

    class Ground(models.TextChoices):
        """Why nobody had to look."""

        NONE = "", _("Staff decided")
        DOMAIN = "domain", _("Address of a verified government organisation")
        INVITATION = "invitation", _("Invited by programme staff")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests")
    # As the person wrote it; `works_at` is the organisation of our list that it names, if there is one.
    organisation = SafeCharField(_("organisation"), max_length=160)
    works_at = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation in the list"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="join_requests",
    )
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.SET_NULL, related_name="requests")
    kind = models.CharField(_("kind"), max_length=12, choices=MemberKind, default=MemberKind.PRACTITIONER)
    reason = SafeTextField(_("why they want to join"), max_length=1000)
    asked_at = models.DateTimeField(_("asked"))
    # Staff see a request once its address is confirmed: nobody joins under somebody else's address.
    confirmed_at = models.DateTimeField(_("address confirmed"), null=True)
    # While staff wait for the person: since when, when to remind, when to close. Cleared by the answer.
    asked_back_at = models.DateTimeField(_("asked back"), null=True)
    remind_at = models.DateTimeField(_("remind"), null=True)
    close_at = models.DateTimeField(_("close"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, default=Decision.OPEN, blank=True)
    ground = models.CharField(_("ground"), max_length=10, choices=Ground, default=Ground.NONE, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="decided_join_requests",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    refusal = SafeTextField(_("why it was refused"), max_length=1000, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(decision=""), name="one_open_join_request"),
            models.CheckConstraint(
                condition=models.Q(decision="", ground="", decided_by=None, decided_at=None, refusal="")
                | models.Q(decision="approved", decided_at__isnull=False, refusal="")
                | models.Q(decision="refused", ground="", decided_at__isnull=False) & ~models.Q(refusal="")
                | models.Q(decision="closed", ground="", decided_by=None, decided_at__isnull=False, refusal=""),
                name="join_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_back_at=None, remind_at=None, close_at=None)
                | models.Q(decision="", asked_back_at__isnull=False, close_at__isnull=False),
                name="asked_back_has_its_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["confirmed_at"], name="join_requests_waiting", condition=models.Q(decision="")),
            models.Index(fields=["close_at"], name="join_requests_to_close", condition=models.Q(decision="")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.decision}"

    @property
    def waits_since(self) -> datetime | None:
        """Since when it is staff's turn, or the person's after a question; None before the address is confirmed."""
        return self.asked_back_at or self.answered_at or self.confirmed_at

    @property
    def is_open(self) -> bool:
        """Whether it can still be decided."""
        return self.decision == self.Decision.OPEN and self.confirmed_at is not None


class JoinMessageQuerySet(models.QuerySet["JoinMessage"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Whoever sees the request."""
        return self.filter(request__in=JoinRequest.objects.visible_to(user))


class JoinMessage(models.Model):
    """A question of staff about a request, or the person's answer."""

    request = models.ForeignKey(JoinRequest, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="join_messages"
    )
    from_staff = models.BooleanField(_("from the programme office"))
    text = SafeTextField(_("text"), max_length=2000)
    at = models.DateTimeField(_("written"))

    objects = JoinMessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("message about a request")
        verbose_name_plural = _("messages about requests")

    def __str__(self) -> str:
        return f"{self.request_id} {self.at}"
