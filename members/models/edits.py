"""What happens around a profile: edits by programme staff, and how many profiles somebody opened on a day."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.profiles import Profile
from portal.core.rules import is_signed_in


class ProfileEditQuerySet(models.QuerySet["ProfileEdit"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """The owner of the profile reads what others changed; it holds the values, so nobody else does."""
        return self.filter(profile__user_id=user.pk) if is_signed_in(user) else self.none()


class ProfileEdit(models.Model):
    """One save of somebody's profile by somebody else."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="edits")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="profile_edits")
    at = models.DateTimeField(_("at"))
    # [[field, before, after], ...] in the words that the page shows.
    changes = models.JSONField(_("changes"))

    objects = ProfileEditQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["profile", "-at", "-id"], name="edits_of_a_profile")]
        verbose_name = _("edit by others")
        verbose_name_plural = _("edits by others")

    def __str__(self) -> str:
        return f"{self.profile_id} {self.at}"


class ProfileViewsQuerySet(models.QuerySet["ProfileViews"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Nobody: it limits, and informs no one."""
        return self.none()


class ProfileViews(models.Model):
    """How many profiles somebody opened on a day (UTC). Whose they were is not written down."""

    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("number"), default=0)

    objects = ProfileViewsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["viewer", "day"], name="profile_views_once_a_day")]
        verbose_name = _("profile views")
        verbose_name_plural = _("profile views")

    def __str__(self) -> str:
        return f"{self.viewer_id} {self.day}"
