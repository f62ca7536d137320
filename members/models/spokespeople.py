"""Spokespeople: who agreed to speak about what, to whom, and until when the agreement holds."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.choices import languages
from members.models.profiles import Profile
from portal.core.fields import SafeCharField
from portal.core.rules import is_member, is_signed_in, is_staff_member
from portal.taxonomy.models import Challenge, ServiceLine


class SpokespersonQuerySet(models.QuerySet["Spokesperson"]):
    """Filters in the domain's words."""

    def current(self, at: datetime) -> Self:
        """Those whose consent holds: given, not withdrawn, not run out."""
        return self.filter(expires_at__gt=at, withdrawn_at=None)

    def visible_to(self, user: Any) -> Self:
        """Staff see every row; members the consents that hold, and their own; visitors those that are public.

        Nobody reads of a spokesperson more than of the person: whose profile is not visible is not in the register.
        """
        if is_staff_member(user):
            return self.all()
        known = self.current(timezone.now()).filter(person__profile__in=Profile.objects.visible_to(user))
        if is_member(user):
            return self.filter(models.Q(pk__in=known.values("pk")) | models.Q(person=user))
        return self.none() if is_signed_in(user) else known.filter(scope=Spokesperson.Scope.PUBLIC)


class Spokesperson(models.Model):
    """A member's own consent to be asked to speak. Only they give it; it ends by itself after twelve months."""

    class Scope(models.TextChoices):
        """Who finds the person in the register."""

        COMMUNITY = "community", _("Members")
        PUBLIC = "public", _("Anyone")

    class Travel(models.TextChoices):
        """How far."""

        ONLINE = "online", _("Online only")
        COUNTRY = "country", _("Within my country")
        ANYWHERE = "anywhere", _("Anywhere")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="spokesperson")
    subject = SafeCharField(_("what you can tell"), max_length=200)
    service_lines = models.ManyToManyField(ServiceLine, verbose_name=_("service lines"), blank=True, related_name="+")
    challenges = models.ManyToManyField(Challenge, verbose_name=_("challenges"), blank=True, related_name="+")
    panel = models.BooleanField(_("Panel"), default=False)
    webcast = models.BooleanField(_("Webcast"), default=False)
    visit = models.BooleanField(_("Visit at our place"), default=False)
    interview = models.BooleanField(_("Interview"), default=False)
    travel = models.CharField(_("travel"), max_length=8, choices=Travel, default=Travel.ONLINE)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=14)
    scope = models.CharField(_("who finds you"), max_length=9, choices=Scope, default=Scope.COMMUNITY)
    consented_at = models.DateTimeField(_("agreed"))
    expires_at = models.DateTimeField(_("holds until"))
    # Set with each consent, cleared by the reminder.
    remind_at = models.DateTimeField(_("remind"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = SpokespersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("spokesperson")
        verbose_name_plural = _("spokespeople")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(panel=True)
                | models.Q(webcast=True)
                | models.Q(visit=True)
                | models.Q(interview=True),
                name="spokesperson_does_something",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("consented_at")), name="consent_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="consents_that_hold", condition=models.Q(withdrawn_at=None)),
            models.Index(fields=["remind_at"], name="consents_to_remind", condition=models.Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.expires_at}"


class SpokenLanguage(models.Model):
    """A spokesperson speaks in public in this language."""

    spokesperson = models.ForeignKey(Spokesperson, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(_("language"), max_length=8, choices=languages)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spokesperson", "code"], name="spoken_language_once")]
        verbose_name = _("language of a spokesperson")
        verbose_name_plural = _("languages of spokespeople")

    def __str__(self) -> str:
        return self.code
