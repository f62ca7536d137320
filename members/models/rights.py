"""What people may do with what the portal holds about them: take it along, leave, and be forgotten."""

import hashlib
import uuid
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_signed_in
from portal.outbox.models import Due


def private_storage() -> Any:
    """Named, not stored: a migration must not remember where files lie."""
    return storages["private"]


def export_path(export: "DataExport", filename: str) -> str:
    """A name that nobody guesses; whose it is stands in the row."""
    return f"exports/{uuid.uuid4().hex}.zip"


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that only their person sees."""

    def visible_to(self, user: Any) -> Self:
        """One's own; staff have no business here."""
        return self.filter(person=user) if is_signed_in(user) else self.none()


class DataExport(Due):
    """Somebody asked for everything about themselves; the file is made by the worker and kept for some days."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Being put together")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports")
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    file = models.FileField(_("file"), upload_to=export_path, storage=private_storage, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(state="waiting"), name="one_export_in_the_making"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="exports_to_make", condition=models.Q(state="waiting"))]
        verbose_name = _("export of one's data")
        verbose_name_plural = _("exports of one's data")

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"


class Departure(Due):
    """Somebody leaves: gone from every page at once, erased when it is due, and back again until then."""

    class Credit(models.TextChoices):
        """Under which name published work stays."""

        NAME = "name", _("Under my name")
        NOBODY = "nobody", _("As “former member”")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="departure")
    asked_at = models.DateTimeField(_("asked"))
    credit = models.CharField(_("published work stays"), max_length=10, choices=Credit, default=Credit.NOBODY)
    # The standing that comes back with them.
    was = models.CharField(_("standing before"), max_length=10)

    objects = OwnQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="departures_due")]
        verbose_name = _("departure")
        verbose_name_plural = _("departures")

    def __str__(self) -> str:
        return f"{self.person_id} on {self.due_at:%Y-%m-%d}"


class Erasure(models.Model):
    """An account was erased. Names nobody; a restored backup is held against it (`manage.py erasures`)."""

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    credit = models.CharField(_("published work stays"), max_length=10, choices=Departure.Credit)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return self.digest

    @staticmethod
    def digest_of(person: Any) -> str:
        """The same for the same account in any backup; the moment it was made keeps it from being guessed."""
        return hashlib.sha256(f"{person.pk}:{person.date_joined.isoformat()}".encode()).hexdigest()
