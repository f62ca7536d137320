"""The page of one meeting: its times in both zones, its agenda by the clock, and how it changes with time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from tests.factories.meetings import agenda, make_meeting
from tests.factories.members import ProfileFactory

FIVE_PM_NEW_YORK = datetime(2031, 1, 15, 22, 0, tzinfo=UTC)


def page(client: Client, meeting: Any) -> str:
    response = client.get(meeting.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Australia/Sydney", "For you: 09:00 to 10:00 (+1 day), Sydney time (AEDT)"),
        ("Europe/Bucharest", "For you: 00:00 to 01:00 (+1 day), Bucharest time (EET)"),
        ("America/Los_Angeles", "For you: 14:00 to 15:00, Los Angeles time (PST)"),
    ],
)
def test_a_member_reads_the_meeting_s_zone_and_their_own(
    zone: str, said: str, channel: Channel, client_of: Callable[[Any], Client]
) -> None:
    reader = ProfileFactory(user__time_zone=zone).user
    meeting = make_meeting(channel, start=FIVE_PM_NEW_YORK, zone="America/New_York")
    text = page(client_of(reader), meeting)
    assert "<b>Wednesday</b>" in text
    assert "15 January 2031, 17:00 to 18:00" in text
    assert "New York time (EST)" in text
    assert said in text


def test_the_agenda_runs_by_the_reader_s_clock(channel: Channel, client_of: Callable[[Any], Client]) -> None:
    reader = ProfileFactory(user__time_zone="Asia/Kathmandu").user
    meeting = make_meeting(
        channel, start=FIVE_PM_NEW_YORK, zone="America/New_York", rows=agenda("One", "Two", "Three", minutes=20)
    )
    text = page(client_of(reader), meeting)
    assert [clock for clock in ("03:45", "04:05", "04:25") if f">{clock}<small>" in text] == ["03:45", "04:05", "04:25"]
    assert "Thursday, Kathmandu time (UTC+05:45)" in text
    assert "60 of 60 minutes" in text
    assert 'datetime="2031-01-15T22:20:00+00:00"' in text


def test_a_visitor_reads_the_meeting_s_own_clock(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel, start=FIVE_PM_NEW_YORK, zone="America/New_York")
    text = page(client, meeting)
    assert ">17:00<small>" in text
    assert "For you" not in text
    assert "Sign in to reply" in text


def test_an_agenda_stays_right_across_the_end_of_summer_time(channel: Channel, client: Client) -> None:
    start = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # 01:30 in New York, half an hour before the clocks go back
    meeting = make_meeting(
        channel, start=start, zone="America/New_York", minutes=90, rows=agenda("A", "B", "C", minutes=30)
    )
    text = page(client, meeting)
    assert [text.count(f">{clock}<small>") for clock in ("01:30", "01:00")] == [2, 1]


def test_the_time_elsewhere_names_another_day(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel, start=FIVE_PM_NEW_YORK, zone="America/New_York")
    text = page(client, meeting)
    assert "<dt>Lima</dt><dd>17:00</dd>" in text
    assert "<dt>Sydney</dt><dd>Thursday 09:00</dd>" in text


def test_before_the_window_the_page_says_when_the_link_opens(
    channel: Channel, co_member: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, start=timezone.now() + timedelta(days=3))
    assert "24 hours before" in page(client_of(co_member), meeting)
    assert f"/meetings/{meeting.pk}/join/" not in page(client_of(co_member), meeting)
    assert "Those who belong to" in page(client_of(outsider), meeting)


def test_in_the_window_the_page_offers_to_join(
    channel: Channel, co_member: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, start=timezone.now() + timedelta(minutes=10))
    assert f"/meetings/{meeting.pk}/join/" in page(client_of(co_member), meeting)
    assert f"/meetings/{meeting.pk}/join/" not in page(client_of(outsider), meeting)


def test_during_the_meeting_it_says_now(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel, start=timezone.now() - timedelta(minutes=10))
    assert ">Now<" in page(client, meeting)


def test_afterwards_there_is_no_reply_but_what_came_out(
    channel: Channel, lead: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, start=timezone.now() - timedelta(days=2))
    text = page(client_of(lead), meeting)
    assert "Will you join?" not in text
    assert "The summary appears here by" in text
    form = {"summary": "We **agreed**.\n\n<script>alert(1)</script>", "version": meeting.version}
    client_of(lead).post(f"{meeting.get_absolute_url()}summary/", form)
    text = page(client_of(lead), meeting)
    assert "We <strong>agreed</strong>." in text
    assert "<script>alert" not in text


def test_a_summary_waits_until_the_meeting_began(
    channel: Channel, lead: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, start=timezone.now() + timedelta(days=2))
    assert client_of(lead).get(f"{meeting.get_absolute_url()}summary/").status_code == 404


def test_two_who_write_the_summary_lose_nothing(
    channel: Channel, lead: User, staff: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, start=timezone.now() - timedelta(days=2))
    url = f"{meeting.get_absolute_url()}summary/"
    client_of(staff).post(url, {"summary": "Theirs.", "version": meeting.version})
    response = client_of(lead).post(url, {"summary": "Mine.", "version": meeting.version})
    text = response.content.decode()
    assert "Theirs." in text
    assert "Mine." in text
    client_of(lead).post(url, {"summary": "Both.", "version": meeting.version + 1})
    meeting.refresh_from_db()
    assert meeting.summary == "Both."


def test_a_cancelled_meeting_keeps_its_page_with_the_reason(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel, state="cancelled")
    text = page(client, meeting)
    assert "The room is flooded." in text
    assert "<s>" in text
    assert "Add to calendar" not in text


def test_a_meeting_without_an_agenda_offers_its_host_to_write_one(
    channel: Channel, lead: User, client: Client, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel, rows=[])
    assert "copy the last one" in page(client_of(lead), meeting)
    assert "No agenda is posted." in page(client, meeting)


def test_the_last_reply_counts_and_an_unknown_one_is_refused(
    channel: Channel, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    meeting = make_meeting(channel)
    client = client_of(outsider)
    for answer in ("yes", "no", "nonsense"):
        client.post(f"/meetings/{meeting.pk}/reply/", {"answer": answer})
    assert [reply.answer for reply in meeting.replies.all()] == ["no"]
    assert 'value="no"' in page(client, meeting)
    assert client.get(f"/meetings/{meeting.pk}/reply/").status_code == 405


@pytest.mark.parametrize("state", ["cancelled", "over"])
def test_nobody_replies_to_what_does_not_take_place(
    state: str, channel: Channel, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    if state == "over":
        meeting = make_meeting(channel, start=timezone.now() - timedelta(days=1))
    else:
        meeting = make_meeting(channel, state=state)
    client_of(outsider).post(f"/meetings/{meeting.pk}/reply/", {"answer": "yes"})
    assert not meeting.replies.exists()
