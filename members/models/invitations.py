"""Invitations: a member or staff asks somebody by mail to join."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.follows.models import Channel

LASTS = timedelta(days=28)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Filters in the domain's words."""

    def standing(self) -> Self:
        """Those that stand as far as their inviters know: neither accepted nor taken back, perhaps too old."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def usable(self, at: datetime) -> Self:
        """Those that can still be accepted."""
        return self.standing().filter(declined_at=None, expires_at__gt=at)

    def visible_to(self, user: Any) -> Self:
        """Staff see all; members their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(inviter=user) if is_member(user) else self.none()


class Invitation(Timed):
    """One person asks one address.

    Nothing here says whether the address has an account: what the inviter reads is the same either way. The token
    goes out by mail only; here is its hash.
    """

    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    line = SafeTextField(_("personal line"), max_length=400, blank=True)
    group = models.ForeignKey(
        Channel, verbose_name=_("group"), null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("expires"))
    times_sent = models.PositiveSmallIntegerField(_("times sent"), default=1)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    declined_at = models.DateTimeField(_("declined"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="accepted_invitations"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "inviter",
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(declined_at=None, withdrawn_at=None), name="invitation_ends_once"
            ),
        ]
        indexes = [
            models.Index(fields=["inviter", "-sent_at"], name="invitations_of_a_member"),
            models.Index(Lower("email"), name="invitations_to_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.inviter_id} {self.sent_at}"
