"""The first visit of a new member: which of its steps are done."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_signed_in


class FirstVisitQuerySet(models.QuerySet["FirstVisit"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Everybody's own."""
        return self.filter(person=user) if is_signed_in(user) else self.none()


class FirstVisit(models.Model):
    """Made when somebody becomes a member. An empty step is still to come."""

    class Outcome(models.TextChoices):
        """What became of a step."""

        TO_COME = "", _("To come")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Skipped")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="first_visit")
    begun_at = models.DateTimeField(_("begun"))
    challenge = models.CharField(_("follow a challenge"), max_length=8, choices=Outcome, blank=True)
    offer = models.CharField(_("say what you offer and seek"), max_length=8, choices=Outcome, blank=True)
    peers = models.CharField(_("meet peers"), max_length=8, choices=Outcome, blank=True)
    notices = models.CharField(_("choose what to hear"), max_length=8, choices=Outcome, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = FirstVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("first visit")
        verbose_name_plural = _("first visits")

    def __str__(self) -> str:
        return f"{self.person_id} {self.begun_at}"
