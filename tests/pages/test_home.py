"""`/`: true figures for visitors, what needs them for members, and the same number of queries however much there is."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import JoinRequest, Profile
from members.operations import reindex
from portal.follows.operations import seat
from portal.meetings import operations
from portal.outbox.drain import drain
from portal.pages.needs import greeting
from portal.taxonomy.models import Challenge, ServiceLine
from tests.factories.cases import draft, published, put
from tests.factories.kits import make_kit, make_release
from tests.factories.meetings import make_channel, make_meeting
from tests.factories.members import OrganisationFactory, ProfileFactory
from tests.factories.pages import home, make_landing, make_programme
from tests.factories.workinggroups import make_group

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    """The text of a page, without tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- visitors -----------------------------------------------------------------------------------------------------


def test_an_empty_portal_has_a_home(client: Client) -> None:
    page = words(client.get("/"))
    assert home().headline in page
    assert "0 members" in page
    assert "No case has been published yet" in page
    assert "No public meeting is planned." in page


def test_the_figures_are_true(client: Client, pending: Any, suspended: Any) -> None:
    for country in ("GB", "GB", "RO", "CA"):
        ProfileFactory(organisation=OrganisationFactory(country=country))
    published(slug="one")
    published(slug="two")
    published(slug="for-members", audience="members")
    put(published(slug="withdrawn"), "withdrawn")
    draft(slug="draft")
    make_group(lead=ProfileFactory(organisation=OrganisationFactory(country="RO")).user)
    make_group(audience="members", lead=ProfileFactory(organisation=OrganisationFactory(country="FR")).user)
    make_group(state="dormant", lead=ProfileFactory(organisation=OrganisationFactory(country="RO")).user)
    page = words(client.get("/"))
    # Four and three leads; the editors who wrote and published the cases are accounts without a profile.
    assert "7 members in 4 countries" in page
    assert "2 cases" in page
    assert "1 working group " in page


def test_a_visitor_sees_what_is_public_and_nothing_else(client: Client) -> None:
    channel = make_channel()
    make_meeting(channel, title="Open meeting")
    make_meeting(channel, title="CNRY draft", state="draft")
    make_meeting(channel, title="CNRY cancelled", state="cancelled")
    make_meeting(make_channel(audience="members"), title="CNRY closed")
    published(title="Open case")
    published(title="CNRY case", audience="members", teaser=True)
    make_group(title="CNRY group", audience="private")
    make_release(make_kit(title="Open kit"))
    make_release(make_kit("closed", title="CNRY kit", audience="members"), "9.9")
    page = words(client.get("/"))
    for shown in ("Open meeting", "Open case", "Open kit, version 1.0"):
        assert shown in page
    assert "CNRY" not in page


def test_challenges_say_how_many_cases_there_are_on_them(client: Client) -> None:
    for position, slug in enumerate(["finance-funding", "political-support"], 1):
        make_programme("challenge", position, slug=slug, title=f"Challenge {slug}")
    published(challenges=["finance-funding", "political-support"])
    published(challenges=["finance-funding"])
    published(challenges=["finance-funding"], audience="members")
    page = words(client.get("/"))
    assert re.search(r"Challenge finance-funding\s+2 cases", page)
    assert re.search(r"Challenge political-support\s+1 case ", page)


def test_a_case_that_wants_advice_is_the_one_request_of_the_page(client: Client) -> None:
    today = timezone.localdate()
    published(slug="over", advice_question="Too late?", advice_until=today - timedelta(days=1))
    page = client.get("/")
    assert 'class="ask"' not in page.content.decode()
    published(slug="asks", advice_question="Do we let them go?", advice_until=today, service_lines=["payroll"])
    page = client.get("/")
    assert "Do we let them go?" in words(page)
    assert "Advice wanted, on Payroll" in words(page)
    assert 'href="/cases/asks/#advice"' in page.content.decode()


def test_an_older_case_that_wants_advice_is_not_a_latest_one(client: Client) -> None:
    now = timezone.now()
    published(slug="asks", title="Oldest", advice_question="What now?", at=now - timedelta(days=300))
    for age in range(1, 6):
        published(title=f"Newer {age}", at=now - timedelta(days=age))
    page = words(client.get("/"))
    assert "What now?" in page
    assert "Oldest" not in page
    assert [age for age in range(1, 6) if f"Newer {age} " in page] == [1, 2, 3, 4]


def test_the_fifteen_are_cells_without_a_state(client: Client) -> None:
    plan = make_landing(slug="plan", listing="plan")
    for number in range(1, 16):
        make_programme("action", number, parent=plan)
    page = client.get("/").content.decode()
    cells = re.findall(r'<ol class="cells".*?</ol>', page, re.DOTALL)[0]
    assert re.findall(r">(\d+)</a>", cells) == [str(number) for number in range(1, 16)]
    assert "is-done" not in cells
    assert "%" not in cells


def test_groups_say_how_many_they_are_and_when_they_meet(client: Client) -> None:
    members = tuple(ProfileFactory().user for _ in range(3))
    group = make_group(title="Metrics", members=members)
    start = datetime.now(UTC) + timedelta(days=20)
    make_meeting(group.channel, start=start, zone="UTC")
    make_meeting(group.channel, start=start + timedelta(days=9), zone="UTC")
    page = words(client.get("/"))
    assert "4 members · Next meeting " + f"{start.day} {start:%B %Y}" in page


def test_somebody_who_waits_for_approval_is_told_so(pending: Any, client_of: Callable[[Any], Client]) -> None:
    page = client_of(pending).get("/")
    assert "not a member yet" in words(page)
    now = timezone.now()
    JoinRequest.objects.create(
        person=pending, organisation="Agency", reason="To learn.", asked_at=now, confirmed_at=now
    )
    page = client_of(pending).get("/")
    assert "Your request to join is being looked at." in words(page)
    assert home().headline in words(page)
    assert 'href="/join/"' not in re.sub(r"<footer.*", "", page.content.decode(), flags=re.DOTALL)


def test_a_suspended_account_sees_the_visitor_s_home(suspended: Any, client_of: Callable[[Any], Client]) -> None:
    page = words(client_of(suspended).get("/"))
    assert home().headline in page
    assert "not a member yet" not in page


# --- members ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "zone", "said"),
    [
        (4, "UTC", "Good evening, Ana"),
        (5, "UTC", "Good morning, Ana"),
        (11, "UTC", "Good morning, Ana"),
        (12, "UTC", "Good afternoon, Ana"),
        (17, "UTC", "Good afternoon, Ana"),
        (18, "UTC", "Good evening, Ana"),
        (11, "Pacific/Auckland", "Good evening, Ana"),
        (11, "America/Lima", "Good morning, Ana"),
        (20, "America/Lima", "Good afternoon, Ana"),
    ],
)
def test_people_are_greeted_by_their_own_clock(hour: int, zone: str, said: str) -> None:
    assert greeting("Ana", datetime(2026, 7, 1, hour, 30, tzinfo=UTC), ZoneInfo(zone)) == said


def test_a_member_s_home_greets_in_their_zone(member: Any, client_of: Callable[[Any], Client]) -> None:
    member.time_zone = "Pacific/Auckland"
    member.save(update_fields=["time_zone"])
    page = words(client_of(member).get("/"))
    assert greeting("Olena", timezone.now(), ZoneInfo("Pacific/Auckland")) in page
    assert "Times shown in Auckland time" in page


def test_a_meeting_without_my_answer_needs_me_and_is_answered_there(
    member: Any, outsider: Any, client_of: Callable[[Any], Client]
) -> None:
    channel = make_channel(readers=(member,))
    meeting = make_meeting(channel, title="Tariffs", start=timezone.now() + timedelta(days=5), zone="UTC")
    client = client_of(member)
    assert "Say whether you will join: Tariffs" in words(client.get("/"))
    assert "Say whether" not in words(client_of(outsider).get("/"))
    form = re.search(r'action="(/meetings/\d+/reply/)"', client.get("/").content.decode())
    assert form is not None
    client.post(form[1], {"answer": "yes"})
    after = words(client.get("/"))
    assert "Say whether" not in after
    assert "Tariffs" in after
    assert meeting.replies.get().answer == "yes"


def test_a_meeting_far_away_can_be_answered_later(member: Any, client_of: Callable[[Any], Client]) -> None:
    make_meeting(make_channel(readers=(member,)), title="Next year", start=timezone.now() + timedelta(days=90))
    page = words(client_of(member).get("/"))
    assert "Say whether" not in page
    assert "Next year" in page


def test_a_lead_is_told_of_agendas_that_are_due(lead: Any, member: Any, client_of: Callable[[Any], Client]) -> None:
    channel = make_channel(hosts=(lead,), readers=(member,))
    soon = timezone.now() + timedelta(days=6)
    make_meeting(channel, title="Without agenda", start=soon, rows=[])
    make_meeting(channel, title="Still a draft", start=soon, state="draft")
    make_meeting(channel, title="Draft for later", start=timezone.now() + timedelta(days=40), state="draft")
    page = words(client_of(lead).get("/"))
    assert "Post the agenda: Without agenda" in page
    assert "Publish the agenda: Still a draft" in page
    assert "Draft for later" not in page
    assert "Still a draft" not in words(client_of(member).get("/"))


def test_what_is_missing_in_my_profile_needs_me(member: Any, client_of: Callable[[Any], Client]) -> None:
    client = client_of(member)
    page = words(client.get("/"))
    assert "Still missing: your service lines, what you can be asked about, what you are looking for." in page
    profile = member.profile
    profile.service_lines.set(ServiceLine.objects.all()[:1])
    profile.ask_about.add("tariffs")
    profile.looking_for = "Peers"
    profile.save()
    assert "Still missing" not in words(client.get("/"))


def test_nothing_to_do_is_said_too(member: Any, client_of: Callable[[Any], Client]) -> None:
    profile = member.profile
    profile.service_lines.set(ServiceLine.objects.all()[:1])
    profile.ask_about.add("tariffs")
    profile.looking_for = "Peers"
    profile.save()
    page = words(client_of(member).get("/"))
    assert "Nothing waits for you." in page
    assert "Nothing right now" in page


def test_staff_see_what_waits_on_the_desk(staff: Any, member: Any, client_of: Callable[[Any], Client]) -> None:
    person = ProfileFactory(user__standing="pending").user
    now = timezone.now()
    JoinRequest.objects.create(person=person, organisation="A", reason="B", asked_at=now, confirmed_at=now)
    assert "Requests to join 1 waits." in words(client_of(staff).get("/"))
    assert "Requests to join" not in words(client_of(member).get("/"))


def test_coming_meetings_stand_in_the_reader_s_own_time(member: Any, client_of: Callable[[Any], Client]) -> None:
    member.time_zone = "Asia/Tokyo"
    member.save(update_fields=["time_zone"])
    start = (timezone.now() + timedelta(days=8)).replace(hour=20, minute=0, second=0, microsecond=0)
    make_meeting(make_channel(readers=(member,)), start=start, zone="UTC", minutes=60)
    page = words(client_of(member).get("/"))
    assert "05:00 to 06:00 JST" in page


def test_who_belongs_to_no_group_sees_what_is_open_to_all(outsider: Any, client_of: Callable[[Any], Client]) -> None:
    make_meeting(make_channel(), title="Open to all")
    page = words(client_of(outsider).get("/"))
    assert "Open to all" in page
    assert "Say whether" not in page


def test_cases_in_my_service_lines_come_first(member: Any, client_of: Callable[[Any], Client]) -> None:
    member.profile.service_lines.set(ServiceLine.objects.filter(slug="payroll"))
    now = timezone.now()
    published(title="Mine, old", service_lines=["payroll"], at=now - timedelta(days=400))
    for age in range(1, 6):
        published(title=f"Other {age}", service_lines=["procurement"], at=now - timedelta(days=age))
    page = words(client_of(member).get("/"))
    assert page.index("Mine, old") < page.index("Other 1") < page.index("Other 3")
    assert "Other 4" not in page


def test_people_like_me_are_three_at_most(member: Any, client_of: Callable[[Any], Client]) -> None:
    line = ServiceLine.objects.filter(slug="payroll")
    member.profile.service_lines.set(line)
    for number in range(5):
        ProfileFactory(user__name=f"Peer Number{number}").service_lines.set(line)
    ProfileFactory(user__name="Nobody Alike")
    reindex(Profile.objects.all())
    page = words(client_of(member).get("/"))
    assert page.count("Peer Number") == 3
    assert "Nobody Alike" not in page


def test_unread_notices_are_news(member: Any, lead: Any, client_of: Callable[[Any], Client]) -> None:
    channel = make_channel(hosts=(lead,), readers=(member,))
    meeting = make_meeting(channel, state="draft", title="Tariffs")
    operations.publish(meeting=meeting, version=meeting.version, tell=True, by=lead, at=timezone.now())
    drain()
    client = client_of(member)
    assert "New for you" in words(client.get("/"))
    client.post("/notifications/read/")
    assert "New for you" not in words(client.get("/"))


# --- the same for one and for many --------------------------------------------------------------------------------


def fill(number: int, member: Any) -> None:
    """So many of everything that a home page shows."""
    lines = ServiceLine.objects.filter(slug="payroll")
    member.profile.service_lines.set(lines)
    member.profile.ask_about.add("tariffs")
    challenges = list(Challenge.objects.all())
    plan = make_landing(slug="plan", listing="plan")
    now = timezone.now()
    for each in range(number):
        author = ProfileFactory()
        author.service_lines.set(lines)
        published(
            at=now - timedelta(days=each + 1),
            author=author.user,
            advice_question="Why?",
            challenges=[challenge.slug for challenge in challenges],
        )
        group = make_group(lead=author.user, members=(member,))
        for days in (5, 30):
            make_meeting(group.channel, start=now + timedelta(days=days))
        make_meeting(make_channel(hosts=(member,)), start=now + timedelta(days=6), rows=[])
        make_release(make_kit(f"kit-{each}"))
        make_programme("action", each + 1, parent=plan, challenges=challenges)
        if each < len(challenges):
            make_programme("challenge", each + 1, slug=challenges[each].slug)
        JoinRequest.objects.create(
            person=ProfileFactory(user__standing="pending").user,
            organisation="A",
            reason="B",
            asked_at=now,
            confirmed_at=now,
        )
        seat(channel=group.channel, user=member)
    drain()


def cost(client: Client, path: str = "/") -> tuple[int, int]:
    client.get("/healthz")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    return len(queries), len(response.content)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_home_costs_the_same_for_one_three_and_thirty(
    number: int, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    people = {role: request.getfixturevalue(role) for role in ("visitor", "member", "staff", "pending")}
    fill(number, people["member"])
    readers = {role: client_of(person) for role, person in people.items()}
    found = {name: cost(reader) for name, reader in readers.items()}
    assert {name: queries for name, (queries, _size) in found.items()} == {
        "visitor": 8,
        "member": 10,
        "staff": 11,
        "pending": 11,
    }
    assert max(size for _queries, size in found.values()) <= 60_000


@pytest.mark.parametrize("number", [1, 3, 15])
def test_the_plan_and_its_pages_cost_the_same_for_few_and_many(number: int, member: Any, client: Client) -> None:
    challenges = list(Challenge.objects.all())
    plan = make_landing(slug="plan", listing="plan")
    element = make_programme("element", 1, parent=plan)
    for each in range(number):
        make_programme("action", each + 1, parent=plan, element=element, challenges=challenges)
        published(challenges=["finance-funding"])
    five = make_landing(slug="challenges", listing="numbered")
    make_programme("challenge", 1, parent=five, slug="finance-funding", challenges=challenges)
    paths = ("/plan/", "/plan/action-1/", "/plan/element-1/", "/challenges/", "/challenges/finance-funding/")
    found = {path: cost(client, path) for path in paths}
    assert {path: queries for path, (queries, _size) in found.items()} == {
        "/plan/": 2,
        "/plan/action-1/": 5,
        "/plan/element-1/": 5,
        "/challenges/": 3,
        "/challenges/finance-funding/": 7,
    }
    assert max(size for _queries, size in found.values()) <= 60_000
