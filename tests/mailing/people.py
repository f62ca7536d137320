"""Makers of what the members app tells people: introductions, letters, office hours, consents, invitations."""

from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from cases.alerts.operations import save_search
from members.introductions import operations as introductions
from members.invitations import operations as invitations
from members.joining import operations as joining
from members.letters import operations as letters
from members.models import Booking, Introduction, JoinRequest, Spokesperson, User
from members.office_hours import operations as hours
from members.office_hours import rules
from members.spokespeople import operations as spokespeople
from portal.follows.operations import follow_challenges
from portal.notifications.announcing import operations as announcing
from portal.taxonomy.models import Challenge
from tests.factories import reach
from tests.factories.cases import published
from tests.factories.members import JoinRequestFactory, OrganisationFactory, UserFactory
from tests.mailing.makers import makes


@makes("cases.on-a-challenge")
def _on_a_challenge(reader: Any, actor: Any) -> None:
    challenge = Challenge.objects.get(slug="finance-funding")
    follow_challenges(challenges=[challenge], by=reader, at=timezone.now())
    published(title="One payroll for eleven agencies", challenges=["finance-funding"])


@makes("cases.fits-a-search")
def _fits_a_search(reader: Any, actor: Any) -> None:
    """One that fits two searches of the reader's."""
    for query in ("q=payroll+agencies&level=county", "challenge=finance-funding&challenge=capabilities"):
        save_search(params=QueryDict(query), by=reader, at=timezone.now() - timedelta(days=30))
    published(title="One payroll for eleven agencies", challenges=["finance-funding"])


def _asked(asker: Any, person: Any) -> Introduction:
    reach.allow(person, introductions=True)
    purpose = "I price payroll for forty agencies and would like to compare how you told them."
    return introductions.ask(person=person, purpose=purpose, by=asker, at=timezone.now())


@makes("members.introduction-asked")
def _introduction_asked(reader: Any, actor: Any) -> None:
    _asked(actor, reader)


@makes("members.introduction-accepted")
def _introduction_accepted(reader: Any, actor: Any) -> None:
    introductions.accept(introduction=_asked(reader, actor), by=actor, at=timezone.now())


@makes("members.introduction-looks-back")
def _introduction_looks_back(reader: Any, actor: Any) -> None:
    reach.introduced(reader, actor, days_ago=31)
    introductions.ask_whether_it_helped(at=timezone.now())


@makes("members.letter-sent")
def _letter_sent(reader: Any, actor: Any) -> None:
    reach.write(actor, reader)


@makes("members.writing-reported")
def _writing_reported(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    letter = reach.write(UserFactory(), actor)
    letters.report(letter=letter, note="This is advertising.", by=actor, at=timezone.now())


def _booked(host: Any, guest: Any) -> Booking:
    now = timezone.now()
    offered = reach.offer(host)
    day, _begins = next(iter(rules.days(offered.weekday, offered.clock, offered.tz, now)))
    return hours.book(hours=offered, day=day, question="How did you price small customers?", by=guest, at=now)


@makes("members.hour-booked")
def _hour_booked(reader: Any, actor: Any) -> None:
    _booked(reader, actor)


@makes("members.booking-cancelled")
def _booking_cancelled(reader: Any, actor: Any) -> None:
    hours.cancel(booking=_booked(reader, actor), by=actor, at=timezone.now())


@makes("members.hour-near")
def _hour_near(reader: Any, actor: Any) -> None:
    booking = _booked(reader, actor)
    Booking.objects.filter(pk=booking.pk).update(remind_at=timezone.now() - timedelta(minutes=1))
    hours.remind(at=timezone.now())


@makes("members.consent-runs-out")
def _consent_runs_out(reader: Any, actor: Any) -> None:
    consent = reach.speaks(reader)
    Spokesperson.objects.filter(pk=consent.pk).update(remind_at=timezone.now() - timedelta(minutes=1))
    spokespeople.remind(at=timezone.now())


@makes("members.join-answered")
def _join_answered(reader: Any, actor: Any) -> None:
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    request = JoinRequestFactory(confirmed_at=timezone.now())
    staff = User.objects.get(pk=reader.pk)
    joining.ask_back(request=request, question="Which service do you share?", by=staff, at=timezone.now())
    joining.answer(request=request, text="Payroll, with eleven agencies.", by=request.person, at=timezone.now())


@makes("members.invitation-accepted")
def _invitation_accepted(reader: Any, actor: Any) -> None:
    now = timezone.now()
    newcomer = UserFactory(standing=User.Standing.PENDING, email="newcomer@county.example")
    invitation = invitations.invite(email=newcomer.email, line="Come and compare.", group=None, by=reader, at=now)
    joining.request_to_join(
        person=newcomer,
        organisation="A county",
        kind="practitioner",
        reason="To compare.",
        invitation=invitation,
        at=now,
    )
    joining.confirm_address(person=newcomer, address=newcomer.email, at=now)
    waiting = JoinRequest.objects.open().filter(person=newcomer).first()
    if waiting is not None:
        joining.approve(request=waiting, organisation=OrganisationFactory(), kind="practitioner", by=actor, at=now)


@makes("notifications.announcement")
def _announced(reader: Any, actor: Any) -> None:
    words = {
        "title": "The survey closes on Friday",
        "text": "Please answer **twelve** questions.",
        "circle": "everybody",
    }
    announcing.send(announcement=announcing.draft(**words, by=actor, at=timezone.now()), by=actor, at=timezone.now())
