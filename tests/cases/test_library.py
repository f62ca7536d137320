"""The library: filters, numbers, order, text, and addresses that can be shared."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import filters
from cases.models import Case
from portal.core.listing import Facet
from tests.factories.cases import published

pytestmark = pytest.mark.django_db


def _library(query: str, user: Any) -> filters.Library:
    return filters.library(QueryDict(query), user)


def _titles(query: str, user: Any) -> list[str]:
    return [row.title for row in _library(query, user).page.rows]


def _facet(library: filters.Library, name: str) -> Facet:
    return next(facet for facet in library.page.facets if facet.name == name)


def _numbers(library: filters.Library, name: str) -> dict[str, int]:
    return {option.value: option.count for option in _facet(library, name).options}


@pytest.fixture
def shelf(db: None) -> dict[str, Case]:
    """Four cases that differ in what they can be found by."""
    now = timezone.now()
    return {
        "payroll": published(
            title="A payroll", country="US", stage="run", at=now - timedelta(days=4), subjects=["bargaining rights"]
        ),
        "grants": published(
            title="B grants",
            form="brief",
            service_lines=["grants"],
            challenges=["political-support", "change-governance"],
            jurisdiction_level="national",
            stage="build",
            at=now - timedelta(days=3),
        ),
        "mail": published(
            title="C mail",
            illustrative=True,
            service_lines=["email-collaboration", "payroll"],
            advice_question="Who pays?",
            advice_until=timezone.localdate() + timedelta(days=3),
            at=now - timedelta(days=2),
        ),
        "late": published(
            title="D late",
            service_lines=["finance"],
            advice_question="Too late?",
            advice_until=timezone.localdate() - timedelta(days=1),
            at=now - timedelta(days=1),
        ),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["D late", "C mail", "B grants", "A payroll"]),
        ("service=finance", ["D late", "B grants"]),
        ("service=grants", ["B grants"]),
        ("service=hr&service=it", ["C mail", "A payroll"]),
        ("challenge=political-support", ["B grants"]),
        ("level=county&kind=illustration", ["C mail"]),
        ("kind=write-up", ["D late", "A payroll"]),
        ("kind=brief&kind=illustration", ["C mail", "B grants"]),
        ("country=US", ["A payroll"]),
        ("stage=build&stage=run&sort=title", ["A payroll", "B grants", "C mail", "D late"]),
        ("advice=wanted", ["C mail"]),
        ("sort=advice", ["C mail", "D late", "B grants", "A payroll"]),
        ("sort=nonsense", ["D late", "C mail", "B grants", "A payroll"]),
        ("service=none-such", []),
        ("kind=none-such", []),
        ("q=PAYROLL", ["C mail", "A payroll"]),
        ("q=bargaining rights", ["A payroll"]),
        ("q=rights context", ["A payroll"]),
        ("q=audit-2020", []),
        ("q=100%25", []),
    ],
)
def test_filters_find_what_fits(query: str, found: list[str], shelf: Any, visitor: Any) -> None:
    assert _titles(query, visitor) == found


def test_text_is_found_whatever_its_accents(visitor: Any) -> None:
    published(title="Ștefăniță", place="Łódź")
    assert _titles("q=stefanita lodz", visitor) == ["Ștefăniță"]


def test_numbers_are_those_each_choice_would_leave(shelf: Any, visitor: Any) -> None:
    library = _library("level=county", visitor)
    assert _numbers(library, "level") == {"national": 1, "county": 3}
    assert _numbers(library, "service") == {"finance": 1, "hr": 2, "it": 1}
    assert _numbers(library, "stage") == {"run": 3}
    assert _numbers(library, "country") == {"GB": 2, "US": 1}
    assert _numbers(library, "kind") == {"write-up": 2, "illustration": 1}
    assert _numbers(library, "advice") == {"wanted": 1}
    assert _numbers(library, "challenge") == {"finance-funding": 3}
    assert (library.page.total, library.among) == (3, 4)


@pytest.mark.parametrize(
    "query", ["", "level=county", "q=payroll", "stage=run&country=GB", "service=finance&kind=brief"]
)
def test_no_choice_offered_leads_to_an_empty_page(query: str, shelf: Any, visitor: Any) -> None:
    for facet in _library(query, visitor).page.facets:
        for option in facet.options:
            if not option.selected:
                alone = QueryDict(query, mutable=True)
                alone.setlist(facet.name, [option.value])
                assert len(filters.library(alone, visitor).page.rows) == option.count, (facet.name, option)
                assert _titles(option.url.lstrip("?"), visitor)


def test_a_part_of_a_line_can_be_chosen_by_its_address(shelf: Any, visitor: Any) -> None:
    library = _library("service=grants", visitor)
    chosen = [option for option in _facet(library, "service").options if option.selected]
    assert [(option.label, option.count) for option in chosen] == [("Grants", 1)]
    assert [chip.label for chip in library.page.chips] == ["Grants"]


def test_chips_take_one_choice_away(shelf: Any, visitor: Any) -> None:
    library = _library("q=payroll&level=county&country=GB", visitor)
    assert [chip.label for chip in library.page.chips] == ["“payroll”", "County", "United Kingdom"]
    assert library.page.chips[1].url == "?q=payroll&country=GB"


def test_what_was_chosen_stays_on_the_form_when_nothing_is_left_of_it(shelf: Any, client: Client) -> None:
    page = client.get("/cases/?country=FR&service=finance").content.decode()
    assert '<input type="checkbox" name="country" value="FR" checked>' in page
    assert "No case fits all of this" in page


def test_pages_follow_each_other_without_gap_or_repeat(visitor: Any) -> None:
    now = timezone.now()
    for number in range(23):
        published(title=f"Same title {number % 3}", at=now - timedelta(days=1))
    for sort in filters.SORTS:
        seen: list[str] = []
        query = f"sort={sort}"
        for _page in range(3):
            page = _library(query, visitor).page
            seen += [row.url for row in page.rows]
            query = page.next_url.lstrip("?")
            if not query:
                break
        assert len(seen) == len(set(seen)) == 23, sort


@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "WyJhIiwiYiJd", "WyIyMDI2LTAxLTAxIiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ", "WyJcdWQ4MDAiLCIxIl0"],
)
@pytest.mark.parametrize("sort", ["newest", "title", "advice"])
def test_a_cursor_that_is_not_ours_is_not_found(cursor: str, sort: str, shelf: Any, visitor: Any) -> None:
    with contextlib.suppress(Http404):
        _library(f"sort={sort}&after={cursor}", visitor)


@pytest.mark.parametrize("text", ["a " * 13, "x" * 201, "word " * 300])
def test_a_text_that_is_too_long_gets_a_message_and_stays(text: str, shelf: Any, client: Client) -> None:
    response = client.get("/cases/", {"q": text.strip()})
    page = response.content.decode()
    assert response.status_code == 400
    assert "Search with at most 12 words and 200 characters." in page
    assert f'value="{text.strip()}"' in page
    assert 'aria-describedby="q-error"' in page


@pytest.mark.parametrize("query", ["q=%00", "q=%ed%a0%80", "level=%00", "after=%00"])
def test_bytes_no_database_stores_are_refused(query: str, client: Client) -> None:
    assert client.get(f"/cases/?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "sort=%F0%9F%92%A9",
        "level=a&level=b&level=c",
        "q=%27%22%3E%3Cscript%3E",
        "after=" + "A" * 3000,
        "q=%25_%5C",
        "country=" + "X" * 900,
    ],
)
def test_odd_addresses_never_end_in_a_fault(query: str, shelf: Any, client: Client) -> None:
    response = client.get(f"/cases/?{query}")
    assert response.status_code in {200, 404}
    assert b"<script>" not in response.content


def test_an_empty_library_says_so(client: Client) -> None:
    assert "No case has been published yet" in client.get("/cases/").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_cases(client_of: Any, member: Any) -> None:
    spent: dict[str, list[int]] = {"member": [], "visitor": []}
    made = 0
    for wanted in (1, 3, 30):
        while made < wanted:
            published(
                service_lines=["payroll", "grants"],
                challenges=["finance-funding", "capabilities"],
                author=member,
                subjects=[f"subject {made}"],
            )
            made += 1
        for name, client in (("member", client_of(member)), ("visitor", Client())):
            for query in ("", "?level=county&service=hr&stage=run&q=case"):
                with CaptureQueriesContext(connection) as queries:
                    response = client.get(f"/cases/{query}")
                assert response.status_code == 200
                assert len(response.content) < 60_000
                spent[name].append(len(queries))
    assert max(spent["visitor"]) <= 8, spent
    assert max(spent["member"]) <= 12, spent
    assert {name: len({*counts[0::2], *()}) for name, counts in spent.items()} == {"member": 1, "visitor": 1}, spent
    assert {name: len(set(counts[1::2])) for name, counts in spent.items()} == {"member": 1, "visitor": 1}, spent
