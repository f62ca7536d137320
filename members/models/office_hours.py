"""Office hours: a time each week at which a member can be asked, and who has taken a place in it."""

from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models.contact import Block
from members.models.profiles import Profile
from members.office_hours.rules import LONGEST, MOST_PLACES, SHORTEST, WEEKDAYS
from portal.core.fields import SafeCharField
from portal.core.models import Timed
from portal.core.rules import is_member
from portal.core.templatetags.when import zone_of
from portal.taxonomy.choices import MemberKind


class OfficeHoursQuerySet(models.QuerySet["OfficeHours"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """One's own; and what members offer whom one may see, unless they keep providers out or block one."""
        if not is_member(user):
            return self.none()
        seen = self.filter(person__profile__in=Profile.objects.visible_to(user), stopped_at=None)
        seen = seen.exclude(person__in=Block.objects.filter(other=user).values("person"))
        sells = Profile.objects.filter(user=user, kind=MemberKind.PROVIDER)
        seen = seen.filter(models.Q(person__profile__providers_may_contact=True) | ~models.Exists(sells))
        booked = Booking.objects.filter(person=user).values("hours")
        return self.filter(models.Q(pk__in=seen.values("pk")) | models.Q(person=user) | models.Q(pk__in=booked))


class OfficeHours(Timed):
    """Every week on this day at this time, by the clock on the wall of whoever offers it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="office_hours")
    topics = SafeCharField(_("what you can be asked"), max_length=200)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=WEEKDAYS)
    clock = models.TimeField(_("begins"))
    zone = models.CharField(_("time zone"), max_length=60)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    places = models.PositiveSmallIntegerField(
        _("places"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)]
    )
    # Shown to who has a place, and to nobody else; in no mail, calendar file or list.
    link = models.URLField(_("where you meet"), max_length=300)
    # Days on which it does not take place, as ISO dates; those that are over are dropped with the next change.
    days_off = models.JSONField(_("days off"), default=list, blank=True)
    stopped_at = models.DateTimeField(_("no longer offered"), null=True, blank=True)
    # Names the form it was typed into: sent twice, it is offered once.
    key = models.CharField(_("key"), max_length=40)

    objects = OfficeHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("office hours")
        verbose_name_plural = _("office hours")
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_offer_for_each_form"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="office_hours_on_a_weekday"),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="office_hours_have_a_length"
            ),
            models.CheckConstraint(
                condition=models.Q(places__gte=1, places__lte=MOST_PLACES), name="office_hours_have_places"
            ),
        ]
        indexes = [models.Index(fields=["person"], name="office_hours_of", condition=models.Q(stopped_at=None))]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.weekday} {self.clock} {self.zone}"

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which the time is meant."""
        return zone_of(self.zone)

    def get_absolute_url(self) -> str:
        return reverse("members:office-hour", kwargs={"pk": self.pk})


class BookingQuerySet(models.QuerySet["Booking"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Whoever took the place, and whoever offers it."""
        if not is_member(user):
            return self.none()
        return self.filter(models.Q(person=user) | models.Q(hours__person=user))

    def standing(self) -> Self:
        """Those that were not cancelled."""
        return self.filter(cancelled_at=None)


class Booking(models.Model):
    """Somebody has a place on one day. Cancelled places are free again, and the row says who cancelled."""

    hours = models.ForeignKey(OfficeHours, on_delete=models.CASCADE, related_name="bookings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookings")
    # The day on the offerer's calendar; the moment is derived from it and kept in step with the rules of the zone.
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("begins"))
    question = SafeCharField(_("what you would like to ask"), max_length=300, blank=True)
    booked_at = models.DateTimeField(_("booked"))
    remind_at = models.DateTimeField(_("remind"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.UniqueConstraint(
                fields=["hours", "day", "person"],
                condition=models.Q(cancelled_at=None),
                name="one_place_for_each_person",
            )
        ]
        indexes = [
            models.Index(fields=["hours", "day"], name="bookings_of_a_day", condition=models.Q(cancelled_at=None)),
            models.Index(fields=["person", "starts_at"], name="bookings_of_a_person"),
            models.Index(fields=["remind_at"], name="bookings_to_remind", condition=models.Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("members:booking", kwargs={"pk": self.pk})
