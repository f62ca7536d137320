"""Below a members' area a visitor gets one page: who can join and how, for hidden and for missing things alike."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from portal.core.doorstep import at_the_door
from tests.factories.cases import stage_cases
from tests.factories.members import OrganisationFactory, ProfileFactory
from tests.factories.workinggroups import staged

pytestmark = pytest.mark.django_db

# What is hidden from a visitor, and an address of the same shape where nothing is.
PAIRS = [
    ("/cases/members-case/", "/cases/no-such-case/"),
    ("/cases/draft-case/", "/cases/no-such-case/"),
    ("/cases/hidden-case/", "/cases/no-such-case/"),
    ("/members/closed-clara/", "/members/nobody-here/"),
    ("/members/organisations/an-organisation/", "/members/organisations/nowhere/"),
    ("/groups/members-group/", "/groups/no-group/"),
    ("/groups/private-group/", "/groups/no-group/"),
    ("/groups/private-group/meetings/", "/groups/no-group/meetings/"),
    ("/groups/private-group/members/", "/groups/no-group/members/"),
    ("/groups/public-group/members/", "/groups/no-group/members/"),
    ("/groups/private-group/edit/", "/groups/no-group/edit/"),
    ("/groups/private-group/anything/at/all/", "/groups/no-group/anything/at/all/"),
    ("/members/closed-clara/anything/", "/members/nobody-here/anything/"),
]


@pytest.fixture
def stage(lead: Any) -> None:
    ProfileFactory(handle="closed-clara")
    OrganisationFactory(slug="an-organisation")
    stage_cases()
    staged(lead)


def _page(client: Client, path: str) -> tuple[int, dict[str, str], str]:
    response = client.get(path)
    html = response.content.decode().replace(quote(path, safe=""), "PATH").replace(path, "PATH")
    return response.status_code, dict(response.headers), html


@pytest.mark.parametrize(("hidden", "missing"), PAIRS)
def test_hidden_and_missing_are_one_answer_byte_for_byte(hidden: str, missing: str, stage: None) -> None:
    one, other = _page(Client(), hidden), _page(Client(), missing)
    assert one[0] == other[0] == 404
    assert one[2] == other[2]
    assert {**one[1], "Content-Length": ""} == {**other[1], "Content-Length": ""}


def test_the_page_says_who_can_join_and_leads_to_both_ways_in(client: Client) -> None:
    page = client.get("/groups/some-group/?tab=talk").content.decode()
    assert "This page is for members" in page
    assert "Practitioners: you work in or for a public body" in page
    assert 'href="/join/"' in page
    assert re.search(r'href="/accounts/login/\?next=%2Fgroups%2Fsome-group%2F%3Ftab%3Dtalk"', page)
    assert '<meta name="robots" content="noindex">' in page


def test_all_hidden_and_missing_addresses_of_all_areas_give_the_same_page(stage: None) -> None:
    # The menu marks the area.
    pages = {_page(Client(), path)[2].replace(' aria-current="true"', "") for pair in PAIRS for path in pair}
    assert len(pages) == 1


def test_a_teaser_adds_title_and_summary_and_the_same_ways_in(stage: None, client: Client) -> None:
    response = client.get("/cases/teaser-case/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Practitioners: you work in or for a public body" in page
    assert "next=%2Fcases%2Fteaser-case%2F" in page


def test_members_and_who_waits_get_the_ordinary_answer(
    member: Any, pending: Any, client_of: Callable[..., Any]
) -> None:
    for user in (member, pending):
        page = client_of(user).get("/groups/no-group/")
        assert page.status_code == 404
        assert "We cannot find that page" in page.content.decode()


def test_public_pages_and_one_s_own_are_no_doorstep(client: Client) -> None:
    assert "We cannot find that page" in client.get("/glossary/nothing/").content.decode()
    assert client.get("/members/me/edit/")["Location"] == "/accounts/login/?next=/members/me/edit/"
    assert client.get("/members/me/")["Location"] == "/accounts/login/?next=/members/me/"
    assert client.get("/members/").status_code == 200


def test_a_form_that_was_sent_without_a_session_leads_to_sign_in(client: Client) -> None:
    response = client.post("/groups/some-group/join/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/groups/private-group/calendar.ics", "/meetings/99999.ics", "/cases/nothing.csv"])
def test_programs_get_the_plain_answer(path: str, stage: None, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This page is for members" not in response.content.decode()


def test_who_wants_no_html_gets_none_of_it(rf: Any) -> None:
    ask = rf.get("/groups/x/", headers={"accept": "application/json"})
    assert not at_the_door(ask)
    assert at_the_door(rf.get("/groups/x/", headers={"accept": "text/html,application/xhtml+xml"}))
    assert at_the_door(rf.head("/groups/x/"))
    assert not at_the_door(rf.put("/groups/x/"))


def test_the_page_asks_the_database_nothing(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        client.get("/groups/no-group/members/")


def test_every_area_is_an_address_of_the_portal() -> None:
    lists = ("members:directory", "cases:library", "kits:shelf", "meetings:list", "workinggroups:list")
    thread = reverse("discussions:thread", args=[1, "x"])
    assert {*map(reverse, lists), thread.removesuffix("1-x/")} == set(project.MEMBERS_AREAS)
