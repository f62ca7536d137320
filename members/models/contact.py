"""How members reach each other: what each of them allows, whom they set aside, whom they refuse to hear from."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_member


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that concern their `person` alone."""

    def visible_to(self, user: Any) -> Self:
        """One's own; nobody else's business, staff included."""
        return self.filter(person=user) if is_member(user) else self.none()


class ContactChoices(models.Model):
    """What somebody allows. No row means the defaults, so that nobody has to choose anything first.

    Whether any of it holds for providers too is said in the profile (`providers_may_contact`).
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_choices")
    suggested = models.BooleanField(_("I am suggested to members whose work is like mine"), default=True)
    introductions = models.BooleanField(_("Members may ask me for an introduction"), default=True)
    letters = models.BooleanField(_("Members may write to me through the portal"), default=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact choices")
        verbose_name_plural = _("contact choices")

    def __str__(self) -> str:
        return f"of {self.person_id}"


class SetAside(models.Model):
    """Said "not now": `other` is not suggested to `person` until they take it back. `other` never hears of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="set_aside")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "other"], name="set_aside_once")]
        verbose_name = _("person set aside")
        verbose_name_plural = _("people set aside")

    def __str__(self) -> str:
        return f"{self.person_id} not now {self.other_id}"


class BlockQuerySet(OwnQuerySet):
    """Filters in the domain's words."""

    def between(self, one: Any, other: Any) -> Self:
        """Of these two, whoever blocked whom."""
        return self.filter(models.Q(person=one, other=other) | models.Q(person=other, other=one))


class Block(models.Model):
    """`person` does not want to hear from `other`; to them it looks as if `person` took no letters at all."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by")
    at = models.DateTimeField(_("at"))

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "other"], name="blocked_once")]
        verbose_name = _("block")
        verbose_name_plural = _("blocks")

    def __str__(self) -> str:
        return f"{self.person_id} blocks {self.other_id}"
