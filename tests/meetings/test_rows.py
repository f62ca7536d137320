"""The rows of an agenda, written by buttons alone: added, removed, moved, and saved as the same items."""

import re
from html import unescape

import pytest
from django.test import Client

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import seat
from portal.meetings.models import AgendaItem, Meeting
from tests.factories.meetings import agenda, make_meeting
from tests.factories.members import ProfileFactory
from tests.meetings.pages import A, B, C, form, shown_rows


@pytest.mark.parametrize(
    ("button", "left", "focus"),
    [
        (
            "add-row",
            ["A", "B", "C", ""],
            'id="id_rows-3-title" autofocus|autofocus id="id_rows-3-title"|name="rows-3-title"',
        ),
        ("remove-1", ["A", "C"], 'name="remove-1"'),
        ("remove-2", ["A", "B"], 'name="remove-1"'),
        ("up-2", ["A", "C", "B"], 'name="up-1"'),
        ("up-1", ["B", "A", "C"], 'name="down-0"'),
        ("down-0", ["B", "A", "C"], 'name="down-1"'),
        ("down-1", ["A", "C", "B"], 'name="up-2"'),
        ("up-0", ["A", "B", "C"], 'name="add-row"'),
        ("down-2", ["A", "B", "C"], 'name="add-row"'),
        ("remove-17", ["A", "B", "C"], 'name="add-row"'),
    ],
)
def test_rows_move_by_submit_buttons_alone(button: str, left: list[str], focus: str, host: Client, url: str) -> None:
    response = host.post(url, form(A, B, C, title="Half a ti", minutes="sixty", **{button: "1"}))
    assert response.status_code == 200
    assert [title for title, _minutes in shown_rows(response)] == left
    text = response.content.decode()
    focused = re.findall(r"<(?:button|input)[^>]*\bautofocus\b[^>]*>", text)
    assert len(focused) == 1
    assert any(wanted in focused[0] for wanted in focus.split("|"))
    assert 'value="Half a ti"' in text, "what was typed is kept"
    assert 'value="sixty"' in text, "also what is wrong"
    assert "Please check" not in text, "and nobody is told off before saving"
    assert AgendaItem.objects.count() == 2, "nothing is saved"


def test_rows_keep_everything_typed_in_them(host: Client, url: str) -> None:
    row = {
        "title": "<b>T</b>",
        "minutes": "x9",
        "kind": "decide",
        "owner": "Nobody",
        "notes": "one\ntwo",
        "paper_url": "not a link",
        "item": "7",
    }
    text = host.post(url, form(row, A, **{"down-0": "1"})).content.decode()
    for value in (
        "&lt;b&gt;T&lt;/b&gt;",
        'value="x9"',
        'value="Nobody"',
        "one\ntwo",
        'value="not a link"',
        'value="7"',
    ):
        assert value in text
    assert '<option value="decide" selected>' in text


def test_an_agenda_can_be_written_and_reordered_without_any_script(host: Client, channel: Channel) -> None:
    """The journey of a host whose browser runs none: every step is one form."""
    draft = make_meeting(channel, state="draft", rows=[])
    url = f"{draft.get_absolute_url()}edit/"
    host.post(url, form(A, **{"add-row": "1"}))
    moved = host.post(url, form(A, B, C, **{"up-2": "1"}))
    rows = [{"title": title, "minutes": minutes} for title, minutes in shown_rows(moved)]
    host.post(url, form(*rows, save="1"))
    assert list(draft.agenda.order_by("position").values_list("title", "minutes")) == [("A", 5), ("C", 20), ("B", 10)]


def test_empty_rows_are_not_there_and_half_empty_ones_are_refused(host: Client, url: str, draft: Meeting) -> None:
    host.post(url, form(A, {}, {}, save="1"))
    assert list(draft.agenda.values_list("title", flat=True)) == ["A"]
    response = host.post(url, form(A, {"notes": "who?"}, version="2", save="1"))
    text = response.content.decode()
    assert "Row 2, Point: This field is required." in unescape(text)
    assert 'aria-invalid="true"' in text


def test_saving_keeps_the_address_of_an_item_that_is_moved_and_edited(host: Client, url: str, draft: Meeting) -> None:
    first, second = draft.agenda.order_by("position")
    rows = [
        {"title": "Second, renamed", "minutes": "15", "item": str(second.pk)},
        {"title": "New", "minutes": "5"},
        {"title": "First", "minutes": "10", "item": str(first.pk)},
    ]
    host.post(url, form(*rows, save="1"))
    saved = {item.title: item.pk for item in draft.agenda.all()}
    assert saved["Second, renamed"] == second.pk
    assert saved["First"] == first.pk


def test_another_meeting_s_item_is_never_touched(host: Client, url: str, draft: Meeting, channel: Channel) -> None:
    foreign = make_meeting(channel, rows=agenda("Foreign")).agenda.get()
    host.post(url, form({"title": "Mine now", "minutes": "5", "item": str(foreign.pk)}, save="1"))
    foreign.refresh_from_db()
    assert foreign.title == "Foreign"
    assert draft.agenda.get().title == "Mine now"


def test_a_name_that_belongs_to_the_group_becomes_that_person(
    host: Client, url: str, draft: Meeting, co_member: User
) -> None:
    host.post(url, form({**A, "owner": co_member.name}, {**B, "owner": "Gerda Guest"}, save="1"))
    first, second = draft.agenda.order_by("position")
    assert (first.owner, first.owner_name) == (co_member, "")
    assert (second.owner, second.owner_name) == (None, "Gerda Guest")
    text = host.get(url).content.decode()
    assert f'value="{co_member.name}"' in text
    assert 'value="Gerda Guest"' in text


def test_two_people_of_one_name_are_told_apart_by_their_organisation(
    host: Client, url: str, draft: Meeting, channel: Channel
) -> None:
    twins = [ProfileFactory(user__name="Sam Same", organisation__name=f"Agency {n}").user for n in (1, 2)]
    for twin in twins:
        seat(channel=channel, user=twin)
    host.post(url, form({**A, "owner": "Sam Same, Agency 2"}, {**B, "owner": "Sam Same"}, save="1"))
    first, second = draft.agenda.order_by("position")
    assert first.owner == twins[1]
    assert (second.owner, second.owner_name) == (None, "Sam Same")
