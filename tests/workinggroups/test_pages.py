"""The pages of groups: what they hold, what they cost, and writing the charter."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.follows.models import Channel
from portal.meetings.operations import reply
from tests.factories.meetings import agenda, make_meeting
from tests.factories.members import ProfileFactory
from tests.factories.workinggroups import make_group
from tests.meetings.test_lists import price
from workinggroups import operations, queries
from workinggroups.models import Objective, Product, WorkingGroup


@pytest.mark.parametrize("who", ["visitor", "outsider", "lead", "staff"])
def test_the_list_of_groups_costs_the_same_with_1_3_and_30(
    who: str, lead: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client, costs = client_of(request.getfixturevalue(who)), set()
    made = 0
    for rows in (1, 3, 30):
        while made < rows:
            made += 1
            group = make_group(lead=lead)
            make_meeting(group.channel)
            make_meeting(group.channel)
        queries_made, size = price(client, "/groups/")
        costs.add(queries_made)
        assert queries_made <= (8 if who == "visitor" else 12)
        assert size < 60_000
    assert len(costs) == 1


@pytest.mark.parametrize("who", ["visitor", "outsider", "co_member", "lead", "staff"])
def test_a_group_s_pages_cost_the_same_with_1_3_and_30_of_everything(
    who: str, lead: User, co_member: User, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client, costs = client_of(request.getfixturevalue(who)), {}
    for rows in (1, 3, 30):
        people = tuple(ProfileFactory(visibility="public").user for _n in range(rows))
        group = make_group(lead=lead, members=(co_member, *people))
        make_meeting(group.channel, rows=agenda(*[f"Point {n}" for n in range(rows)]))
        for number in range(rows):
            Objective.objects.create(group=group, text=f"Objective {number}", due_on=date(2027, 1, 31))
            Product.objects.create(group=group, title=f"Product {number}", due_on=date(2027, 1, 31))
        for path in ("", "members/", "meetings/", "edit/"):
            url = group.get_absolute_url() + path
            if client.get(url).status_code != 200:
                continue
            queries_made, size = price(client, url)
            costs.setdefault(path, set()).add(queries_made)
            assert queries_made <= (8 if who == "visitor" else 12), path
            assert size < 60_000, path
    assert all(len(counts) == 1 for counts in costs.values()), costs


def test_the_overview_shows_charter_meeting_products_and_people(
    lead: User, co_member: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(
        lead=lead, members=(co_member,), purpose="Why we meet.", charter="### Scope\n\n- one\n- two\n\n<img src=x>"
    )
    Objective.objects.create(group=group, text="Publish the guide", due_on=date(2027, 5, 31))
    Product.objects.create(
        group=group, title="Guide", kind="guide", state="draft", due_on=date(2027, 5, 31), note="Half done."
    )
    make_meeting(group.channel, title="The next one", rows=agenda("Welcome"))
    page = client_of(co_member).get(group.get_absolute_url()).content.decode()
    for words in (
        "Why we meet.",
        "<h3>Scope</h3>",
        "<li>one</li>",
        "Publish the guide",
        "Due May 2027",
        "Guide",
        "Half done.",
        "The next one",
        "Welcome",
        "Lena Lead",
        "2 members",
        "2 practitioners",
        f"/seals/{group.slug}.svg",
    ):
        assert words in page, words
    assert "<img src=x>" not in page


def test_a_draft_is_not_the_next_meeting_and_not_counted(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    make_meeting(group.channel, state="draft", title="Hidden")
    page = client_of(lead).get(group.get_absolute_url()).content.decode()
    assert "No meeting is planned." in page
    assert "Hidden" not in page


def test_a_group_without_anything_still_has_a_page(
    lead: User, client: Client, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead, charter="")
    for path in ("", "meetings/", "meetings/?when=past", "meetings/next/"):
        assert client.get(group.get_absolute_url() + path).status_code == 200
        assert client_of(lead).get(group.get_absolute_url() + path).status_code == 200
    WorkingGroup.objects.all().delete()
    assert "No working groups yet" in client.get("/groups/").content.decode()


def test_a_lead_rewrites_purpose_and_charter_and_nothing_else(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    form = {
        "purpose": "New purpose",
        "charter": "New charter",
        "version": "1",
        "title": "Taken over",
        "audience": "private",
        "state": "closed",
    }
    client_of(lead).post(f"{group.get_absolute_url()}edit/", form)
    after = WorkingGroup.objects.get(pk=group.pk)
    assert (after.purpose, after.charter, after.version) == ("New purpose", "New charter", 2)
    assert (after.title, after.audience, after.state) == (group.title, "public", "active")


def test_staff_also_decide_title_and_audience_and_the_channel_follows(
    staff: User, lead: User, outsider: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead)
    make_meeting(group.channel, title="Now private")
    form = {"purpose": "P", "charter": "", "version": "1", "title": "Renamed", "audience": "private", "state": "active"}
    client_of(staff).post(f"{group.get_absolute_url()}edit/", form)
    channel = Channel.objects.get(pk=group.channel_id)
    assert (channel.title, channel.audience) == ("Renamed", "seated")
    assert client_of(outsider).get(group.get_absolute_url()).status_code == 404
    assert "Now private" not in client_of(outsider).get("/meetings/").content.decode()
    assert WorkingGroup.objects.get().takes_providers is False
    lead.refresh_from_db()
    assert [row.title for row in lead.contributions.all()] == ["Renamed"]


def test_two_leads_who_write_the_charter_lose_nothing(
    lead: User, staff: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead)
    url = f"{group.get_absolute_url()}edit/"
    operations.revise(group=group, purpose="Theirs", charter="Their charter", version=1, by=staff, at=timezone.now())
    page = client_of(lead).post(url, {"purpose": "Mine", "charter": "My charter", "version": "1"}).content.decode()
    for words in ("Theirs", "Their charter", "Mine", "My charter", 'name="version" value="2"'):
        assert words in page
    assert WorkingGroup.objects.get().purpose == "Theirs"
    client_of(lead).post(url, {"purpose": "Both", "charter": "Both", "version": "2"})
    assert WorkingGroup.objects.get().purpose == "Both"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("purpose", "", "This field is required."),
        ("purpose", "x" * 601, "at most 600"),
        ("charter", "x" * 20_001, "at most 20000"),
    ],
)
def test_errors_stand_beside_the_field(
    field: str, value: str, message: str, lead: User, client_of: Callable[[Any], Client]
) -> None:
    group = make_group(lead=lead)
    form = {"purpose": "P", "charter": "C", "version": "1", field: value}
    page = client_of(lead).post(f"{group.get_absolute_url()}edit/", form).content.decode()
    assert message in page
    assert 'aria-invalid="true"' in page


def test_staff_charter_a_new_group(staff: User, lead: User, client_of: Callable[[Any], Client]) -> None:
    form = {
        "title": "New",
        "slug": "new-group",
        "lead": lead.profile.handle,
        "purpose": "P",
        "charter": "",
        "audience": "members",
        "state": "active",
        "takes_providers": "on",
    }
    response = client_of(staff).post("/groups/new/", form)
    assert response["Location"] == "/groups/new-group/"
    group = WorkingGroup.objects.get()
    assert (group.channel.url, group.channel.audience, group.channel.kind) == ("/groups/new-group/", "members", "group")
    assert [row.user for row in group.memberships.leads()] == [lead]
    for slug in ("new-group", "new", "New-Group"):
        assert "This address is taken." in client_of(staff).post("/groups/new/", form | {"slug": slug}).content.decode()


def test_groups_of_a_person_stand_with_those_they_lead_first(lead: User, co_member: User) -> None:
    make_group(title="A", members=(lead,))
    make_group(title="B", lead=lead)
    make_group(title="C")
    assert [(group.title, group.my_role) for group in queries.groups_of(lead)] == [("B", "lead"), ("A", "member")]
    assert queries.groups_of(co_member) == []


def test_coming_meetings_of_a_person_are_those_of_their_groups(lead: User, co_member: User) -> None:
    now = timezone.now()
    mine, other = make_group(lead=lead, members=(co_member,)), make_group()
    for days in (3, 1, 2):
        make_meeting(mine.channel, title=f"In {days}", start=now + timedelta(days=days))
    make_meeting(mine.channel, state="draft")
    make_meeting(mine.channel, state="cancelled")
    make_meeting(other.channel)
    assert [meeting.title for meeting in queries.coming_meetings(co_member, 2, now)] == ["In 1", "In 2"]


def test_what_waits_for_a_lead_and_for_a_member(lead: User, co_member: User, outsider: User) -> None:
    now = timezone.now()
    group = make_group(lead=lead, members=(co_member,))
    make_meeting(group.channel, state="draft", title="Draft soon", start=now + timedelta(days=8))
    make_meeting(group.channel, state="draft", title="Draft later", start=now + timedelta(days=12))
    make_meeting(group.channel, title="No agenda", rows=[], start=now + timedelta(days=4))
    complete = make_meeting(group.channel, title="Complete", start=now + timedelta(days=6))
    make_meeting(group.channel, state="cancelled", title="Off", start=now + timedelta(days=2))
    make_meeting(group.channel, title="Over", start=now - timedelta(days=2))
    assert [(need.kind, need.title) for need in queries.needs_of(lead, now)] == [
        ("agenda", "Post the agenda: No agenda"),
        ("reply", "Will you join? No agenda"),
        ("reply", "Will you join? Complete"),
        ("agenda", "Publish the agenda: Draft soon"),
    ]
    assert [need.title for need in queries.needs_of(co_member, now)] == [
        "Will you join? No agenda",
        "Will you join? Complete",
    ]
    reply(meeting=complete, answer="unsure", by=co_member, at=now)
    assert [need.title for need in queries.needs_of(co_member, now)] == ["Will you join? No agenda"]
    assert queries.needs_of(outsider, now) == []


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended"])
def test_nothing_waits_for_who_is_no_member(who: str, request: pytest.FixtureRequest, db: None) -> None:
    assert queries.needs_of(request.getfixturevalue(who), timezone.now()) == []


def test_what_waits_costs_two_queries_for_any_number(lead: User, django_assert_num_queries: Any) -> None:
    group = make_group(lead=lead)
    for _n in range(12):
        make_meeting(group.channel, rows=[])
    with django_assert_num_queries(2):
        assert len(queries.needs_of(lead, timezone.now())) == 24


def test_every_need_leads_to_a_page_that_opens(lead: User, client_of: Callable[[Any], Client]) -> None:
    group = make_group(lead=lead)
    make_meeting(group.channel, rows=[])
    for need in queries.needs_of(lead, timezone.now()):
        assert client_of(lead).get(need.url).status_code == 200


def test_a_long_roster_is_walked_to_its_end(outsider: User, client_of: Callable[[Any], Client]) -> None:
    people = tuple(ProfileFactory(user__name=f"Person {n:02}").user for n in range(45))
    group = make_group(members=people)
    client, url, seen = client_of(outsider), "", []
    while True:
        response = client.get(f"{group.get_absolute_url()}members/{url}")
        seen += [each.card.name for each in response.context["people"]]
        url = response.context["page"].next_url
        if not url:
            break
    assert len(seen) == len(set(seen)) == 46
    assert client.get(f"{group.get_absolute_url()}members/?after=WyJhIiwiYiIsImMiXQ").status_code == 404
