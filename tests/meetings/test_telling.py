"""Who is told, when and of what: the numbers shown before are the people told after."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import follow, seat, unseat
from portal.meetings import audiences, operations
from portal.meetings.models import Meeting
from portal.meetings.notifications import MeetingChanged
from portal.notifications.models import Notification, Preference
from portal.outbox.drain import run_errands
from portal.outbox.models import Fact
from tests.factories.meetings import SECRET, agenda, details, make_channel, make_meeting
from tests.factories.members import ProfileFactory

Sent = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def draft(request: pytest.FixtureRequest, channel: Channel, lead: User) -> Meeting:
    """A draft whose channel has every sort of people: seated, following, suspended, waiting, and one without mail."""
    now = timezone.now()
    quiet = ProfileFactory(user__name="Quentin Quiet").user
    Preference.objects.create(person=quiet, kind="meetings.agenda-published", way="list")
    suspended, pending, outsider, provider = (
        request.getfixturevalue(role) for role in ("suspended", "pending", "outsider", "provider")
    )
    for user in (suspended, pending, quiet):
        seat(channel=channel, user=user)
    for user in (outsider, provider, lead):
        follow(channel=channel, by=user, at=now)
    return make_meeting(channel, state="draft", by=lead)


def publish(meeting: Meeting, by: User, *, tell: bool = True) -> Meeting:
    return operations.publish(meeting=meeting, version=meeting.version, tell=tell, by=by, at=timezone.now())


def told() -> set[str]:
    return {notice.person.name for notice in Notification.objects.select_related("person")}


def receivers(mails: list[EmailMultiAlternatives]) -> list[str]:
    return sorted(address for mail in mails for address in mail.to)


def test_who_will_be_told_is_who_is_told(draft: Meeting, lead: User, sent: Sent) -> None:
    before = audiences.of_agenda(draft, by=lead, at=timezone.now())
    publish(draft, lead)
    mails = sent()
    assert (before.people, before.by_mail) == (len(told()), len(mails)) == (4, 3)
    assert told() == {"Carlo Comember", "Otto Outsider", "Piet Provider", "Quentin Quiet"}
    assert receivers(mails) == ["carlo@agency.example", "otto@agency.example", "piet@agency.example"]


def test_the_page_says_the_numbers_and_does_what_its_buttons_say(
    draft: Meeting, lead: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    client = client_of(lead)
    url = f"{draft.get_absolute_url()}publish/"
    text = client.get(url).content.decode()
    assert "Publish and tell 4 people" in text
    assert "<dd>3</dd>" in text
    response = client.post(url, {"version": draft.version, "tell": "1"}, follow=True)
    assert "Published. 4 people will hear of it." in response.content.decode()
    assert len(sent()) == 3


@pytest.mark.parametrize("clicks", [2, 5])
def test_publishing_twice_tells_once(
    clicks: int, draft: Meeting, lead: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    for _click in range(clicks):
        client_of(lead).post(f"{draft.get_absolute_url()}publish/", {"version": draft.version, "tell": "1"})
    assert len(sent()) == 3
    assert len(sent()) == 0
    assert Fact.objects.filter(name="meetings.AgendaPublished").count() == 1


def test_publishing_quietly_tells_nobody_and_can_be_told_later(draft: Meeting, lead: User, sent: Sent) -> None:
    published = publish(draft, lead, tell=False)
    assert sent() == []
    assert told() == set()
    publish(published, lead, tell=True)
    assert len(sent()) == 3


def test_a_new_agenda_of_an_announced_meeting_can_be_told_once(draft: Meeting, lead: User, sent: Sent) -> None:
    meeting = publish(draft, lead)
    sent()
    changed = operations.set_agenda(
        meeting=meeting, rows=agenda("New"), version=meeting.version, by=lead, at=timezone.now()
    )
    assert sent() == [], "saving an agenda tells nobody"
    for _click in range(2):
        publish(changed, lead)
    assert len(sent()) == 3


def test_what_changed_since_it_was_reviewed_is_not_published_unseen(
    draft: Meeting, lead: User, staff: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    operations.set_agenda(meeting=draft, rows=[], version=draft.version, by=staff, at=timezone.now())
    url = f"{draft.get_absolute_url()}publish/"
    response = client_of(lead).post(url, {"version": draft.version, "tell": "1"}, follow=True)
    assert "Look once more." in response.content.decode()
    assert Meeting.objects.get().state == "draft"
    assert sent() == []


def test_of_a_meeting_that_is_over_nobody_is_told(channel: Channel, lead: User, sent: Sent) -> None:
    draft = make_meeting(channel, state="draft", start=timezone.now() - timedelta(days=1))
    assert audiences.of_agenda(draft, by=lead, at=timezone.now()).people == 0
    publish(draft, lead)
    assert sent() == []


def _moved(meeting: Meeting, by: User, **fields: Any) -> Meeting:
    kept = {"title": meeting.title, "minutes": meeting.minutes, "zone": meeting.zone}
    new = details(fields.pop("start", meeting.starts_at), **(kept | fields))
    return operations.change(meeting=meeting, details=new, version=meeting.version, by=by, at=timezone.now())


def test_a_draft_changes_silently(draft: Meeting, lead: User, sent: Sent) -> None:
    changed = _moved(draft, lead, start=draft.starts_at + timedelta(days=1))
    assert (changed.sequence, sent()) == (0, [])


def test_another_time_is_told_with_the_old_one(draft: Meeting, lead: User, sent: Sent) -> None:
    meeting = publish(draft, lead, tell=False)
    before = audiences.of_change(meeting, by=lead, at=timezone.now())
    changed = _moved(meeting, lead, start=meeting.starts_at + timedelta(days=1))
    mails = sent()
    assert (before.people, before.by_mail) == (4, 4) == (len(told()), len(mails))
    assert changed.sequence == meeting.sequence + 1
    assert mails[0].subject.startswith("New time: ")
    assert f"{meeting.starts_at.day} " in mails[0].body
    assert "It is now" in mails[0].body


def test_another_title_is_told(draft: Meeting, lead: User, sent: Sent) -> None:
    meeting = publish(draft, lead, tell=False)
    _moved(meeting, lead, title="Something else")
    mails = sent()
    assert len(mails) == 4
    assert mails[0].subject.startswith("New title: Something else")
    assert f"It was called “{meeting.title}”." in mails[0].body


def test_a_changed_note_or_link_is_saved_quietly(draft: Meeting, lead: User, sent: Sent) -> None:
    meeting = publish(draft, lead, tell=False)
    changed = _moved(meeting, lead, location_note="Room 5", purpose="New")
    assert sent() == []
    assert changed.sequence == meeting.sequence + 1, "but calendars get a new revision"


def test_a_change_that_is_taken_back_before_the_mail_goes_out_is_not_mailed(
    draft: Meeting, lead: User, sent: Sent
) -> None:
    meeting = publish(draft, lead, tell=False)
    away = _moved(meeting, lead, start=meeting.starts_at + timedelta(days=1))
    _moved(away, lead, start=meeting.starts_at)
    mails = sent()
    assert len(mails) == 4, "the second mail alone: it was announced for the other day in between"
    assert {person.name for person in User.objects.filter(email__in=receivers(mails))} == told()


def test_those_who_said_they_come_hear_of_changes_and_the_end_also_without_belonging(
    channel: Channel, lead: User, outsider: User, provider: User, sent: Sent
) -> None:
    meeting = make_meeting(channel, by=lead)
    operations.reply(meeting=meeting, answer="yes", by=outsider, at=timezone.now())
    operations.reply(meeting=meeting, answer="no", by=provider, at=timezone.now())
    _moved(meeting, lead, start=meeting.starts_at + timedelta(hours=1))
    assert receivers(sent()) == ["carlo@agency.example", "otto@agency.example"]
    before = audiences.of_cancelling(Meeting.objects.get(), by=lead, at=timezone.now())
    operations.cancel(meeting=meeting, reason="Flooded.", by=lead, at=timezone.now())
    mails = sent()
    assert receivers(mails) == ["carlo@agency.example", "otto@agency.example"]
    assert before.people == len(mails)


def test_cancelling_tells_once_with_the_reason(
    draft: Meeting, lead: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    publish(draft, lead, tell=False)
    client, url = client_of(lead), f"{draft.get_absolute_url()}cancel/"
    assert "<b>4 people</b> will be told" in client.get(url).content.decode()
    assert "Say why it is cancelled" in client.post(url, {"reason": "  "}).content.decode()
    for _click in range(3):
        client.post(url, {"reason": "The bridge is closed."})
    mails = sent()
    assert len(mails) == 4
    assert mails[0].subject.startswith("Cancelled: ")
    assert "The bridge is closed." in mails[0].body
    assert Meeting.objects.get().cancel_reason == "The bridge is closed."


def test_an_announcement_that_waits_is_not_sent_after_the_cancellation(draft: Meeting, lead: User, sent: Sent) -> None:
    publish(draft, lead)
    operations.cancel(meeting=draft, reason="Flooded.", by=lead, at=timezone.now())
    assert {mail.subject.split(":")[0] for mail in sent()} == {"Cancelled"}


def test_who_leaves_before_the_mail_goes_out_gets_none(lead: User, co_member: User, outsider: User, sent: Sent) -> None:
    channel = make_channel(audience="seated", hosts=(lead,), readers=(co_member, outsider))
    meeting = make_meeting(channel, state="draft", by=lead)
    publish(meeting, lead)
    run_errands(100)
    unseat(channel=channel, user=outsider)
    assert receivers(sent()) == ["carlo@agency.example"]


def test_the_mail_tells_the_time_in_the_reader_s_zone_and_the_meeting_s(
    channel: Channel, lead: User, sent: Sent
) -> None:
    reader = ProfileFactory(user__time_zone="Australia/Sydney", user__email="sydney@agency.example").user
    seat(channel=channel, user=reader)
    start = datetime(2031, 1, 15, 22, 0, tzinfo=UTC)
    meeting = make_meeting(channel, state="draft", start=start, zone="America/New_York", rows=agenda("One", "Two"))
    publish(meeting, lead)
    mail = next(mail for mail in sent() if mail.to == ["sydney@agency.example"])
    html = mail.alternatives[0][0]
    for body in (mail.body, unescape(re.sub(r"<[^>]+>", "", html))):
        flat = " ".join(body.split())
        assert "Wednesday, 15 January 2031, 17:00 to 18:00, New York time (EST)" in flat
        assert "For you: 09:00 to 10:00 (+1 day), Sydney time (AEDT)" in flat
        assert "09:00 One (10 min" in flat
        assert "09:10 Two (10 min" in flat
    assert f"/meetings/{meeting.pk}.ics" in mail.body
    assert f"/meetings/{meeting.pk}.ics" in html


def test_no_mail_holds_the_joining_link_anywhere(draft: Meeting, lead: User, sent: Sent) -> None:
    meeting = publish(draft, lead)
    mails = sent()
    meeting = _moved(meeting, lead, start=meeting.starts_at + timedelta(hours=1))
    mails += sent()
    operations.cancel(meeting=meeting, reason="Flooded.", by=lead, at=timezone.now())
    mails += sent()
    assert len(mails) == 3 + 4 + 4
    for mail in mails:
        whole = mail.message().as_string() + mail.body + mail.alternatives[0][0]
        assert SECRET not in whole
        assert "secret-room" not in whole
    assert "secret-room" not in " ".join(str(fact.payload) for fact in Fact.objects.all())


def test_every_mail_has_two_bodies_a_reason_and_a_way_out(draft: Meeting, lead: User, sent: Sent) -> None:
    publish(draft, lead)
    for mail in sent():
        html = mail.alternatives[0][0]
        for body in (mail.body, html):
            assert "You belong to “" in body or "You follow “" in body
            assert "/notifications/stop/" in body
        assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "style=" in html


def test_the_list_in_the_portal_tells_it_too(
    draft: Meeting, lead: User, co_member: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    publish(draft, lead)
    sent()
    assert f"Agenda: {draft.title}" in client_of(co_member).get("/notifications/").content.decode()


def test_hostile_titles_stay_text(channel: Channel, lead: User, sent: Sent) -> None:
    title = 'Hi<img src=x onerror=alert(1)> "x" & y'
    publish(make_meeting(channel, state="draft", title=title), lead)
    mail = sent()[0]
    assert "<img src=x" not in mail.alternatives[0][0]
    assert title in mail.subject
    assert "\n" not in mail.subject


def test_opening_a_meeting_reads_what_was_told_of_it(
    draft: Meeting, lead: User, co_member: User, client_of: Callable[[Any], Client], sent: Sent
) -> None:
    publish(draft, lead)
    sent()
    notice = Notification.objects.get(person=co_member)
    assert (notice.thread, notice.route) == (draft.thread, "seated")
    client_of(co_member).get(draft.get_absolute_url())
    assert not Notification.objects.filter(person=co_member).unread().exists()


def test_a_change_within_two_days_cannot_wait(draft: Meeting) -> None:
    kind, now = MeetingChanged(), timezone.now()

    def about(start: timedelta, before: timedelta) -> Any:
        starts, old = (now + start).isoformat(), (now + before).isoformat()
        return SimpleNamespace(starts_at=starts, old_starts_at=old)

    assert kind.exempt(about(timedelta(hours=47), timedelta(days=9)))
    assert kind.exempt(about(timedelta(days=9), timedelta(hours=47)))
    assert not kind.exempt(about(timedelta(days=9), timedelta(days=8)))
