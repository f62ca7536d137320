"""What stands beside a case: decisions of staff, approvals, and its words made searchable.

Kept apart, so that publishing a draft cannot undo it and a revision does not carry it along.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeTextField


class CaseStanding(models.Model):
    """A case is out of the ordinary: archived, withdrawn, or hidden by moderation. No row: nothing of the kind."""

    class State(models.TextChoices):
        """What was decided."""

        ARCHIVED = "archived", _("Archived: still readable, with a note, and not in the library")
        WITHDRAWN = "withdrawn", _("Withdrawn: the address says so, the text is gone")
        HIDDEN = "hidden", _("Hidden: as if it did not exist")

    case = models.OneToOneField(
        "cases.Case", on_delete=models.CASCADE, related_name="standing", primary_key=True, verbose_name=_("case")
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = SafeTextField(_("reason"), max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("standing of a case")
        verbose_name_plural = _("standings of cases")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class Approval(models.Model):
    """The second person behind a scheduled revision: who put it on the schedule, and when."""

    revision = models.OneToOneField(
        "wagtailcore.Revision", on_delete=models.CASCADE, related_name="case_approval", primary_key=True
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self) -> str:
        return f"revision {self.revision_id} by {self.by_id}"


class CaseText(models.Model):
    """The published words of a case, folded for the library's text filter; written at publication, never edited."""

    case = models.OneToOneField(
        "cases.Case", on_delete=models.CASCADE, related_name="searchable", primary_key=True, verbose_name=_("case")
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("searchable text")
        verbose_name_plural = _("searchable texts")

    def __str__(self) -> str:
        return str(self.case_id)
