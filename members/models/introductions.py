"""Introductions: one member asks another, addresses are shown to both once the other says yes."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.introductions.rules import ANSWER_WITHIN, PURPOSE_LENGTH
from portal.core.fields import SafeTextField
from portal.core.rules import is_member


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """The two whom it concerns; staff read what is reported, and nothing else."""
        if not is_member(user):
            return self.none()
        return self.filter(models.Q(asker=user) | models.Q(person=user))

    def between(self, one: Any, other: Any) -> Self:
        """Of these two, whoever asked."""
        return self.filter(models.Q(asker=one, person=other) | models.Q(asker=other, person=one))

    def answerable(self, at: datetime) -> Self:
        """Those that the person asked can still answer."""
        return self.filter(state=Introduction.State.OPEN, asked_at__gt=at - ANSWER_WITHIN)

    def unanswered_for_asker(self, at: datetime) -> Self:
        """Those that look open to whoever asked: a quiet no must not free a place, or it would not be quiet."""
        quiet = [Introduction.State.OPEN, Introduction.State.DECLINED]
        return self.filter(state__in=quiet, asked_at__gt=at - ANSWER_WITHIN)


class Introduction(models.Model):
    """Somebody asks to be introduced, with a purpose; the other accepts, or declines without a word."""

    class State(models.TextChoices):
        """Where it stands. Who asked is never shown `DECLINED`: see `introductions.rules.as_asker_sees`."""

        OPEN = "open", _("Not answered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ENDED = "ended", _("Ended: one of the two left")

    class Helped(models.TextChoices):
        """What came of it, asked after thirty days."""

        UNSAID = "", _("Not said")
        YES = "yes", _("Yes")
        NOT_YET = "not-yet", _("Not yet")
        NO = "no", _("No")

    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="introductions_asked", verbose_name=_("asks")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="introductions_got", verbose_name=_("is asked")
    )
    purpose = SafeTextField(_("purpose"), max_length=PURPOSE_LENGTH)
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    # Set by a yes. Cleared once both have been asked whether it helped.
    ask_help_at = models.DateTimeField(_("ask whether it helped"), null=True, blank=True)
    asker_says = models.CharField(_("who asked says"), max_length=7, choices=Helped, default=Helped.UNSAID, blank=True)
    person_says = models.CharField(
        _("who was asked says"), max_length=7, choices=Helped, default=Helped.UNSAID, blank=True
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(condition=~models.Q(asker=models.F("person")), name="introduced_to_another"),
            models.CheckConstraint(
                condition=models.Q(state="open", settled_at=None)
                | ~models.Q(state="open") & ~models.Q(settled_at=None),
                name="introduction_settled_with_its_date",
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted") | models.Q(ask_help_at=None, asker_says="", person_says=""),
                name="introduction_helps_once_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["asker", "-asked_at"], name="introductions_asked"),
            models.Index(fields=["person", "-asked_at"], name="introductions_got"),
            models.Index(
                fields=["ask_help_at"],
                name="introductions_to_ask_about",
                condition=models.Q(ask_help_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} to {self.person_id}: {self.state}"
