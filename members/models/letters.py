"""Letters: what one member writes to another through the portal, with nobody's address in it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.letters.rules import TEXT_LENGTH
from members.models.introductions import Introduction
from portal.core.fields import SafeTextField
from portal.core.rules import is_member, is_staff_member


class LetterQuerySet(models.QuerySet["Letter"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """The two whom it concerns. Staff read a letter only in a report that its reader made."""
        if not is_member(user):
            return self.none()
        return self.filter(models.Q(sender=user) | models.Q(person=user))


class Letter(models.Model):
    """A letter. After thirty days the row stays, as the record that it was sent, and its text is gone."""

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters_sent")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters_got")
    answers = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="answered_by")
    # Names the form it was typed into: sent twice, it is one letter.
    key = models.CharField(_("key"), max_length=40)
    text = SafeTextField(_("text"), max_length=TEXT_LENGTH, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    emptied_at = models.DateTimeField(_("text removed"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["sender", "key"], name="one_letter_for_each_form"),
            models.CheckConstraint(condition=~models.Q(sender=models.F("person")), name="letter_to_another"),
            models.CheckConstraint(
                condition=models.Q(emptied_at=None) & ~models.Q(text="")
                | ~models.Q(emptied_at=None) & models.Q(text=""),
                name="letter_has_text_until_emptied",
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "-sent_at"], name="letters_sent"),
            models.Index(fields=["person", "-sent_at"], name="letters_got"),
            models.Index(fields=["sent_at"], name="letters_to_empty", condition=models.Q(emptied_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} to {self.person_id} at {self.sent_at}"


class ReportQuerySet(models.QuerySet["Report"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Staff see all; whoever reported sees their own."""
        if is_staff_member(user):
            return self.all()
        return self.filter(by=user) if is_member(user) else self.none()

    def open(self) -> Self:
        """Those that staff have not settled."""
        return self.filter(settled_at=None)


class Report(models.Model):
    """Somebody shows staff what another member wrote to them: a letter, or the purpose of an introduction."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports_made")
    letter = models.OneToOneField(Letter, null=True, on_delete=models.CASCADE, related_name="report")
    introduction = models.OneToOneField(Introduction, null=True, on_delete=models.CASCADE, related_name="report")
    note = SafeTextField(_("what is wrong with it"), max_length=600, blank=True)
    at = models.DateTimeField(_("reported"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(letter__isnull=False, introduction=None)
                | models.Q(letter=None, introduction__isnull=False),
                name="report_of_one_thing",
            )
        ]
        indexes = [models.Index(fields=["at"], name="reports_open", condition=models.Q(settled_at=None))]

    def __str__(self) -> str:
        return f"report {self.pk}"
