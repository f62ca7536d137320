"""Calendar files: they parse, keep their identity, follow changes as one event, and hold nothing secret."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import unseat
from portal.meetings import calendars, operations
from portal.meetings.models import Meeting
from portal.meetings.zones import OFFERED
from tests.factories.meetings import SECRET, agenda, details, make_channel, make_meeting
from tests.factories.workinggroups import make_group

ZONES = [name for names in OFFERED.values() for name in names.split()]


def events(body: bytes) -> dict[str, Any]:
    """The events of a file by UID."""
    return {str(event["UID"]): event for event in Calendar.from_ical(body).walk("VEVENT")}


def the_event(client: Client, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar; charset=utf-8")
    (event,) = events(response.content).values()
    return event


def change(meeting: Meeting, **fields: Any) -> Meeting:
    current = Meeting.objects.get(pk=meeting.pk)
    start = fields.pop("start", current.starts_at)
    new = details(start, **({"title": current.title, "zone": current.zone, "minutes": current.minutes} | fields))
    return operations.change(meeting=current, details=new, version=current.version, by=None, at=timezone.now())


def test_a_meeting_is_one_event_through_create_move_rename_and_cancel(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel, title="Costs; and, commas", zone="America/New_York")
    url = f"/meetings/{meeting.pk}.ics"
    seen = [the_event(client, url)]
    change(meeting, start=meeting.starts_at + timedelta(days=1))
    seen.append(the_event(client, url))
    change(meeting, title="Renamed")
    seen.append(the_event(client, url))
    operations.cancel(meeting=meeting, reason="Flooded.", by=None, at=timezone.now())
    seen.append(the_event(client, url))
    assert len({str(event["UID"]) for event in seen}) == 1
    sequences = [int(event["SEQUENCE"]) for event in seen]
    assert sequences == sorted(set(sequences))
    assert [str(event["STATUS"]) for event in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert str(seen[0]["SUMMARY"]) == "Costs; and, commas"
    assert str(seen[-1]["SUMMARY"]).startswith("CANCELLED: ")
    assert "Flooded." in str(seen[-1]["DESCRIPTION"])
    assert seen[1].start - seen[0].start == timedelta(days=1)


def test_replies_and_other_people_s_views_change_nothing_in_the_file(
    channel: Channel, lead: User, co_member: User, client_of: Callable[[Any], Client], client: Client
) -> None:
    meeting = make_meeting(channel, rows=agenda("One"))
    url = f"/meetings/{meeting.pk}.ics"
    first = client.get(url).content
    operations.reply(meeting=meeting, answer="yes", by=co_member, at=timezone.now())
    assert {client_of(user).get(url).content for user in (lead, co_member)} == {first}
    assert client.get(url).content == first


def test_nothing_secret_is_in_any_file(channel: Channel, lead: User, client_of: Callable[[Any], Client]) -> None:
    meeting = make_meeting(channel, by=lead, start=timezone.now() + timedelta(minutes=30))
    for url in (f"/meetings/{meeting.pk}.ics", "/calendar.ics"):
        body = client_of(lead).get(url).content.decode()
        assert meeting.title in body
        assert SECRET not in body
        assert lead.email not in body
        assert lead.name not in body


def test_a_client_that_has_the_file_is_told_so(channel: Channel, client: Client) -> None:
    meeting = make_meeting(channel)
    for url in (f"/meetings/{meeting.pk}.ics", "/calendar.ics"):
        first = client.get(url)
        again = client.get(url, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    before = client.get("/calendar.ics")["ETag"]
    change(meeting, title="Another")
    after = client.get("/calendar.ics", headers={"if-none-match": before})
    assert (after.status_code, after["ETag"] != before) == (200, True)


def test_the_feed_holds_public_meetings_only_whoever_asks(
    staff: User, lead: User, client_of: Callable[[Any], Client]
) -> None:
    shown = make_meeting(make_channel(audience="public"))
    for audience in ("members", "seated", "staff"):
        make_meeting(make_channel(audience=audience, hosts=(lead,)))
    make_meeting(make_channel(audience="public", hosts=(lead,)), state="draft")
    for user in (staff, lead):
        assert set(events(client_of(user).get("/calendar.ics").content)) == {shown.uid}


def test_what_is_long_over_and_what_was_called_off_leaves_the_feed(channel: Channel, client: Client) -> None:
    now = timezone.now()
    old = make_meeting(channel, start=now - timedelta(days=100))
    recent = make_meeting(channel, start=now - timedelta(days=60))
    off = make_meeting(channel, state="cancelled", start=now + timedelta(days=3))
    Meeting.objects.create(
        **{
            field.attname: getattr(off, field.attname)
            for field in Meeting._meta.concrete_fields
            if field.name not in {"id", "uid", "starts_at", "ends_at"}
        },
        uid="long-off@localhost",
        starts_at=now - timedelta(days=20),
        ends_at=now - timedelta(days=20) + timedelta(hours=1),
    )
    assert set(events(client.get("/calendar.ics").content)) == {recent.uid, off.uid}
    assert old.uid in events(client.get(f"/meetings/{old.pk}.ics").content)


def test_the_file_has_what_calendar_programs_need(channel: Channel, client: Client) -> None:
    make_meeting(channel, zone="America/New_York", rows=agenda("One", "Two"), location_note="Room; 5")
    body = client.get("/calendar.ics").content
    file = Calendar.from_ical(body)
    assert str(file["METHOD"]) == "PUBLISH"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in body
    assert b"X-PUBLISHED-TTL:PT4H" in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert [str(zone["TZID"]) for zone in file.walk("VTIMEZONE")] == ["America/New_York"]
    assert len(body) < 4000, "the zone's rules cover the years of its meetings and no more"
    (event,) = events(body).values()
    assert "10 min: One" in str(event["DESCRIPTION"])
    assert str(event["URL"]).startswith("http://localhost")
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert event["DTSTAMP"].dt == Meeting.objects.get().changed_at.replace(microsecond=0)


def second_reading(body: bytes, name: str) -> datetime:
    """DTSTART as a second program reads it: by the zone's rules inside the file, not by this machine's."""
    file = Calendar.from_ical(body)
    (event,) = file.walk("VEVENT")
    start = event["DTSTART"]
    if start.dt.utcoffset() == timedelta(0) and "TZID" not in start.params:
        return start.dt
    text = body.decode().replace("\r\n ", "").replace("\r\n", "\n")
    zone_part = text[text.index("BEGIN:VTIMEZONE") : text.rindex("END:VTIMEZONE") + len("END:VTIMEZONE")]
    zone = tz.tzical(StringIO(zone_part)).get(name)
    return start.dt.replace(tzinfo=zone).astimezone(UTC)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minute=st.integers(min_value=0, max_value=5 * 365 * 24 * 4), name=st.sampled_from(ZONES))
@pytest.mark.django_db
def test_any_moment_in_any_zone_is_read_back_by_two_parsers(minute: int, name: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * minute)
    wall = start.astimezone(ZoneInfo(name))
    meeting = Meeting(
        channel=Channel(title="C"),
        title="T",
        slug="t",
        zone=name,
        local_date=wall.date(),
        local_time=wall.time(),
        fold=wall.fold,
        minutes=60,
        uid="u",
        changed_at=start,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        state="published",
        pk=1,
    )
    meeting._prefetched_objects_cache = {"agenda": []}
    body = calendars.calendar([meeting], name="C")
    (event,) = events(body).values()
    assert event.start.astimezone(UTC) == start
    assert event.end.astimezone(UTC) == start + timedelta(hours=1)
    assert second_reading(body, name) == start


def test_two_equal_wall_times_are_told_apart_in_utc(channel: Channel, client: Client) -> None:
    for hour in (5, 6):
        start = datetime(2027, 11, 7, hour, 30, tzinfo=UTC)
        meeting = make_meeting(channel, start=start, zone="America/New_York")
        event = the_event(client, f"/meetings/{meeting.pk}.ics")
        assert event["DTSTART"].to_ical() == f"20271107T0{hour}3000Z".encode()


def test_every_zone_on_offer_is_written_within_its_years(channel: Channel) -> None:
    for name in ZONES:
        make_meeting(channel, zone=name)
    rows = calendars.for_feed(Meeting.objects.all(), timezone.now())
    file = Calendar.from_ical(calendars.calendar(rows, name="All"))
    assert len(list(file.walk("VEVENT"))) == len(ZONES)
    always_utc = {"Africa/Abidjan", "Africa/Accra", "Atlantic/Reykjavik"}  # written as UTC, without a zone
    assert {str(zone["TZID"]) for zone in file.walk("VTIMEZONE")} == set(ZONES) - always_utc


def test_the_calendar_of_a_group_follows_its_audience(
    request: pytest.FixtureRequest, lead: User, co_member: User, client: Client, client_of: Callable[[Any], Client]
) -> None:
    others = [request.getfixturevalue(role) for role in ("pending", "outsider")]

    def who(group: Any) -> list[int]:
        url = f"/groups/{group.slug}/calendar.ics"
        clients = [client, *(client_of(user) for user in (*others, co_member, lead))]
        return [each.get(url).status_code for each in clients]

    groups = {
        audience: make_group(audience=audience, lead=lead, members=(co_member,))
        for audience in ("public", "members", "private")
    }
    for group in groups.values():
        make_meeting(group.channel)
        make_meeting(group.channel, state="draft")
    assert who(groups["public"]) == [200, 200, 200, 200, 200]
    assert who(groups["members"]) == [404, 404, 200, 200, 200]
    assert who(groups["private"]) == [404, 404, 404, 200, 200]
    body = client_of(lead).get(f"/groups/{groups['private'].slug}/calendar.ics").content
    assert len(events(body)) == 1, "a draft is in no calendar, not even its host's"
    unseat(channel=groups["private"].channel, user=co_member)
    assert client_of(co_member).get(f"/groups/{groups['private'].slug}/calendar.ics").status_code == 404
