"""Many clicks at the same moment: three requests, ten letters, one last place, one row for each form."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.introductions import operations as introductions
from members.letters import operations as letters
from members.models import Booking, Introduction, Letter, OfficeHours, SetAside, Spokesperson
from members.office_hours import operations as hours
from members.office_hours import rules
from members.reach import operations as reach
from members.reach.forms import new_key
from portal.outbox.models import Fact
from tests.factories.members import ProfileFactory
from tests.factories.reach import SECRET_LINK, allow, offer, speaks
from tests.meetings.test_at_once import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def test_of_many_requests_at_once_three_are_made():
    asker = ProfileFactory().user
    people = [ProfileFactory().user for _number in range(AT_ONCE)]
    at = timezone.now()
    done = all_at_once(
        [lambda person=person: introductions.ask(person=person, purpose="Why.", by=asker, at=at) for person in people]
    )
    assert sum(isinstance(each, Introduction) for each in done) == 3
    assert sum(isinstance(each, introductions.NotPossible) for each in done) == AT_ONCE - 3
    assert Introduction.objects.count() == Fact.objects.count() == 3


def test_two_who_ask_each_other_at_once_make_one_request():
    one, other = ProfileFactory().user, ProfileFactory().user
    at = timezone.now()
    done = all_at_once(
        [
            lambda: introductions.ask(person=other, purpose="Why.", by=one, at=at),
            lambda: introductions.ask(person=one, purpose="Why.", by=other, at=at),
        ]
    )
    assert sum(isinstance(each, Introduction) for each in done) == 1
    assert Introduction.objects.count() == 1


def test_a_yes_and_a_withdrawal_at_once_are_one_of_the_two():
    asker, person = ProfileFactory().user, ProfileFactory().user
    at = timezone.now()
    row = introductions.ask(person=person, purpose="Why.", by=asker, at=at)
    done = all_at_once(
        [
            lambda: introductions.accept(introduction=row, by=person, at=at),
            lambda: introductions.withdraw(introduction=row, by=asker, at=at),
        ]
    )
    assert sum(isinstance(each, introductions.NotPossible) for each in done) == 1
    row.refresh_from_db()
    told = Fact.objects.filter(name="members.IntroductionAccepted").count()
    assert (row.state, told) in {("accepted", 1), ("withdrawn", 0)}


def test_of_many_letters_at_once_ten_are_sent():
    sender = ProfileFactory().user
    people = [allow(ProfileFactory().user, letters=True) for _number in range(12)]
    at = timezone.now()

    def one(person):
        return lambda: letters.send(person=person, text="Hello.", key=new_key(), by=sender, at=at)

    done = all_at_once([one(person) for person in people])
    assert sum(isinstance(each, Letter) for each in done) == 10
    assert sum(isinstance(each, letters.NotSent) for each in done) == 2


def test_a_form_that_arrives_many_times_at_once_is_one_letter():
    sender, person = ProfileFactory().user, allow(ProfileFactory().user, letters=True)
    at = timezone.now()

    def send():
        return letters.send(person=person, text="Hello.", key="b" * 32, by=sender, at=at)

    done = all_at_once([send] * AT_ONCE)
    assert {getattr(each, "pk", each) for each in done} == {Letter.objects.get().pk}


def _next_day(row: OfficeHours):
    return next(iter(rules.days(row.weekday, row.clock, row.tz, timezone.now())))[0]


def test_the_last_place_goes_to_one_of_many():
    row = offer(ProfileFactory().user, places=2)
    day, at = _next_day(row), timezone.now()
    people = [ProfileFactory().user for _number in range(AT_ONCE)]
    done = all_at_once([lambda who=who: hours.book(hours=row, day=day, question="", by=who, at=at) for who in people])
    assert sum(isinstance(each, Booking) for each in done) == 2
    assert sum(isinstance(each, hours.NotPossible) for each in done) == AT_ONCE - 2
    assert Booking.objects.standing().count() == 2


def test_many_clicks_on_one_place_are_one_booking():
    row, guest = offer(ProfileFactory().user, places=5), ProfileFactory().user
    day, at = _next_day(row), timezone.now()

    def click():
        return hours.book(hours=row, day=day, question="", by=guest, at=at)

    done = all_at_once([click] * AT_ONCE)
    assert {getattr(each, "pk", each) for each in done} == {Booking.objects.get().pk}


def test_a_booking_and_a_day_off_at_once_leave_no_place_standing_on_it():
    host, guest = ProfileFactory().user, ProfileFactory().user
    row = offer(host)
    day, at = _next_day(row), timezone.now()
    all_at_once(
        [
            lambda: hours.book(hours=row, day=day, question="", by=guest, at=at),
            lambda: hours.take_day_off(hours=row, day=day, by=host, at=at),
        ]
    )
    assert not Booking.objects.standing().filter(day=day).exists()


def test_two_cancellations_at_once_are_one_fact():
    host, guest = ProfileFactory().user, ProfileFactory().user
    row = offer(host)
    booking = hours.book(hours=row, day=_next_day(row), question="", by=guest, at=timezone.now())
    calls = [lambda who=who: hours.cancel(booking=booking, by=who, at=timezone.now()) for who in (host, guest)]
    assert [each for each in all_at_once(calls) if isinstance(each, Exception)] == []
    assert Fact.objects.filter(name="members.BookingCancelled").count() == 1


def test_an_hour_offered_by_many_clicks_is_one():
    host, at = ProfileFactory().user, timezone.now()
    what = hours.Offer(
        topics="T",
        weekday=1,
        clock=at.time().replace(second=0, microsecond=0),
        zone="UTC",
        minutes=30,
        places=1,
        link=SECRET_LINK,
    )
    done = all_at_once([lambda: hours.offer(what=what, key="c" * 32, by=host, at=at)] * AT_ONCE)
    assert {getattr(each, "pk", each) for each in done} == {OfficeHours.objects.get().pk}


def test_setting_somebody_aside_by_many_clicks_is_one_row():
    me, other = ProfileFactory().user, ProfileFactory().user
    done = all_at_once([lambda: reach.set_aside(other=other, by=me, at=timezone.now())] * AT_ONCE)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert SetAside.objects.count() == 1


def test_agreeing_by_many_clicks_is_one_consent():
    person, at = ProfileFactory().user, timezone.now()
    done = all_at_once([lambda: speaks(person, at=at)] * AT_ONCE)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Spokesperson.objects.get().expires_at == at + timedelta(days=365)


def test_sweeps_at_once_ask_once():
    from members.introductions.operations import ask_whether_it_helped
    from tests.factories.reach import introduced

    introduced(ProfileFactory().user, ProfileFactory().user, days_ago=31)
    at = timezone.now()
    done = all_at_once([lambda: ask_whether_it_helped(at=at)] * 4)
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Fact.objects.filter(name="members.IntroductionLooksBack").count() == 1
