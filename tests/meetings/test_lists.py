"""Lists of meetings: filters, months, pages by cursor, and a price that does not grow with the rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.meetings import operations
from portal.meetings.operations import Row
from tests.factories.meetings import make_channel, make_meeting
from tests.factories.members import ProfileFactory
from tests.factories.workinggroups import make_group


def price(client: Client, url: str) -> tuple[int, int]:
    """Queries and bytes of a page."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(queries), len(response.content)


@pytest.mark.parametrize("who", ["visitor", "outsider", "lead"])
@pytest.mark.parametrize("when", ["", "?when=past"])
def test_a_list_costs_the_same_with_1_3_and_30_meetings(
    who: str, when: str, lead: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(request.getfixturevalue(who))
    group = make_group(lead=lead)
    days = -5 if when else 5
    costs: dict[str, set[int]] = {}
    made = 0
    for rows in (1, 3, 30):
        while made < rows:
            made += 1
            make_meeting(group.channel, start=timezone.now() + timedelta(days=days, hours=made))
        for url in (f"/meetings/{when}", f"/groups/{group.slug}/meetings/{when}"):
            queries, size = price(client, url)
            costs.setdefault(url, set()).add(queries)
            assert queries <= (8 if who == "visitor" else 12), url
            assert size < 60_000, url
    assert all(len(counts) == 1 for counts in costs.values()), costs


@pytest.mark.parametrize("who", ["visitor", "outsider", "co_member", "lead", "staff"])
def test_a_meeting_costs_the_same_with_1_and_30_items_and_replies(
    who: str, lead: User, co_member: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(request.getfixturevalue(who))
    channel = make_channel(hosts=(lead,), readers=(co_member,))
    costs = set()
    for number in (1, 30):
        owners = [ProfileFactory().user for _n in range(number)]
        meeting = make_meeting(channel, rows=[Row(title="T", minutes=1, owner_id=owner.pk) for owner in owners])
        for owner in owners:
            operations.reply(meeting=meeting, answer="yes", by=owner, at=timezone.now())
        queries, size = price(client, meeting.get_absolute_url())
        costs.add(queries)
        assert queries <= (8 if who == "visitor" else 12)
        assert size < 60_000
    assert len(costs) == 1


def test_pages_of_a_host_stay_within_the_budget(lead: User, client_of: Callable[[Any], Client]) -> None:
    client, group = client_of(lead), make_group(lead=lead)
    meeting, draft = make_meeting(group.channel), make_meeting(group.channel, state="draft")
    for url in (
        f"/groups/{group.slug}/meetings/new/",
        f"{meeting.get_absolute_url()}edit/",
        f"{meeting.get_absolute_url()}publish/",
        f"{meeting.get_absolute_url()}cancel/",
        f"{draft.get_absolute_url()}publish/",
        f"{draft.get_absolute_url()}discard/",
    ):
        assert price(client, url)[0] <= 12, url


def titles(client: Client, url: str) -> list[str]:
    response = client.get(url)
    assert response.status_code == 200
    return [card.title for month in response.context["months"] for card in month.cards]


def test_coming_meetings_stand_soonest_first_and_past_ones_latest_first(channel: Channel, client: Client) -> None:
    now = timezone.now()
    for days in (3, 1, 2):
        make_meeting(channel, title=f"In {days}", start=now + timedelta(days=days))
        make_meeting(channel, title=f"Before {days}", start=now - timedelta(days=days))
    make_meeting(channel, title="Running", start=now - timedelta(minutes=5))
    assert titles(client, "/meetings/") == ["Running", "In 1", "In 2", "In 3"]
    assert titles(client, "/meetings/?when=past") == ["Before 1", "Before 2", "Before 3"]


def test_filters_narrow_by_kind_and_group_and_count_what_they_would_leave(db: None, client: Client) -> None:
    one, two = make_channel(), make_channel()
    make_meeting(one, title="A", kind="webcast")
    make_meeting(one, title="B", kind="briefing")
    make_meeting(two, title="C", kind="webcast")
    assert sorted(titles(client, "/meetings/?kind=webcast")) == ["A", "C"]
    assert titles(client, f"/meetings/?kind=webcast&group={one.pk}") == ["A"]
    assert sorted(titles(client, f"/meetings/?group={one.pk}&group={two.pk}")) == ["A", "B", "C"]
    page = client.get("/meetings/?kind=webcast").context["page"]
    counts = {facet.name: {option.label: option.count for option in facet.options} for facet in page.facets}
    assert counts == {"kind": {"Briefing": 1, "Webcast": 2}, "group": {one.title: 1, two.title: 1}}
    assert [chip.label for chip in page.chips] == ["Webcast"]


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "group=abc", "group=99999999999999999999999", "group=-1", "when=never"]
)
def test_unknown_filters_leave_nothing_out(query: str, channel: Channel, client: Client) -> None:
    make_meeting(channel, title="A")
    response = client.get(f"/meetings/?{query}")
    assert response.status_code == 200


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwiYiJd", "WyIyMDI2LTAxLTAxIiwiMSJd", "9" * 300])
def test_a_forged_cursor_is_not_found(cursor: str, channel: Channel, client: Client) -> None:
    make_meeting(channel)
    assert client.get(f"/meetings/?after={cursor}").status_code in {404, 200}


def test_a_long_list_is_walked_to_its_end_without_losing_or_repeating(channel: Channel, client: Client) -> None:
    start = timezone.now() + timedelta(days=1)
    for number in range(45):
        make_meeting(channel, title=f"M{number:02}", start=start + timedelta(hours=number // 3))
    url, seen = "/meetings/", []
    while url:
        response = client.get(url)
        seen += [card.title for month in response.context["months"] for card in month.cards]
        following = response.context["page"].next_url
        url = f"/meetings/{following}" if following else ""
    assert seen == [f"M{number:02}" for number in range(45)]


def test_months_are_those_of_the_reader_s_zone(channel: Channel, client_of: Callable[[Any], Client]) -> None:
    make_meeting(channel, start=datetime(2031, 1, 31, 22, 0, tzinfo=UTC), zone="America/New_York")
    sydney = ProfileFactory(user__time_zone="Australia/Sydney").user
    lima = ProfileFactory(user__time_zone="America/Lima").user
    assert "February 2031" in client_of(sydney).get("/meetings/").content.decode()
    assert "January 2031" in client_of(lima).get("/meetings/").content.decode()


def test_the_next_meeting_has_an_address_of_its_own(lead: User, client: Client) -> None:
    group = make_group(lead=lead)
    url = f"/groups/{group.slug}/meetings/next/"
    assert "No meeting is planned" in client.get(url).content.decode()
    make_meeting(group.channel, state="draft", start=timezone.now() + timedelta(days=1))
    make_meeting(group.channel, state="cancelled", start=timezone.now() + timedelta(days=2))
    assert client.get(url).status_code == 200
    soon = make_meeting(group.channel, start=timezone.now() + timedelta(days=4))
    make_meeting(group.channel, start=timezone.now() + timedelta(days=9))
    assert client.get(url)["Location"] == soon.get_absolute_url()
