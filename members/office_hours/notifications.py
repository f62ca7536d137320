"""What people are told about office hours. No mail, subject or address ever holds the link of the meeting."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Booking, User
from members.office_hours import facts, queries
from portal.core.templatetags.when import viewer_text, when_text
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route

# A change this near cannot wait until tomorrow's mails.
NEAR = timedelta(hours=48)


class _AboutBooking(Kind):
    """What the kinds below have in common."""

    area = gettext_lazy("People")
    route = Route.ROLE

    def channel(self, fact: Any) -> None:
        return None

    def audience(self, fact: Any) -> QuerySet[User]:
        return User.objects.filter(pk__in=[fact.host_id, fact.person_id])

    def exempt(self, fact: Any) -> bool:
        return datetime.fromisoformat(fact.starts_at) < timezone.now() + NEAR

    def url(self, fact: Any) -> str:
        return reverse("members:booking", kwargs={"pk": fact.booking_id})

    def context(self, fact: Any, person: User) -> dict[str, Any] | None:
        rows = Booking.objects.visible_to(person).select_related("hours").filter(pk=fact.booking_id)
        found = queries.see_bookings(rows, person, timezone.now())
        return self.of(found[0], person) if found and self.still_so(found[0]) else None

    def still_so(self, seen: queries.SeenBooking) -> bool:
        """Whether what is told is still true when the mail goes out."""
        return seen.cancellable and seen.other is not None

    def of(self, seen: queries.SeenBooking, person: User) -> dict[str, Any]:
        """What the mail says: the time on the host's wall, and on the reader's where that differs."""
        return {
            "seen": seen,
            "when_there": when_text(seen.begins, seen.zone, seen.ends),
            "when_here": viewer_text(seen.begins, seen.zone, person.zone, seen.ends),
        }


@declare
class HourBooked(_AboutBooking):
    """To whoever offers the hour."""

    slug = "members.hour-booked"
    label = gettext_lazy("A place in your office hours is taken")
    fact = facts.HourBooked
    template = "members/email/hour_booked"
    action = gettext_lazy("Open the booking")

    def reason(self, fact: facts.HourBooked) -> str:
        return _("You offer office hours.")

    def headline(self, fact: facts.HourBooked) -> str:
        return _("A place in your office hours is taken")


@declare
class BookingCancelled(_AboutBooking):
    """To the other of the two."""

    slug = "members.booking-cancelled"
    label = gettext_lazy("A place in office hours is cancelled")
    fact = facts.BookingCancelled
    template = "members/email/booking_cancelled"
    action = gettext_lazy("Open the booking")

    def reason(self, fact: facts.BookingCancelled) -> str:
        return _("You took this place, or offer the hour.")

    def headline(self, fact: facts.BookingCancelled) -> str:
        return _("A place in office hours is cancelled")

    def still_so(self, seen: queries.SeenBooking) -> bool:
        return seen.cancelled


@declare
class HourNear(_AboutBooking):
    """To both, a day before."""

    slug = "members.hour-near"
    label = gettext_lazy("An office hour begins within a day")
    fact = facts.HourNear
    template = "members/email/hour_near"
    action = gettext_lazy("Open the booking, with the link")

    def reason(self, fact: facts.HourNear) -> str:
        return _("You took this place, or offer the hour.")

    def headline(self, fact: facts.HourNear) -> str:
        return _("An office hour begins within a day")
