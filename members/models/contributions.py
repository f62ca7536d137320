"""Contributions: what people gave to the community, as rows that the features write."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.choices import ContributionKind
from members.models.profiles import Profile
from portal.core.fields import SafeCharField
from portal.follows.models import Channel


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Those whose thing `user` may see, of people whom `user` may see."""
        seen = models.Q(channel=None) | models.Q(channel__in=Channel.objects.visible_to(user))
        return self.filter(seen, person__profile__in=Profile.objects.visible_to(user))


class Contribution(models.Model):
    """What somebody gave to the community; written by the feature it was made in, never typed."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contributions")
    kind = models.CharField(_("kind"), max_length=10, choices=ContributionKind)
    title = SafeCharField(_("title"), max_length=250)
    url = models.CharField(_("address"), max_length=250)
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), null=True, on_delete=models.CASCADE, related_name="contributions"
    )
    at = models.DateTimeField(_("at"))
    key = models.CharField(_("key"), max_length=200, unique=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-at", "-id"], name="contributions_of_a_person")]
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")

    def __str__(self) -> str:
        return self.key
