"""Requests to take somebody's second factor away, because everything that proves it is lost."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeTextField
from portal.core.rules import is_signed_in, is_staff_member


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    """Filters in the domain's words."""

    def open(self) -> Self:
        """Those that wait for a second colleague."""
        return self.filter(done_at=None, withdrawn_at=None)

    def visible_to(self, user: Any) -> Self:
        """Staff see all; everybody their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(person=user) if is_signed_in(user) else self.none()


class FactorReset(models.Model):
    """Somebody lost every way to prove a second factor; staff made sure who asks, and take it away."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factor_resets")
    reason = SafeTextField(_("how you know who asked"), max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,  # whoever runs the machine, on its command line; or who has left since
        on_delete=models.SET_NULL,
        related_name="asked_factor_resets",
    )
    asked_at = models.DateTimeField(_("asked"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="confirmed_factor_resets",
    )
    done_at = models.DateTimeField(_("done"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(done_at=None, withdrawn_at=None),
                name="one_open_factor_reset",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("asked_by")),
                name="factor_reset_takes_two",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(withdrawn_at=None),
                name="factor_reset_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at}"
