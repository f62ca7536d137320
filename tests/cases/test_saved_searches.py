"""Who saved a search of the library hears of each new case that fits it, once, and of nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail as outgoing
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import filters
from cases import operations as case_operations
from cases.alerts import operations, queries
from cases.alerts.wording import canonical
from cases.models import Case, SavedSearch, SearchTerm
from members.models import User
from portal.follows.operations import follow_challenges
from portal.notifications.models import Notification
from portal.notifications.operations import set_level
from portal.outbox.drain import drain, run_errands
from portal.taxonomy.models import Challenge, ServiceLine
from tests.factories.cases import draft, editor, published, put
from tests.factories.members import UserFactory
from tests.factories.notifications import wants_mail

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
KIND = "cases.fits-a-search"
URL = "/cases/saved/"


def save(person: Any, query: str) -> SavedSearch:
    return operations.save_search(params=QueryDict(query), by=person, at=timezone.now() - timedelta(days=30))


def told() -> list[Any]:
    while run_errands():
        pass
    told = Notification.objects.filter(kind=KIND).select_related("person")
    return [notice.person for notice in told.order_by("person")]


# --- who is told ----------------------------------------------------------------------------------------------------


def test_a_new_case_is_told_to_whoever_saved_a_search_that_it_fits(member: Any, co_member: Any, outsider: Any) -> None:
    save(member, "q=Payroll&level=county&level=city")
    save(co_member, "q=payroll&level=city")
    published(title="One páyroll for eleven agencies", jurisdiction_level="county")
    assert told() == [member]


def test_a_service_line_is_followed_with_its_parts(member: Any) -> None:
    part = ServiceLine.objects.filter(parent__isnull=False).select_related("parent").first()
    save(member, f"service={part.parent.slug}")
    published(service_lines=[part.slug])
    assert told() == [member]


def test_what_fits_several_searches_and_a_followed_challenge_is_told_once(member: Any) -> None:
    save(member, "level=county")
    save(member, "country=GB")
    follow_challenges(challenges=[Challenge.objects.get(slug="finance-funding")], by=member, at=timezone.now())
    published(challenges=["finance-funding"])
    assert told() == [member]
    assert Notification.objects.filter(person=member).count() == 1


def test_drafts_changes_hidden_cases_and_one_s_own_are_not_told(member: Any) -> None:
    case = published(title="An old one")
    told()
    save(member, "level=county")
    fresh = Case.objects.get(pk=case.pk)
    fresh.governance = "Somebody else decides now [audit-2020]."
    case_operations.save_draft(case=fresh, by=editor(), at=timezone.now())
    case_operations.publish(case=Case.objects.get(pk=case.pk), by=editor(), at=timezone.now())
    draft()
    put(published(), "hidden")
    published(author=member)
    assert told() == []


def test_a_case_that_was_there_before_is_no_news(member: Any) -> None:
    published(at=timezone.now() - timedelta(days=31))
    save(member, "level=county")
    assert told() == []


def test_who_removed_the_search_or_muted_the_case_hears_nothing(member: Any, co_member: Any) -> None:
    operations.remove_search(search=save(member, "level=county"), by=member)
    save(co_member, "level=county")
    case = published()
    set_level(channel=case.channel, level="muted", by=co_member, at=timezone.now())
    assert told() == []


def test_a_case_published_quietly_is_told_to_nobody(member: Any) -> None:
    save(member, "level=county")
    case_operations.publish(case=draft(), by=editor(), at=timezone.now(), quiet=True)
    assert told() == []


def test_who_is_no_member_any_more_is_told_nothing(member: Any, co_member: Any) -> None:
    for person, standing in ((member, "suspended"), (co_member, "pending")):
        save(person, "level=county")
        User.objects.filter(pk=person.pk).update(standing=standing)
    published(audience="members")
    assert told() == []


def test_the_mail_names_the_searches_and_none_is_sent_once_they_are_removed(member: Any, settings: Any) -> None:
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    wants_mail(member)
    search = save(member, "q=%3Cb%3Epayroll&level=county&level=city&advice=wanted")
    other = save(member, "kind=write-up&country=GB")
    published(title="<b>Payroll for eleven", advice_question="How?")
    drain()
    (mail,) = [each for each in outgoing.outbox if each.to == [member.email]]
    assert "- “<b>payroll”, City or municipality or County and Advice wanted -" in " ".join(mail.body.split())
    assert "United Kingdom and Write-ups" in mail.body
    assert "http://localhost:8000/cases/saved/" in mail.body
    assert "“&lt;b&gt;payroll”" in mail.alternatives[0][0]

    published(title="<b>Payroll again", advice_question="How?")
    run_errands(100)
    for row in (search, other):
        operations.remove_search(search=row, by=member)
    drain()
    assert len([each for each in outgoing.outbox if each.to == [member.email]]) == 1


# --- the same as the library ----------------------------------------------------------------------------------------

VALUES = {
    "challenge": ["finance-funding", "capabilities", "nonsense"],
    "level": ["county", "city"],
    "service": ["payroll", "hr", "grants"],
    "stage": ["run", "plan"],
    "country": ["GB", "DK"],
    "kind": ["write-up", "brief", "illustration", "nonsense"],
    "advice": ["wanted", "nonsense"],
}
searches = st.fixed_dictionaries(
    {"q": st.sampled_from(["", "", "payroll", "PAYROLL page", "pag_", "50%", "cafe", "\\", "nowhere"])}
    | {name: st.lists(st.sampled_from(values), max_size=2) for name, values in VALUES.items()}
)


@pytest.fixture
def library(db: None) -> list[Case]:
    return [
        published(title="Payroll café", jurisdiction_level="county", service_lines=["payroll"], stage="run"),
        published(title="A page", jurisdiction_level="city", service_lines=["hr", "grants"], country="DK"),
        published(title="50% of payroll pages", challenges=["capabilities"], advice_question="How?"),
        published(title="A back\\slash", form="brief", illustrative=True, service_lines=[], challenges=[]),
        published(title="Pag_es", form="brief", challenges=["capabilities", "finance-funding"]),
        published(title="Long ago", advice_question="How?", advice_until=timezone.localdate().replace(year=2020)),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=searches)
def test_a_case_fits_a_search_when_the_library_finds_it_by_it(
    wanted: dict[str, Any], library: list[Case], member: Any
) -> None:
    params = QueryDict(urlencode(wanted, doseq=True))
    if not canonical(params):
        return
    search = save(member, params.urlencode())
    page = filters.library(params, member).page
    found = {entry.url for entry in page.rows}
    assert found == {case.get_absolute_url() for case in library if search in queries.fitting(case.pk)}
    operations.remove_search(search=search, by=member)


def test_the_number_of_queries_does_not_grow_with_the_searches(member: Any) -> None:
    spent = []
    for number in (1, 3, 30):
        while (made := SavedSearch.objects.count()) < number:
            save(UserFactory() if made else member, f"q=number&level=county&level=none{made}")
        told()
        published()
        with CaptureQueriesContext(connection) as asked:
            assert len(set(told())) == number
        spent.append(len(asked))
    assert len(set(spent)) == 1, spent


# --- saving ---------------------------------------------------------------------------------------------------------


def test_the_library_offers_it_where_something_was_searched_for(member: Any, client_of: ClientOf) -> None:
    published(title="Payroll")
    client, address = client_of(member), "/cases/?sort=title&level=county&q=payroll"
    assert "Tell me when a new case fits" not in client.get("/cases/?sort=title").content.decode()
    html = client.get(address).content.decode()
    assert "Tell me when a new case fits" in html
    (query,) = re.findall(r'name="search" value="([^"]+)"', html)
    response = client.post(URL, {"search": query.replace("&amp;", "&")}, follow=True)
    assert response.redirect_chain == [("/cases/?q=payroll&level=county", 302)]
    assert "Saved. You are told of each new case that fits." in response.content.decode()
    html = client.get(address).content.decode()
    assert "You are told of each new case that fits this search." in html
    assert "Tell me when a new case fits" not in html
    assert "“payroll” and County" in client.get(URL).content.decode()
    (remove,) = re.findall(r'formaction="([^"]+)"', html)
    response = client.post(remove, {"back": "1"}, follow=True)
    assert response.redirect_chain == [("/cases/?q=payroll&level=county", 302)]
    assert not SavedSearch.objects.exists()


def test_visitors_are_shown_the_way_in_and_those_who_wait_nothing(pending: Any, client_of: ClientOf) -> None:
    html = Client().get("/cases/?level=county").content.decode()
    assert "Sign in to be told when a new case fits" in html
    assert 'href="/accounts/login/?next=%2Fcases%2F%3Flevel%3Dcounty">Sign in to be told' in html
    for client, address in ((Client(), "/cases/"), (client_of(pending), "/cases/?level=county")):
        html = client.get(address).content.decode()
        assert "when a new case fits" not in html


def test_the_same_search_is_saved_once_whatever_its_order(member: Any) -> None:
    first = save(member, "level=city&level=county&q=a++b&sort=title&after=x")
    assert save(member, "q=a+b&level=county&level=city&level=city&country=") == first
    assert (first.query, first.parts) == ("q=a+b&level=city&level=county", 3)
    assert first.get_absolute_url() == "/cases/?q=a+b&level=city&level=county"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=title",
        "q=+++",
        "q=" + "x" * 201,
        "level=a%00b",
        "level=" + "x" * 201,
        "q=%E2%80%AE",
        "level=%ED%A0%80",
    ],
)
def test_what_is_no_search_is_not_saved_and_says_why(query: str, member: Any, client_of: ClientOf) -> None:
    response = client_of(member).post(URL, {"search": query}, follow=True)
    if not SavedSearch.objects.exists():
        assert "Search for something shorter, or choose a filter" in response.content.decode()
    else:  # what cannot be stored was replaced on the way; then it is a search like any other
        assert query == "level=%ED%A0%80"


def test_somebody_saves_at_most_twenty(member: Any, client_of: ClientOf) -> None:
    for number in range(queries.LIMIT):
        save(member, f"q=word{number}")
    response = client_of(member).post(URL, {"search": "q=more"}, follow=True)
    html = response.content.decode()
    assert "You have saved 20 searches, as many as can be. Remove one first." in html
    assert "20 of 20" in html
    assert SavedSearch.objects.count() == 20
    assert client_of(member).post(URL, {"search": "q=word1"}).status_code == 302


def test_the_list_takes_as_many_queries_for_twenty_as_for_one(member: Any, client_of: ClientOf) -> None:
    client, spent = client_of(member), []
    for wanted in (1, 3, 20):
        while SavedSearch.objects.count() < wanted:
            save(member, f"q=word{SavedSearch.objects.count()}&level=county&service=payroll")
        with CaptureQueriesContext(connection) as asked:
            response = client.get(URL)
        spent.append(len(asked))
        assert len(response.content) < 60_000
    assert len(set(spent)) == 1, spent
    assert spent[0] <= 12, spent


def test_an_empty_list_says_how_to_fill_it(member: Any, client_of: ClientOf) -> None:
    html = client_of(member).get(URL).content.decode()
    assert "No search is saved yet" in html
    assert "Search the case library" in html


# --- one's own ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["outsider", "staff", "pending", "suspended", "visitor"])
def test_nobody_else_sees_or_removes_a_saved_search(
    who: str, member: Any, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    search, person = save(member, "q=secret-plan"), request.getfixturevalue(who)
    assert list(SavedSearch.objects.visible_to(person)) == []
    client = client_of(person)
    assert "secret-plan" not in client.get(URL).content.decode()
    assert client.post(f"{URL}{search.pk}/remove/").status_code in {302, 404}
    operations.remove_search(search=search, by=person)
    assert SavedSearch.objects.visible_to(member).get() == search


@pytest.mark.parametrize("who", ["pending", "suspended", "visitor"])
def test_only_members_save(who: str, request: pytest.FixtureRequest, client_of: ClientOf) -> None:
    client_of(request.getfixturevalue(who)).post(URL, {"search": "q=payroll"})
    assert not SavedSearch.objects.exists()


def test_a_saved_search_goes_with_its_owner(member: Any) -> None:
    save(member, "q=payroll")
    member.delete()
    assert not SearchTerm.objects.exists()


def test_no_case_is_called_saved() -> None:
    assert published(title="Saved", slug="").slug != "saved"
