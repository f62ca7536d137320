"""Two accounts of one person that became one: what is left of the other, and the way from its old address."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.profiles import Profile
from members.models.roster import StaffQuerySet
from portal.core.fields import SafeTextField


class Merge(models.Model):
    """Staff merged a duplicate: which handle went into which profile, why, and what moved."""

    kept = models.ForeignKey(Profile, verbose_name=_("kept"), on_delete=models.CASCADE, related_name="merges")
    gone_handle = models.SlugField(_("former handle"), max_length=80, unique=True)
    reason = SafeTextField(_("reason"), max_length=600)
    moved = models.JSONField(_("what moved"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    objects: Any = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"{self.gone_handle} into {self.kept_id}"
