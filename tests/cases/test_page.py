"""The page of a case: what it shows, what it leaves out, and what typed text cannot do to it."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import figures, presentation
from cases.models import Case, Lesson, Result, Source, TeachingQuestion, TimelineEvent
from tests.factories.cases import published, rows

pytestmark = pytest.mark.django_db


def _page(case: Case, client: Client) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def test_source_marks_lead_to_the_list_of_sources(client: Client) -> None:
    page = _page(published(context="First [report-2021], then [audit-2020]."), client)
    assert '<sup class="cite"><a href="#source-2" aria-label="Source 2">[2]</a></sup>' in page
    assert 'id="source-1"' in page
    assert "[report-2021]" not in page


def test_a_name_with_a_dot_is_no_link(client: Client) -> None:
    page = _page(published(context="Grants.gov is at https://www.grants.gov/ [audit-2020]."), client)
    assert '<p>Grants.gov is at <a href="https://www.grants.gov/"' in page


def test_place_and_unit_are_said_once(client: Client) -> None:
    results = [Result(measure="Working days lost", before=3, after=2, unit="working days", source="audit-2020")]
    page = _page(published(place="United Kingdom central government", results=results), client)
    assert "United Kingdom central government, United Kingdom" not in page
    assert "<b>Working days lost</b>" in page


def test_sections_without_text_are_left_out(client: Client) -> None:
    page = _page(published(), client)
    assert 'id="governance"' in page
    assert 'id="technology"' not in page
    assert 'id="options-considered"' not in page


def test_rows_without_content_leave_no_heading(client: Client) -> None:
    brief = published(
        form="brief", results=[], timeline=[], teaching_questions=[], lessons=[Lesson(text="One")], subjects=[]
    )
    page = _page(brief, client)
    for anchor in ("results", "timeline", "questions"):
        assert f'id="{anchor}"' not in page
    assert "Documented brief" in page


def test_advice_is_asked_for_until_its_date(client: Client) -> None:
    today = timezone.localdate()
    asked = published(advice_question="Do we let them go?", advice_until=today)
    past = published(advice_question="Do we let them go?", advice_until=today - timedelta(days=1))
    assert "Do we let them go?" in _page(asked, client)
    assert "Do we let them go?" not in _page(past, client)


def test_an_invented_place_is_said_to_be_invented(client: Client) -> None:
    assert "the place, its people and their papers are invented" in _page(published(illustrative=True), client)
    assert "invented" not in _page(published(), client)


def test_an_archived_case_stays_readable_with_a_banner(client: Client) -> None:
    from tests.factories.cases import put

    page = _page(put(published(), "archived"), client)
    assert "Archived." in page
    assert "noindex" in page


def test_results_say_the_finding_and_keep_plans_apart(client: Client) -> None:
    results = [
        Result(measure="Cost", before=14, after=9, better="lower", source="audit-2020"),
        Result(measure="Staff happy", before=61, after=54, unit="percent", better="higher", source="audit-2020"),
        Result(measure="Cost hoped for", before=14, after=7, kind="planned", source="report-2021"),
    ]
    page = _page(published(results=results), client)
    assert "1 of 2 measures improved." in page
    assert "What had been planned" in page
    assert "61% to <b>54%</b>" in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2003", "2003"),
        ("2003-10", "October 2003"),
        ("2003-10-17", "17 October 2003"),
        ("", ""),
        ("2003-02-31", "2003-02-31"),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(written: str, shown: str) -> None:
    assert figures.day(written) == shown


def test_figures_are_stored_as_they_were_written() -> None:
    case = published(results=[Result(measure="Hours", before="9.60", after="3", source="audit-2020")])
    row = Case.objects.get(pk=case.pk).results.get()
    assert (str(row.before), str(row.after)) == ("9.6", "3")
    assert [each["before"] for each in case.live_revision.content["results"]] == ["9.6"]


def test_following_is_offered_to_members_and_remembered(client_of: Any, member: Any, pending: Any) -> None:
    case = published()
    client = client_of(member)
    assert 'aria-pressed="false"' in _page(case, client)
    client.post(f"/follow/{case.channel_id}/", {"want": "1"})
    assert 'aria-pressed="true"' in _page(case, client)
    assert "/follow/" not in _page(case, client_of(pending))
    assert "Sign in to follow" in _page(case, Client())


def test_the_citation_names_credit_title_and_version(client: Client, member: Any) -> None:
    case = published(author=member, title="A payroll")
    words = f"{member.name} ({case.first_published_at.year}). “A payroll”. Shared Services Community of Practice."
    assert words in _page(case, client)


def test_subjects_lead_to_a_search_that_finds_the_case(client: Client) -> None:
    case = published(subjects=["peak & demand"])
    url = re.search(r'href="(/cases/\?q=[^"]+)"', _page(case, client))
    assert url is not None
    assert case.title in client.get(url[1]).content.decode()


def test_a_page_costs_the_same_whatever_it_holds(client_of: Any, member: Any) -> None:
    spent: dict[str, list[int]] = {"member": [], "visitor": []}
    for count in (1, 3, 30):
        case = published(
            author=member,
            subjects=[f"subject {number}" for number in range(count)],
            lessons=[Lesson(text=f"Lesson {number}") for number in range(max(3, count))],
            teaching_questions=[TeachingQuestion(text=f"Why {number}?") for number in range(max(3, count))],
            timeline=[TimelineEvent(date="2020", event=f"Event {number}") for number in range(count)],
            results=[Result(measure=f"M{n}", before=2, after=1, source="audit-2020") for n in range(count)],
            sources=rows()["sources"] + [Source(key=f"s-{number}", title="More") for number in range(count)],
        )
        for name, client in (("member", client_of(member)), ("visitor", Client())):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(case.get_absolute_url())
            assert len(response.content) < 60_000
            spent[name].append(len(queries))
    assert [len(set(counts[1:])) for counts in spent.values()] == [1, 1], spent
    assert max(spent["visitor"]) <= 8, spent
    assert max(spent["member"]) <= 12, spent


# --- typed text -------------------------------------------------------------------------------------------------

VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/x.png)",
    "<a href='javascript:alert(1)'>x</a>",
    "[audit-2020]: javascript:alert(1)",
    "</script><script>alert(1)</script>",
    "`<svg onload=alert(1)>`",
    '[x](https://a.example/" onmouseover="alert(1))',
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "[<b onclick=alert(1)>audit-2020</b>](https://a.example)",
    "{{ user.email }}{% url 'x' %}",
]
ALLOWED_ATTRIBUTES = {"a": {"href", "rel", "aria-label", "class"}}


class _Executable(HTMLParser):
    """Collects what a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"iframe", "object", "embed", "style", "base"}:
            self.found.append(tag)
        if (
            tag == "script"
            and values.get("type") != "application/ld+json"
            and not (values.get("src") or "").startswith("/static/")
        ):
            self.found.append("script")
        if tag == "img" and not (values.get("src") or "").startswith(("/", "data:")):
            self.found.append(f"img {values.get('src')}")
        for name, value in values.items():
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action"} and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.found.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("vector", VECTORS)
def test_typed_text_runs_nowhere(vector: str, client: Client) -> None:
    text = f"{vector} [audit-2020]"
    case = published(
        title=vector[:200],
        one_line=vector[:160],
        place=vector[:120],
        context=text,
        governance=text,
        editor_note=vector,
        size=vector,
        period=vector[:120],
        credit=vector[:200],
        advice_question=vector,
        advice_background=vector,
        subjects=[vector.replace(",", " ")[:90]],
        lessons=[Lesson(text=vector, for_whom=vector, when=vector)] * 1 + rows()["lessons"],
        timeline=[TimelineEvent(date="2020", event=vector)],
        results=[Result(measure=vector[:160], before=2, after=1, unit=vector[:60], source="audit-2020")],
        sources=[*rows()["sources"], Source(key="x", title=vector, publisher=vector)],
    )
    for url in (case.get_absolute_url(), "/cases/"):
        parser = _Executable()
        parser.feed(client.get(url).content.decode())
        assert parser.found == []


def test_marks_are_replaced_in_text_and_never_inside_a_tag() -> None:
    html = '<p><a href="https://a.example/[audit]">[audit]</a> [none]</p>'
    cited = presentation.cite(html, {"audit": 3})
    assert 'href="https://a.example/[audit]"' in cited
    assert 'href="#source-3"' in cited
    assert "[none]" in cited
