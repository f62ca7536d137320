"""Requests to join, and what staff decided."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_signed_in, is_staff_member
from portal.taxonomy.choices import MemberKind


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    """Filters in the domain's words."""

    def open(self) -> Self:
        """Those that staff decide next: the address is confirmed, nobody has decided."""
        return self.filter(confirmed_at__isnull=False, decision="")

    def visible_to(self, user: Any) -> Self:
        """Staff see all; everybody their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(person=user) if is_signed_in(user) else self.none()


class JoinRequest(Timed):
    """Somebody asks to join: what they wrote, and what staff decided."""

    class Decision(models.TextChoices):
        """How it ended."""

        OPEN = "", _("Not decided")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests")
    organisation = SafeCharField(_("organisation"), max_length=160)
    kind = models.CharField(_("kind"), max_length=12, choices=MemberKind, default=MemberKind.PRACTITIONER)
    reason = SafeTextField(_("why they want to join"), max_length=1000)
    asked_at = models.DateTimeField(_("asked"))
    # Staff see a request once its address is confirmed: nobody joins under somebody else's address.
    confirmed_at = models.DateTimeField(_("address confirmed"), null=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, default=Decision.OPEN, blank=True)
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
                condition=models.Q(decision="", decided_by=None, decided_at=None, refusal="")
                | models.Q(decision="approved", decided_at__isnull=False, refusal="")
                | models.Q(decision="refused", decided_at__isnull=False) & ~models.Q(refusal=""),
                name="join_decision_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["confirmed_at"], name="join_requests_waiting", condition=models.Q(decision=""))]

    def __str__(self) -> str:
        return f"{self.person_id} {self.decision}"
