"""People somebody listed before they came: records from a file, who they turn out to be, and who wishes to be left out.

A record is no account and no profile. It says what a source said of somebody, is seen by members alone, and ends
when its person claims it ("this is me") or has it removed; whom it removed a later file does not bring back.
"""

import hashlib
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_signed_in, is_staff_member

NAME, TITLE, ORGANISATION, SOURCE, KEY = 120, 160, 160, 120, 120


class StaffQuerySet(models.QuerySet[Any]):
    """Rows that are staff's alone."""

    def visible_to(self, user: Any) -> Self:
        """Programme staff see all, nobody else anything."""
        return self.all() if is_staff_member(user) else self.none()


class Import(Timed):
    """A file of people: read, looked over, brought in, and perhaps taken back."""

    class State(models.TextChoices):
        """Where it stands."""

        READ = "read", _("Looked over, nothing brought in")
        APPLIED = "applied", _("Brought in")
        UNDONE = "undone", _("Taken back")

    source = SafeCharField(_("source"), max_length=SOURCE)
    filename = SafeCharField(_("file"), max_length=160)
    unused = models.JSONField(_("columns not used"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READ)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="imports"
    )
    read_at = models.DateTimeField(_("read"))
    applied_at = models.DateTimeField(_("brought in"), null=True)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.source}: {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("members:import", kwargs={"pk": self.pk})


class RecordQuerySet(models.QuerySet["Record"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Members see who is listed and not yet claimed; staff see all; visitors and who waits see nobody."""
        if is_staff_member(user):
            return self.all()
        return self.filter(state=Record.State.UNCLAIMED) if is_member(user) else self.none()


class Record(Timed):
    """Somebody as a source lists them: name, title and organisation exactly as written there.

    `key` names the line within its source, so that the same file twice is one record.
    """

    class State(models.TextChoices):
        """Whose it is."""

        UNCLAIMED = "unclaimed", _("Not claimed")
        CLAIMED = "claimed", _("Claimed")

    source = SafeCharField(_("source"), max_length=SOURCE)
    key = SafeCharField(_("key"), max_length=KEY)
    name = SafeCharField(_("name"), max_length=NAME)
    title = SafeCharField(_("title"), max_length=TITLE, blank=True)
    organisation = SafeCharField(_("organisation"), max_length=ORGANISATION, blank=True)
    country = CountryField(_("country"), blank=True)
    # For the one mail that asks; shown to staff alone.
    email = SafeCharField(_("e-mail address"), max_length=254, blank=True)
    sort_name = models.CharField(max_length=160, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNCLAIMED)
    brought_by = models.ForeignKey(
        Import, verbose_name=_("import"), null=True, on_delete=models.SET_NULL, related_name="records"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("claimed by"),
        null=True,
        on_delete=models.CASCADE,
        related_name="records",
    )
    asked_at = models.DateTimeField(_("asked by mail"), null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("listed person")
        verbose_name_plural = _("listed people")
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="one_record_of_a_line"),
            models.CheckConstraint(
                condition=Q(state="unclaimed", claimed_by=None) | Q(state="claimed", claimed_by__isnull=False),
                name="claimed_records_have_their_person",
            ),
        ]
        indexes = [models.Index(fields=["sort_name", "id"], name="records_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:record", kwargs={"pk": self.pk})


class ImportLine(models.Model):
    """One line of a file with what it would do, or did. `before` is what undoing brings back."""

    class Verdict(models.TextChoices):
        """What the line comes to."""

        NEW = "new", _("New")
        MATCH = "match", _("Known already")
        CHANGE = "change", _("Known, with other words")
        CONFLICT = "conflict", _("Needs a decision")
        LEFT_OUT = "left-out", _("Wishes to be left out")
        ERROR = "error", _("Cannot be used")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    values = models.JSONField(_("values"), default=dict)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    reasons = models.JSONField(_("why"), default=list)
    record = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="lines")
    made = models.BooleanField(_("made its record"), default=False)
    before = models.JSONField(_("as it was"), null=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_line_of_a_number")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"


class LeftOut(models.Model):
    """Somebody asked not to be listed. Digests only: enough to leave them out again, too little to name them."""

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("left out")
        verbose_name_plural = _("left out")

    def __str__(self) -> str:
        return self.digest

    @staticmethod
    def digests_of(*, source: str, key: str, email: str) -> list[str]:
        """What is remembered of a line: its place in its source, and its address in any."""
        traces = [f"line\0{source}\0{key}"] + ([f"address\0{email.lower()}"] if email else [])
        return [hashlib.sha256(trace.encode()).hexdigest() for trace in traces]


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Filters in the domain's words."""

    def open(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(decision="")

    def visible_to(self, user: Any) -> Self:
        """Staff see all; everybody their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(person=user) if is_signed_in(user) else self.none()


class Claim(models.Model):
    """A member says of a record "this is me", or "remove it, it is me"; staff decide. Never by the name alone."""

    class Wish(models.TextChoices):
        """What is to become of the record."""

        MINE = "mine", _("This is me: add it to my profile")
        REMOVE = "remove", _("This is me: remove it")

    class Decision(models.TextChoices):
        """How it ended."""

        OPEN = "", _("Not decided")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="claims")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="claims")
    wish = models.CharField(_("wish"), max_length=10, choices=Wish, default=Wish.MINE)
    note = SafeTextField(_("how we can know"), max_length=600, blank=True)
    at = models.DateTimeField(_("asked"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, default=Decision.OPEN, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(fields=["record", "person"], condition=Q(decision=""), name="one_open_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.record_id}"
