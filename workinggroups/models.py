"""WorkingGroup with its charter, objectives, products and members.

Who sees a group is decided by its channel; `audience` here is the group's own word for it. Memberships are
never deleted: who belonged when is part of the record. Seats in the channel follow them (workinggroups.operations).
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.follows.models import Channel, Seat
from portal.notifications.hearing import with_hearing
from workinggroups import rules


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Groups whose channel `user` may see: a private one exists for its own people and staff alone."""
        return self.filter(channel__in=Channel.objects.visible_to(user))

    def editable_by(self, user: Any) -> Self:
        """Those whose charter and purpose `user` may change: its leads, and staff."""
        if is_staff_member(user):
            return self.all()
        return self.filter(channel__in=Channel.objects.hosted_by(user))

    def with_viewer(self, user: Any) -> Self:
        """What pages ask about their viewer, in the same query: `my_role` ("" for none), what they hear of it."""
        key = user.pk if is_member(user) else None
        mine = Membership.objects.active().filter(group=OuterRef("pk"), user_id=key)
        return with_hearing(self.annotate(my_role=Subquery(mine.values("role")[:1])), user)


class WorkingGroup(Timed):
    """Members who work on one subject, with a charter and leads."""

    class Audience(models.TextChoices):
        """Who may see the group."""

        PUBLIC = rules.PUBLIC, _("Everybody")
        MEMBERS = rules.MEMBERS, _("Members of the community")
        PRIVATE = rules.PRIVATE, _("Only those who belong to it")

    class State(models.TextChoices):
        """Whether it works."""

        ACTIVE = rules.ACTIVE, _("Active")
        DORMANT = rules.DORMANT, _("Dormant")
        CLOSED = rules.CLOSED, _("Closed")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = SafeCharField(_("title"), max_length=120)
    purpose = SafeTextField(_("purpose"), max_length=600)
    charter = SafeTextField(_("charter"), max_length=20_000, blank=True)
    audience = models.CharField(_("who may see it"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    takes_providers = models.BooleanField(_("providers may join"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    chartered_on = models.DateField(_("chartered"))
    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="working_group")
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("workinggroups:group", kwargs={"slug": self.slug})


class Objective(models.Model):
    """Something the group set out to reach by a date."""

    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="objectives")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = SafeTextField(_("objective"), max_length=400)
    due_on = models.DateField(_("due"))

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return self.text


class Product(models.Model):
    """Something the group makes for everybody."""

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", _("Planned")
        DRAFT = "draft", _("Draft")
        RELEASED = "released", _("Released")

    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="products")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = SafeCharField(_("title"), max_length=160)
    kind = SafeCharField(_("kind"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    due_on = models.DateField(_("due"))
    note = SafeTextField(_("where it stands"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.title


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Filters in the domain's words."""

    def active(self) -> Self:
        """Those that have not ended."""
        return self.filter(until=None)

    def leads(self) -> Self:
        """Active ones that lead."""
        return self.active().filter(role=Membership.Role.LEAD)

    def visible_to(self, user: Any) -> Self:
        """Members may read who belongs to the groups they may see; visitors and pending accounts nobody."""
        if not is_member(user):
            return self.none()
        return self.filter(group__in=WorkingGroup.objects.visible_to(user))


class Membership(models.Model):
    """Somebody belongs, or belonged, to a group in a role."""

    class Role(models.TextChoices):
        """What they are to it."""

        MEMBER = "member", _("Member")
        LEAD = "lead", _("Lead")

    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"], condition=Q(until=None), name="one_active_membership_per_person"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="membership_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


# What each role may do in the group's channel.
SEAT_ROLES = {Membership.Role.MEMBER: Seat.Role.READER, Membership.Role.LEAD: Seat.Role.HOST}
# How the group's audience is called in the kernel.
REACH = {rules.PUBLIC: "public", rules.MEMBERS: "members", rules.PRIVATE: "seated"}
