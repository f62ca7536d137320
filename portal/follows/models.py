"""Channel: the kernel's one row for a case, a group or a kit, so that nothing else need know which it is.

A feature owns the key to its channel (`Case.channel`) and keeps title, address and audience in step.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.taxonomy.models import Challenge


class Reach(models.TextChoices):
    """Who may see a thing."""

    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Members")
    SEATED = "seated", _("Only those who belong to it")
    STAFF = "staff", _("Programme staff")


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """What `user` may see: by audience, or by a seat; staff see all."""
        if is_staff_member(user):
            return self.all()
        if not is_member(user):
            return self.filter(audience=Reach.PUBLIC)
        seated = Exists(Seat.objects.filter(channel=OuterRef("pk"), user=user))
        return self.filter(Q(audience__in=[Reach.PUBLIC, Reach.MEMBERS]) | Q(seated, audience=Reach.SEATED))

    def hosted_by(self, user: Any) -> Self:
        """Those whose meetings `user` may arrange."""
        if not is_member(user):
            return self.none()
        return self.filter(seats__user=user, seats__role=Seat.Role.HOST)


class Channel(Timed):
    """A followable thing."""

    kind = models.SlugField(_("kind"), max_length=30)
    title = SafeCharField(_("title"), max_length=250)
    url = models.CharField(_("address"), max_length=250)
    audience = models.CharField(_("audience"), max_length=10, choices=Reach, default=Reach.MEMBERS)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.title


class Seat(models.Model):
    """Somebody belongs to a channel: written by the feature that owns it, in step with its own membership."""

    class Role(models.TextChoices):
        """What the seat allows."""

        READER = "reader", _("Reader")
        HOST = "host", _("Host")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.READER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "user"], name="one_seat_per_person")]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")

    def __str__(self) -> str:
        return f"{self.role} {self.channel_id}"


class Follow(models.Model):
    """Somebody wants to hear of a channel."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "user"], name="follow_once")]
        verbose_name = _("follow")
        verbose_name_plural = _("follows")

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.channel_id}"


class ChallengeChannel(models.Model):
    """What somebody follows who follows one of the challenges; made when the first person does."""

    challenge = models.OneToOneField(Challenge, on_delete=models.CASCADE, related_name="followable")
    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="challenge_channel")

    class Meta:
        verbose_name = _("channel of a challenge")
        verbose_name_plural = _("channels of challenges")

    def __str__(self) -> str:
        return f"{self.challenge_id} {self.channel_id}"
