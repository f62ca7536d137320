"""How addresses take our mail, which thread a reply belongs to, and which mails have arrived."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.rules import is_signed_in, is_staff_member


class AddressHealthQuerySet(models.QuerySet["AddressHealth"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """The state of one's own address; staff see all, to help those who get nothing."""
        if is_staff_member(user):
            return self
        return self.filter(address=user.email.lower()) if is_signed_in(user) else self.none()

    def paused(self) -> Self:
        """Addresses that get no notices."""
        return self.filter(paused_at__isnull=False)

    def of(self, address_field: str) -> Self:
        """For a subquery: the state of the address that the outer row holds, however it is written."""
        return self.filter(address=Lower(OuterRef(address_field)))


class AddressHealth(models.Model):
    """What came back from an address. No row: nothing ever did."""

    class Cause(models.TextChoices):
        """Why no notices are sent to it."""

        NONE = "", _("Not paused")
        BOUNCES = "bounces", _("Mail came back again and again")
        COMPLAINT = "complaint", _("Somebody reported our mail as unwanted")

    address = SafeCharField(_("address"), max_length=254, unique=True)
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    counted_at = models.DateTimeField(_("last counted"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause, default=Cause.NONE, blank=True)
    problem = SafeTextField(_("what the other side said"), max_length=500, blank=True)

    objects = AddressHealthQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(paused_at=None, cause="")
                | (models.Q(paused_at__isnull=False) & ~models.Q(cause="")),
                name="paused_address_has_a_cause",
            ),
        ]
        verbose_name = _("state of an address")
        verbose_name_plural = _("states of addresses")

    def __str__(self) -> str:
        return self.address


class ThreadAddressQuerySet(models.QuerySet["ThreadAddress"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Nobody reads these, not even staff: whoever knows the address may speak as the person."""
        return self.none()


class ThreadAddress(models.Model):
    """Where one person answers one thread by mail. The address is made from this row and a seal (replies.py)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="thread_addresses")
    handler = models.CharField(_("who takes the reply"), max_length=80)
    key = models.CharField(_("thread"), max_length=120)

    objects = ThreadAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "handler", "key"], name="one_address_per_person_and_thread")
        ]
        verbose_name = _("address of a thread")
        verbose_name_plural = _("addresses of threads")

    def __str__(self) -> str:
        return f"{self.handler}:{self.key} for {self.person_id}"


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """One's own; staff see all, to find out why a reply was not posted."""
        if is_staff_member(user):
            return self
        return self.filter(person=user) if is_signed_in(user) else self.none()


class Arrival(models.Model):
    """A reply that arrived, by its Message-ID: delivered twice, it is posted once and answered once."""

    class Outcome(models.TextChoices):
        """What became of it."""

        POSTED = "posted", _("Posted")
        REFUSED = "refused", _("Not posted, and told why")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="arrivals")
    digest = models.CharField(_("digest of the Message-ID"), max_length=64)
    handler = models.CharField(_("who takes the reply"), max_length=80)
    key = models.CharField(_("thread"), max_length=120)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    sentence = SafeTextField(_("what the person was told"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="one_arrival_per_message")]
        indexes = [models.Index(fields=["person", "-at"], name="arrivals_of_a_person")]
        verbose_name = _("reply by mail")
        verbose_name_plural = _("replies by mail")

    def __str__(self) -> str:
        return f"{self.outcome} {self.handler}:{self.key}"
