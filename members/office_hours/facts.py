"""What happens to office hours. Times are ISO 8601 in UTC; names and links are not in them."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("members.HourBooked")
@dataclass(frozen=True)
class HourBooked:
    """Somebody took a place."""

    booking_id: int
    host_id: int
    person_id: int
    starts_at: str


@fact("members.BookingCancelled")
@dataclass(frozen=True)
class BookingCancelled:
    """A place was given back, or taken away by whoever offers the hour."""

    booking_id: int
    host_id: int
    person_id: int
    starts_at: str


@fact("members.HourNear")
@dataclass(frozen=True)
class HourNear:
    """An hour with a booked place begins within a day."""

    booking_id: int
    host_id: int
    person_id: int
    starts_at: str
