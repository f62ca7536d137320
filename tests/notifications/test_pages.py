"""The list, its badge and read marks, and the settings: one's own only."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import seat, unseat
from portal.notifications import kinds
from portal.notifications.models import Notification, ReadMark
from portal.notifications.queries import unread_count
from portal.outbox.drain import drain
from tests.notifications.conftest import AT, DoorIsOpen

pytestmark = pytest.mark.django_db
Happen = Callable[..., Any]
ClientOf = Callable[[Any], Client]


def test_a_notice_is_new_until_it_is_opened(happen: Happen, member: Any, client_of: ClientOf) -> None:
    happen(member)
    drain()
    client = client_of(member)
    page = client.get("/notifications/").content.decode()
    assert "The door is open" in page
    assert "You asked about doors." in page
    assert "Notifications, 1 new" in page
    notice = Notification.objects.get()
    response = client.get(f"/notifications/{notice.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/glossary/")
    assert "Notifications, 1 new" not in client.get("/notifications/").content.decode()
    client.get(f"/notifications/{notice.pk}/")
    assert ReadMark.objects.count() == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])  # at any moment one of them has another day
def test_today_is_the_reader_s_own_day(zone: str, happen: Happen, member: Any, client_of: ClientOf) -> None:
    User.objects.filter(pk=member.pk).update(time_zone=zone)
    happen(member)
    drain()
    Notification.objects.update(at=timezone.now())
    page = client_of(member).get("/notifications/").content.decode()
    assert re.findall(r'id="day-1">([^<]*)<', page) == ["Today"]


def test_all_are_read_with_one_button_and_only_one_s_own(
    happen: Happen, member: Any, co_member: Any, client_of: ClientOf
) -> None:
    for number in range(3):
        happen(member, co_member, key=f"door:{number}")
    drain()
    client = client_of(member)
    assert client.get("/notifications/read/").status_code == 405
    assert unread_count(member) == 3
    client.post("/notifications/read/")
    assert (unread_count(member), unread_count(co_member)) == (0, 3)


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended", "outsider", "staff", "superuser"])
def test_a_notice_is_nobody_else_s(
    who: str, request: pytest.FixtureRequest, happen: Happen, member: Any, client_of: ClientOf
) -> None:
    happen(member)
    drain()
    client = client_of(request.getfixturevalue(who))
    response = client.get(f"/notifications/{Notification.objects.get().pk}/")
    if who in {"visitor", "suspended"}:
        assert response["Location"].startswith("/accounts/login/")
    else:
        assert response.status_code == 404
    assert "The door" not in client.get("/notifications/").content.decode()
    assert not ReadMark.objects.exists()


def test_what_one_may_no_longer_see_is_gone_from_list_and_badge(
    happen: Happen, door: Callable[..., Channel], member: Any, client_of: ClientOf
) -> None:
    channel = door("seated", title="Secret door")
    seat(channel=channel, user=member)
    happen(member, about=channel, title="Secret door")
    drain()
    client = client_of(member)
    assert "Secret door" in client.get("/notifications/").content.decode()
    unseat(channel=channel, user=member)
    assert "Secret door" not in client.get("/notifications/").content.decode()
    assert unread_count(member) == 0
    assert client.get(f"/notifications/{Notification.objects.get().pk}/").status_code == 404


def test_the_newest_stand_first_and_the_older_behind_a_link(happen: Happen, member: Any, client_of: ClientOf) -> None:
    for number in range(45):
        happen(member, key=f"door:{number}", title=f"Door {number:02}")
    drain()
    client, address, seen = client_of(member), "/notifications/", []
    for _ in range(3):
        response = client.get(address)
        seen += [line.headline for line in response.context["lines"]]
        address = f"/notifications/{response.context['next_url']}"
    assert seen == [f"Door {number:02} is open" for number in reversed(range(45))]
    assert response.context["next_url"] == ""


def test_the_list_costs_the_same_for_1_3_and_30_notices(happen: Happen, member: Any, client_of: ClientOf) -> None:
    client, made, costs = client_of(member), 0, []
    for wanted in (1, 3, 30):
        for number in range(made, wanted):
            happen(member, key=f"door:{number}", title="A long title of a door " * 8)
        drain()
        made = wanted
        with CaptureQueriesContext(connection) as queries:
            response = client.get("/notifications/")
        costs.append(len(queries))
        assert len(response.content) <= 60_000
    assert len(set(costs)) == 1
    assert costs[0] <= 12


def test_a_notice_of_a_kind_that_is_gone_shows_the_thing_s_own_title(
    happen: Happen, door: Callable[..., Channel], member: Any, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(member, about=door(title="The old door"))
    drain()
    monkeypatch.delitem(kinds._kinds, DoorIsOpen.slug)
    page = client_of(member).get("/notifications/").content.decode()
    assert "The old door" in page


def test_the_badge_stops_counting_at_a_hundred(happen: Happen, member: Any, client_of: ClientOf) -> None:
    row = happen()
    others = [row.pk]
    others += [happen(key=f"door:{number}").pk for number in range(2, 130)]
    Notification.objects.bulk_create(
        Notification(fact_id=fact_id, person=member, kind=DoorIsOpen.slug, at=row.at) for fact_id in others
    )
    assert unread_count(member) == 100
    assert "99+" in client_of(member).get("/notifications/").content.decode()


@pytest.mark.parametrize("number", ["0", "9" * 21, "9223372036854775808", "-1"])
def test_no_notice_has_such_a_number(member: Any, client_of: ClientOf, number: str) -> None:
    assert client_of(member).get(f"/notifications/{number}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        ["2026-05-04T09:30:00+00:00", "abc"],
        ["2026-05-04T09:30:00+00:00", 10**21],
        ["2026-05-04T09:30:00+00:00", "\ud800"],
        ["2026-05-04T09:30:00", 1],
        ["0001-01-01T00:00:00+14:00", 1],
        ["9999-12-31T23:59:59-14:00", 1],
        ["\x00", 1],
        [None, None],
        [[], {}],
        ["x"],
        {},
        "x",
    ],
)
def test_a_place_in_the_list_that_the_list_did_not_name_is_no_page(
    member: Any, client_of: ClientOf, values: Any
) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    assert client_of(member).get("/notifications/", {"after": cursor}).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "é", "W1tbW1tb" * 400, "====", "bnVsbA"])
def test_words_that_are_no_place_are_no_page(member: Any, client_of: ClientOf, cursor: str) -> None:
    assert client_of(member).get("/notifications/", {"after": cursor}).status_code == 404


def test_the_erased_leave_no_notices(happen: Happen, member: Any) -> None:
    happen(member)
    drain()
    User.objects.filter(pk=member.pk).delete()
    assert not Notification.objects.exists()


# --- groups and filters ------------------------------------------------------------------------------------------


def test_what_is_about_one_thing_on_one_day_stands_together_and_the_rest_behind_a_click(
    happen: Happen, door: Callable[..., Channel], member: Any, client_of: ClientOf
) -> None:
    red, green = door(title="Red"), door(title="Green")
    for number in range(6):
        happen(member, about=red, key=f"red:{number}", title=f"Red {number}")
    happen(member, about=green, key="green:1", title="Green 1")
    happen(member, about=red, key="red:9", title="Red of yesterday", at=AT - timedelta(days=1))
    drain()
    response = client_of(member).get("/notifications/")
    days = response.context["days"]
    assert [[(group.thing, len(group.shown), len(group.more)) for group in day.groups] for day in days] == [
        [("Green", 1, 0), ("Red", 3, 3)],
        [("Red", 1, 0)],
    ]
    assert "and 3 more" in response.content.decode()


def test_one_more_line_is_shown_rather_than_hidden(
    happen: Happen, door: Callable[..., Channel], member: Any, client_of: ClientOf
) -> None:
    red = door(title="Red")
    for number in range(4):
        happen(member, about=red, key=f"red:{number}")
    drain()
    page = client_of(member).get("/notifications/").content.decode()
    assert page.count("The door is open</a>") == 4
    assert "more</summary>" not in page


def test_a_day_is_the_reader_s_own(happen: Happen, member: Any, client_of: ClientOf) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Auckland")
    happen(member, at=AT)  # 21:30 there
    happen(member, key="door:2", at=AT + timedelta(hours=3))  # after midnight there
    drain()
    page = client_of(member).get("/notifications/").content.decode()
    assert re.findall(r'id="day-\d">([^<]*)<', page) == ["Tuesday 5 May 2026", "Monday 4 May 2026"]


def test_the_list_is_filtered_by_what_is_new_and_by_area(happen: Happen, member: Any, client_of: ClientOf) -> None:
    happen(member, key="door:1", title="Old")
    happen(member, key="door:2", title="New")
    drain()
    client = client_of(member)
    client.get(f"/notifications/{Notification.objects.get(fact__key='door:1').pk}/")

    def shown(query: str) -> list[str]:
        return [line.headline for line in client.get(f"/notifications/{query}").context["lines"]]

    assert shown("?unread=1") == ["New is open"]
    assert shown("?area=tests") == ["New is open", "Old is open"]
    assert shown("?area=cases") == []
    assert shown("?area=nonsense") == ["New is open", "Old is open"]
    assert "Show all notifications" in client.get("/notifications/?area=cases").content.decode()


def test_one_is_marked_as_read_and_the_list_stays_as_it_was_filtered(
    happen: Happen, member: Any, co_member: Any, client_of: ClientOf
) -> None:
    happen(member, co_member)
    drain()
    client = client_of(member)
    notice = Notification.objects.get(person=member)
    address = f"/notifications/{notice.pk}/read/?area=tests&unread=1"
    assert client.get(address).status_code == 405
    response = client.post(address)
    assert response["Location"] == "/notifications/?area=tests&unread=1"
    assert (unread_count(member), unread_count(co_member)) == (0, 1)
    other = Notification.objects.get(person=co_member)
    assert client.post(f"/notifications/{other.pk}/read/").status_code == 404
    assert unread_count(co_member) == 1


def test_with_a_filter_the_button_marks_what_is_shown(happen: Happen, member: Any, client_of: ClientOf) -> None:
    happen(member)
    drain()
    client = client_of(member)
    client.post("/notifications/read/?area=cases")
    assert unread_count(member) == 1
    client.post("/notifications/read/?area=tests")
    assert unread_count(member) == 0
