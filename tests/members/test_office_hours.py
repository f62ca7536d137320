"""Office hours: wall time of whoever offers them, places that are taken once, a link only for who has one."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from members import operations as people
from members.models import Booking, OfficeHours
from members.office_hours import calendars, operations, rules
from members.reach import operations as reach
from members.tasks import keep_office_hours, look_back_and_ahead
from portal.outbox.models import Fact
from tests.factories.members import ProfileFactory
from tests.factories.reach import SECRET_LINK, allow, offer
from tests.members.post import delivered, newest

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
WEDNESDAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def book(hours, person, day=WEDNESDAY, **more):
    return operations.book(hours=hours, day=day, question="", by=person, at=NOW, **more)


# --- when -------------------------------------------------------------------------------------------------------


def test_four_weeks_ahead_by_the_host_s_clock():
    found = list(rules.days(2, time(15), ZoneInfo("Europe/London"), NOW))
    assert [day.isoformat() for day, _at in found] == ["2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16"]
    assert found[0][1] == datetime(2026, 11, 25, 15, tzinfo=UTC)


def test_the_clock_on_the_wall_stays_when_the_clocks_change():
    zone, march = ZoneInfo("Europe/London"), datetime(2026, 3, 20, tzinfo=UTC)
    moments = [at for _day, at in rules.days(2, time(15), zone, march)]
    assert {at.astimezone(zone).time() for at in moments} == {time(15)}
    assert {at.time() for at in moments} == {time(15), time(14)}


def test_in_the_night_of_the_jump_there_is_no_hour_and_in_the_night_back_the_first():
    zone = ZoneInfo("America/New_York")
    assert rules.starts_at(date(2027, 3, 14), time(2, 30), zone) is None
    assert rules.starts_at(date(2027, 11, 7), time(1, 30), zone) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.integers(0, 6),
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_every_hour_shows_its_wall_time_on_its_weekday_and_lies_ahead(name, weekday, clock, at):
    zone = ZoneInfo(name)
    for day, begins in rules.days(weekday, clock, zone, at):
        there = begins.astimezone(zone)
        assert (there.date(), there.time(), day.weekday()) == (day, clock, weekday)
        assert at + rules.NOTICE <= begins <= at + rules.AHEAD


# --- places -----------------------------------------------------------------------------------------------------


def test_the_host_is_told_in_both_clocks_and_no_mail_holds_the_link(member, co_member):
    type(member).objects.filter(pk=member.pk).update(time_zone="Europe/Bucharest")
    book(offer(member), co_member)
    mail = newest(member.email)
    assert mail.message["Subject"] == "Somebody comes to your office hours"
    assert "15:00 to 15:30, London time (GMT)" in mail.text
    assert "17:00 to 17:30, Bucharest time (EET)" in mail.text
    assert SECRET_LINK not in mail.text + mail.html
    assert co_member.email not in mail.text


def test_the_last_place_is_taken_once_and_free_again_when_given_back(member, co_member, outsider):
    hours = offer(member)
    booking = book(hours, co_member)
    with pytest.raises(operations.NotPossible, match="last place"):
        book(hours, outsider)
    assert book(hours, co_member) == booking
    operations.cancel(booking=booking, by=co_member, at=NOW)
    book(hours, outsider)


def test_a_day_that_is_no_hour_cannot_be_booked(member, co_member):
    hours = offer(member)
    for day in (WEDNESDAY + timedelta(days=1), WEDNESDAY - timedelta(weeks=1), WEDNESDAY + timedelta(weeks=5)):
        with pytest.raises(operations.NotPossible):
            book(hours, co_member, day)


def test_nobody_books_their_own_hour_nor_more_than_five(member, co_member):
    hours = offer(member)
    with pytest.raises(operations.NotPossible, match="your own"):
        book(hours, member)
    for _number in range(5):
        book(offer(ProfileFactory().user), co_member)
    with pytest.raises(operations.NotPossible, match="five places"):
        book(hours, co_member)


def test_five_hours_a_week_at_most(member):
    for _number in range(5):
        offer(member)
    with pytest.raises(operations.NotPossible):
        offer(member)


def test_places_cannot_fall_below_what_is_taken(member, co_member, outsider):
    hours = offer(member, places=2)
    book(hours, co_member)
    book(hours, outsider)
    with pytest.raises(operations.NotPossible, match="2 places are taken"):
        operations.change(hours=hours, topics="Other", link=SECRET_LINK, places=1, by=member, at=NOW)
    operations.change(hours=hours, topics="Other", link=SECRET_LINK, places=3, by=member, at=NOW)


def test_a_day_off_cancels_its_places_and_can_be_taken_back(member, co_member):
    hours = offer(member)
    booking = book(hours, co_member)
    assert operations.take_day_off(hours=hours, day=WEDNESDAY, by=member, at=NOW) == 1
    booking.refresh_from_db()
    assert booking.cancelled_at
    assert "Cancelled" in newest(co_member.email).message["Subject"]
    with pytest.raises(operations.NotPossible):
        book(hours, co_member)
    operations.work_after_all(hours=hours, day=WEDNESDAY, by=member, at=NOW)
    book(hours, co_member)


def test_stopped_hours_keep_their_places_and_take_no_more(member, co_member, outsider):
    hours = offer(member, places=2)
    booking = book(hours, co_member)
    operations.stop(hours=hours, by=member, at=NOW)
    with pytest.raises(operations.NotPossible):
        book(hours, outsider)
    booking.refresh_from_db()
    assert booking.cancelled_at is None


def test_only_the_host_changes_an_hour(member, co_member):
    hours = offer(member)
    with pytest.raises(operations.NotPossible):
        operations.stop(hours=hours, by=co_member, at=NOW)
    with pytest.raises(operations.NotPossible):
        operations.take_day_off(hours=hours, day=WEDNESDAY, by=co_member, at=NOW)


def test_nothing_is_cancelled_once_it_has_begun(member, co_member):
    booking = book(offer(member), co_member)
    with pytest.raises(operations.NotPossible):
        operations.cancel(booking=booking, by=co_member, at=booking.starts_at)


def test_providers_and_blocked_people_find_no_hour(member, co_member, provider):
    hours = offer(member)
    assert hours not in OfficeHours.objects.visible_to(provider)
    with pytest.raises(operations.NotPossible):
        book(hours, provider)
    allow(member, providers=True)
    assert hours in OfficeHours.objects.visible_to(provider)
    reach.block(other=co_member, by=member, at=NOW)
    assert hours not in OfficeHours.objects.visible_to(co_member)


# --- time and departures ----------------------------------------------------------------------------------------


def test_both_are_reminded_once_a_day_before(member, co_member):
    booking = book(offer(member), co_member)
    delivered()
    with time_machine.travel(booking.starts_at - timedelta(hours=25), tick=False):
        look_back_and_ahead()
        assert not [mail for mail in delivered() if "Within a day" in mail.message["Subject"]]
    with time_machine.travel(booking.starts_at - timedelta(hours=23), tick=False):
        look_back_and_ahead()
        look_back_and_ahead()
        told = [mail.message["To"] for mail in delivered() if "Within a day" in mail.message["Subject"]]
    assert sorted(told) == sorted([member.email, co_member.email])


def test_a_place_taken_within_the_last_day_needs_no_reminder(member, co_member):
    hours = offer(member, weekday=0, clock=time(20))
    assert book(hours, co_member, date(2026, 11, 23)).remind_at is None


def test_a_zone_that_changes_its_rules_keeps_the_wall_time(member, co_member):
    booking = book(offer(member), co_member)
    Booking.objects.filter(pk=booking.pk).update(starts_at=booking.starts_at + timedelta(hours=1))
    keep_office_hours()
    booking.refresh_from_db()
    assert booking.starts_at == datetime(2026, 11, 25, 15, tzinfo=UTC)


def test_a_suspension_ends_hours_and_places_on_both_sides(member, co_member, outsider, staff):
    theirs, mine = book(offer(member), co_member), book(offer(co_member), outsider)
    people.suspend(person=co_member, reason="Spam.", by=staff, at=NOW)
    delivered()
    for booking in (theirs, mine):
        booking.refresh_from_db()
        assert booking.cancelled_at
    assert OfficeHours.objects.get(person=co_member).stopped_at
    assert Fact.objects.filter(name="members.BookingCancelled").count() == 2


# --- calendar ---------------------------------------------------------------------------------------------------


def test_the_calendar_file_says_when_and_not_where(member, co_member, client_of):
    booking = book(offer(member), co_member)
    response = client_of(co_member).get(f"/members/office-hours/bookings/{booking.pk}.ics")
    event = next(iter(Calendar.from_ical(response.content).walk("VEVENT")))
    assert event.decoded("dtstart") == booking.starts_at
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=30)
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert event["status"] == "CONFIRMED"
    assert SECRET_LINK.encode() not in response.content.replace(b"\r\n ", b"")
    operations.cancel(booking=booking, by=co_member, at=NOW)
    booking.refresh_from_db()
    cancelled = next(iter(Calendar.from_ical(calendars.calendar(booking)).walk("VEVENT")))
    assert (cancelled["status"], cancelled["uid"], int(cancelled["sequence"])) == ("CANCELLED", event["uid"], 1)


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(member, co_member, client_of):
    host, guest = client_of(member), client_of(co_member)
    form = {
        "topics": "Price lists",
        "weekday": "2",
        "clock": "15:00",
        "minutes": "30",
        "places": "1",
        "link": SECRET_LINK,
    }
    page = host.post("/members/office-hours/offer/", form, follow=True).content.decode()
    assert "Your hour is offered" in page
    hours = OfficeHours.objects.get()
    address = f"/members/office-hours/{hours.pk}/"
    assert "Price lists" in guest.get("/members/office-hours/").content.decode()
    page = guest.get(address).content.decode()
    assert "1 place free" in page
    assert SECRET_LINK not in page
    page = guest.post(address, {"day": "2026-11-25", "question": "Which unit?"}, follow=True).content.decode()
    assert "The place is yours" in page
    assert SECRET_LINK in page
    booking = Booking.objects.get()
    page = host.get(f"/members/office-hours/bookings/{booking.pk}/").content.decode()
    assert "Which unit?" in page
    assert "1 of 1 place taken" in host.get(address).content.decode()
    page = guest.post(f"/members/office-hours/bookings/{booking.pk}/cancel/", follow=True).content.decode()
    assert "Cancelled. The other is told." in page
    assert SECRET_LINK not in guest.get(f"/members/office-hours/bookings/{booking.pk}/").content.decode()


@pytest.mark.parametrize(
    "link", ["http://meet.example/a", "javascript:alert(1)", "meet.example", "https://", "ftp://a.example/"]
)
def test_a_link_without_https_is_refused_beside_its_field(member, client_of, link):
    form = {"topics": "T", "weekday": "2", "clock": "15:00", "minutes": "30", "places": "1", "link": link}
    response = client_of(member).post("/members/office-hours/offer/", form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter an address that begins with https://." in page
    assert f'value="{link}"' in page


def test_the_form_sent_twice_is_one_hour(member, client_of):
    form = {"topics": "T", "weekday": "2", "clock": "15:00", "minutes": "30", "places": "1", "link": SECRET_LINK}
    for _click in range(2):
        client_of(member).post("/members/office-hours/offer/", form | {"key": "a" * 32})
    assert OfficeHours.objects.count() == 1


def test_times_are_told_in_both_zones(member, co_member, client_of):
    type(co_member).objects.filter(pk=co_member.pk).update(time_zone="America/Lima")
    co_member.refresh_from_db()
    page = client_of(co_member).get(offer(member).get_absolute_url()).content.decode()
    assert "10:00 to 10:30, Lima time" in page
    assert re.search(r"For <?.*Olena Owner.*: 15:00 to 15:30, London time", page)


def test_without_a_day_the_form_says_so(member, co_member, client_of):
    response = client_of(co_member).post(offer(member).get_absolute_url(), {"question": "Kept text"})
    assert response.status_code == 422
    assert "Choose a day." in response.content.decode()
    assert "Kept text" in response.content.decode()


@pytest.mark.parametrize("role", ["outsider", "staff", "pending", "suspended", "visitor"])
def test_a_booking_exists_for_the_two_alone(role, request, member, co_member, client_of):
    booking = book(offer(member), co_member)
    viewer = request.getfixturevalue(role)
    assert not Booking.objects.visible_to(viewer).exists()
    client = client_of(viewer)
    denied = 302 if role in {"visitor", "suspended"} else 404  # a page shows the door, the rest asks to sign in
    for pk in (booking.pk, 0):
        assert client.get(f"/members/office-hours/bookings/{pk}/").status_code == 404
        assert client.get(f"/members/office-hours/bookings/{pk}.ics").status_code == denied
        assert client.post(f"/members/office-hours/bookings/{pk}/cancel/").status_code == denied


@pytest.mark.parametrize("role", ["pending", "suspended", "visitor"])
def test_only_members_find_office_hours(role, request, member):
    offer(member)
    assert not OfficeHours.objects.visible_to(request.getfixturevalue(role)).exists()


def test_somebody_else_s_hour_cannot_be_changed(member, co_member, client_of):
    hours, client = offer(member), client_of(co_member)
    assert client.get(f"/members/office-hours/{hours.pk}/change/").status_code == 404
    assert client.post(f"/members/office-hours/{hours.pk}/stop/").status_code == 404
    assert client.post(f"/members/office-hours/{hours.pk}/day/", {"day": "2026-11-25", "off": "on"}).status_code == 404


def test_the_link_is_on_no_page_but_that_of_a_place(member, co_member, outsider, client_of):
    hours = offer(member, places=2)
    book(hours, co_member)
    for viewer in (outsider, co_member):
        client = client_of(viewer)
        for page in ("/members/office-hours/", hours.get_absolute_url(), f"/members/{member.profile.handle}/"):
            assert SECRET_LINK not in client.get(page).content.decode()


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_list_costs_the_same_at_any_length(member, co_member, client_of, number):
    for _each in range(number):
        hours = offer(ProfileFactory().user, places=3)
        if _each < 5:
            book(hours, member)
    client = client_of(member)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/members/office-hours/")
    assert len(asked) == 8, [query["sql"][:90] for query in asked]
    assert len(response.content) < 60_000


def test_moments_are_stored_for_the_day_they_were_booked_for(member, co_member):
    booking = book(offer(member), co_member)
    assert timezone.localtime(booking.starts_at, ZoneInfo("Europe/London")).date() == booking.day
