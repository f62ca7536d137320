"""How a host writes a meeting: errors beside the field, two at once, clocks that jump, and what begins a new one."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import seat
from portal.meetings import operations
from portal.meetings.models import Meeting
from portal.meetings.operations import Row
from tests.factories.meetings import agenda, details, make_meeting
from tests.factories.members import ProfileFactory
from tests.factories.workinggroups import make_group
from tests.meetings.pages import A, B, C, form, shown_rows


def test_errors_stand_beside_the_field_and_nothing_typed_is_lost(host: Client, url: str, draft: Meeting) -> None:
    bad = form(
        {**A, "minutes": "-3", "paper_url": "javascript:alert(1)"},
        title="",
        local_date="32/13/2027",
        minutes="4",
        save="1",
    )
    text = unescape(host.post(url, bad).content.decode())
    for message in (
        "Title: This field is required.",
        "Write the date as year, month, day",
        "greater than or equal to 5",
        "greater than or equal to 0",
        "Enter a valid URL.",
    ):
        assert message in text
    assert 'value="32/13/2027"' in text
    assert 'value="javascript:alert(1)"' in text
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize("value", ["a\u202eb", "x" * 161, "a\x00b", "a\x07b"])
def test_unstorable_titles_are_refused_with_a_message(value: str, host: Client, url: str, draft: Meeting) -> None:
    data = form(A, title="safe", save="1")
    body = "&".join(f"{k}={v}" for k, v in {**data, "title": ""}.items() if k != "title")
    body += "&title=" + "".join(f"%{byte:02X}" for byte in value.encode())
    response = host.post(url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in {200, 400}
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize("total", ["", "-1", "100000", "abc", "9" * 30])
def test_a_forged_number_of_rows_does_no_harm(total: str, host: Client, url: str) -> None:
    for button in ("save", "add-row", "up-1"):
        response = host.post(url, form(A, **{"rows-TOTAL_FORMS": total, button: "1"}))
        assert response.status_code in {200, 302}


def test_an_agenda_has_a_limit(host: Client, url: str) -> None:
    many = [{"title": f"Point {n}", "minutes": "1"} for n in range(40)]
    text = host.post(url, form(*many, **{"add-row": "1"})).content.decode()
    assert "An agenda holds at most 40 points." in text
    assert len(shown_rows(host.post(url, form(*many, **{"add-row": "1"})))) == 40


def test_the_sum_of_minutes_is_shown_against_the_length(host: Client, url: str) -> None:
    text = host.post(url, form(A, B, C, minutes="30", **{"up-1": "1"})).content.decode()
    assert "35 of 30 minutes" in text
    assert "5 minutes too long" in text


def test_a_time_that_the_clocks_jump_over_is_refused_in_a_sentence(host: Client, url: str, draft: Meeting) -> None:
    data = form(A, zone="America/New_York", local_date="2027-03-14", local_time="02:30", save="1")
    text = unescape(host.post(url, data).content.decode())
    assert (
        "On 14 March 2027 the clocks in New York go from 01:59 to 03:00, so there is no 02:30. Choose another time."
        in text
    )
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_time_that_comes_twice_asks_which_one(host: Client, url: str, draft: Meeting) -> None:
    data = form(A, zone="America/New_York", local_date="2027-11-07", local_time="01:30", save="1")
    text = unescape(host.post(url, data).content.decode())
    assert "01:30 comes twice. Say which you mean." in text
    assert "The first, EDT" in text
    assert "The second, EST" in text
    host.post(url, data | {"which": "1"})
    draft.refresh_from_db()
    assert (draft.fold, draft.starts_at.isoformat()) == (1, "2027-11-07T06:30:00+00:00")
    assert re.search(r'value="1"[^>]*checked', host.get(url).content.decode()), "and remembers the answer"
    host.post(url, data | {"which": "0", "version": "2"})
    draft.refresh_from_db()
    assert (draft.fold, draft.starts_at.isoformat()) == (0, "2027-11-07T05:30:00+00:00")


def test_the_question_is_not_asked_of_ordinary_times(host: Client, url: str) -> None:
    assert "Which of the two?" not in host.get(url).content.decode()


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(
    draft: Meeting, url: str, host: Client, staff: User, client_of: Callable[[Any], Client]
) -> None:
    client_of(staff).post(
        url, form({"title": "Their point", "minutes": "7"}, title="Their title", minutes="45", save="1")
    )
    response = host.post(url, form(A, B, title="My title", save="1"))
    text = unescape(response.content.decode())
    assert response.status_code == 200
    assert "Stella Staff saved this meeting at" in text
    for words in ("Their title", "<td>45</td>", "7 min: Their point", 'value="My title"', 'value="A"', 'value="B"'):
        assert words in text
    draft.refresh_from_db()
    assert draft.title == "Their title", "nothing is overwritten unseen"
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    host.post(url, form(A, B, title="My title", version=version.group(1), save="1"))
    draft.refresh_from_db()
    assert draft.title == "My title", "and with both in view mine may replace it"


def test_fifty_rounds_of_two_editors_overwrite_nothing(channel: Channel, lead: User, staff: User) -> None:
    now = timezone.now()
    meeting = make_meeting(channel, state="draft", by=lead)
    for _round in range(50):
        read = Meeting.objects.get(pk=meeting.pk).version
        operations.set_agenda(meeting=meeting, rows=agenda("Hers"), version=read, by=lead, at=now)
        with pytest.raises(operations.Conflict):
            operations.set_agenda(meeting=meeting, rows=agenda("His"), version=read, by=staff, at=now)
        assert meeting.agenda.get().title == "Hers"


def test_a_new_meeting_begins_with_the_habits_of_the_last_one(channel: Channel, lead: User, host: Client) -> None:
    group = make_group(lead=lead)
    make_meeting(group.channel, zone="Asia/Tokyo", minutes=75, kind="briefing", title="The last one")
    text = host.get(f"/groups/{group.slug}/meetings/new/").content.decode()
    assert '<option value="Asia/Tokyo" selected>' in text
    assert '<option value="briefing" selected>' in text
    assert 'name="minutes" value="75"' in text
    assert "The last one" not in text


def test_the_last_agenda_is_copied_as_a_skeleton(lead: User, host: Client) -> None:
    group = make_group(lead=lead)
    rows = [Row(title="Decisions", minutes=10, kind="decide", owner_id=lead.pk, notes="of that day"), *agenda("Other")]
    make_meeting(group.channel, rows=rows)
    make_meeting(group.channel, state="draft", rows=agenda("A draft's agenda is no last agenda"))
    response = host.post(
        f"/groups/{group.slug}/meetings/new/", form({}, A, title="Typed already", **{"copy-last": "1"})
    )
    assert shown_rows(response) == [("A", "5"), ("Decisions", "10"), ("Other", "10")]
    text = response.content.decode()
    assert "of that day" not in text
    assert "Typed already" in text
    assert f'value="{lead.name}"' in text
    assert "2 points are copied." in text


def test_a_new_meeting_sent_twice_is_one_meeting(lead: User, host: Client) -> None:
    group = make_group(lead=lead)
    new = f"/groups/{group.slug}/meetings/new/"
    key = re.search(r'name="key" value="([0-9a-f]{32})"', host.get(new).content.decode())
    assert key is not None
    for _click in range(3):
        response = host.post(new, form(A, key=key.group(1), save="1"))
        assert response.status_code == 302
    meeting = Meeting.objects.get()
    assert (meeting.state, meeting.channel, meeting.arranged_by) == ("draft", group.channel, lead)


def test_a_key_of_somebody_else_s_meeting_gives_nothing_away(
    lead: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    mine, theirs = make_group(lead=lead), make_group(lead=outsider)
    key = "0" * 32
    client_of(outsider).post(f"/groups/{theirs.slug}/meetings/new/", form(A, key=key, save="1"))
    client_of(lead).post(f"/groups/{mine.slug}/meetings/new/", form(B, key=key, save="1"))
    assert Meeting.objects.count() == 2
    assert {meeting.channel for meeting in Meeting.objects.all()} == {mine.channel, theirs.channel}


def test_mass_assignment_changes_nothing_else(host: Client, url: str, draft: Meeting, channel: Channel) -> None:
    other = make_meeting().channel
    extra = {
        "state": "published",
        "channel": other.pk,
        "uid": "mine",
        "sequence": "99",
        "summary": "x",
        "published_at": "2026-01-01",
        "told_version": "5",
        "starts_at": "2020-01-01",
        "id": "999",
    }
    before = Meeting.objects.get(pk=draft.pk)
    host.post(url, form(A, **extra, save="1"))
    after = Meeting.objects.get(pk=draft.pk)
    assert after.version == before.version + 1
    for name in ("state", "channel_id", "uid", "sequence", "summary", "published_at", "told_version"):
        assert getattr(after, name) == getattr(before, name), name


def test_a_cancelled_meeting_is_not_edited(host: Client, channel: Channel) -> None:
    meeting = make_meeting(channel, state="cancelled")
    url = f"{meeting.get_absolute_url()}edit/"
    assert host.get(url).status_code == 302
    assert host.post(url, form(A, version=str(meeting.version), save="1")).status_code == 302
    assert Meeting.objects.get().title == meeting.title


def test_every_page_of_the_editor_is_light(host: Client, lead: User, channel: Channel) -> None:
    for _person in range(60):
        seat(channel=channel, user=ProfileFactory().user)
    meeting = make_meeting(channel, rows=agenda(*[f"Point {n}" for n in range(12)]))
    response = host.get(f"{meeting.get_absolute_url()}edit/")
    assert len(response.content) < 60_000


def test_details_are_written_as_typed(channel: Channel, lead: User, host: Client, url: str, draft: Meeting) -> None:
    host.post(
        url,
        form(
            A,
            title="  A   title ",
            purpose="Why\r\nnot",
            join_url="meet.example.org/x",
            location_note="Room 4",
            save="1",
        ),
    )
    draft.refresh_from_db()
    assert (draft.title, draft.slug) == ("A title", "a-title")
    assert draft.purpose == "Why\nnot"
    assert draft.join_url == "https://meet.example.org/x"
    assert details().zone == draft.zone
    assert (draft.changed_by, draft.version) == (lead, 2)
