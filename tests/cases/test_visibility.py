"""Who sees which case: the queryset and the predicate agree, and no page, list or number shows more."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from cases import filters, operations, queries, rules
from cases.models import Case
from cases.sitemaps import CaseSitemap
from members.models import Contribution
from portal.follows.models import Channel
from tests.factories.cases import draft, editor, new, published, put

pytestmark = pytest.mark.django_db

PERSONAS = (
    "visitor",
    "pending",
    "suspended",
    "member",
    "co_member",
    "provider",
    "lead",
    "staff",
    "superuser",
)
LEFT_OUT = {"visitor", "pending", "suspended"}


def _in_review(**fields: Any) -> Case:
    case = draft(**fields)
    operations.submit_for_review(case=case, by=editor(), at=timezone.now())
    return case


def _scheduled(**fields: Any) -> Case:
    case = draft(go_live_at=timezone.now() + timedelta(days=1), **fields)
    return operations.publish(case=case, by=editor(), at=timezone.now())


def _with_newer_draft(**fields: Any) -> Case:
    case = published(**fields)
    case.audience = "members" if case.audience == "public" else "public"
    operations.save_draft(case=case, by=editor(), at=timezone.now())
    return Case.objects.get(pk=case.pk)


def _unpublished(**fields: Any) -> Case:
    case = published(**fields)
    case.unpublish()
    return case


STATES: dict[str, Callable[..., Case]] = {
    "draft": draft,
    "in-review": _in_review,
    "scheduled": _scheduled,
    "published": published,
    "with-newer-draft": _with_newer_draft,
    "unpublished": _unpublished,
    "archived": lambda **fields: put(published(**fields), "archived"),
    "withdrawn": lambda **fields: put(published(**fields), "withdrawn"),
    "hidden": lambda **fields: put(published(**fields), "hidden"),
}
READERS = [
    {"audience": "public"},
    {"audience": "members"},
    {"audience": "members", "teaser": True},
]
OUTSIDE = {"draft", "in-review", "scheduled", "unpublished", "withdrawn", "hidden"}


@pytest.fixture
def every_case(member: Any) -> list[tuple[str, dict[str, Any], Case]]:
    """Each state with each kind of reader, all by `member`."""
    return [
        (state, readers, Case.objects.get(pk=make(author=member, **readers).pk))
        for state, make in STATES.items()
        for readers in READERS
    ]


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Everybody of the cast, by persona."""
    return {persona: request.getfixturevalue(persona) for persona in PERSONAS}


def test_queryset_and_predicate_agree(cast: dict[str, Any], every_case: Any) -> None:
    for persona, user in cast.items():
        visible = set(Case.objects.visible_to(user).values_list("pk", flat=True))
        teased = set(Case.objects.teased_to(user).values_list("pk", flat=True))
        for state, readers, case in every_case:
            assert (case.pk in visible) == rules.can_read(user, case), (persona, state, readers)
            assert (case.pk in teased) == rules.sees_teaser(user, case), (persona, state, readers)


def test_each_may_read_what_the_matrix_says(cast: dict[str, Any], every_case: Any) -> None:
    for persona, (state, readers, case) in product(cast, every_case):
        user = cast[persona]
        if persona in {"staff", "superuser", "member"}:  # member wrote them all
            expected = True
        elif state in OUTSIDE:
            expected = False
        else:
            expected = readers["audience"] == "public" or persona not in LEFT_OUT
        assert rules.can_read(user, case) is expected, (persona, state, readers)


def test_a_page_answers_as_the_rule_says(
    cast: dict[str, Any], every_case: Any, client_of: Callable[[Any], Client]
) -> None:
    clients = {persona: client_of(user) for persona, user in cast.items()}
    for persona, (state, readers, case) in product(cast, every_case):
        user = cast[persona]
        response = clients[persona].get(case.get_absolute_url())
        shows_text = f"Context of case {case.slug.removeprefix('case-')}" in response.content.decode()
        assert shows_text == rules.can_read(user, case), (state, readers)
        if shows_text or rules.sees_teaser(user, case):
            assert response.status_code == 200
            assert case.one_line in response.content.decode()
        elif state == "withdrawn" and (readers != {"audience": "members"} or persona not in LEFT_OUT):
            assert response.status_code == 410
            assert case.title not in response.content.decode()
        else:
            assert response.status_code == 404
            assert case.title not in response.content.decode()


def test_a_case_for_members_answers_byte_for_byte_like_one_that_does_not_exist(client: Client) -> None:
    case = published(audience="members")
    hidden = client.get(case.get_absolute_url())
    case.delete()
    assert client.get(case.get_absolute_url()).content == hidden.content
    assert hidden.status_code == 404


def test_lists_counts_facets_and_neighbours_show_no_more(cast: dict[str, Any], every_case: Any) -> None:
    one = published(service_lines=["payroll"], challenges=[])
    parts = queries.parts_of(one)
    for persona, user in cast.items():
        listed = {
            case.title
            for state, _readers, case in every_case
            if state in {"published", "with-newer-draft"} and (case.audience == "public" or persona not in LEFT_OUT)
        } | {one.title}
        library = filters.library(QueryDict(), user)
        assert {row.title for row in library.page.rows} == listed
        assert library.page.total == library.among == len(listed)
        for facet in library.page.facets:
            assert sum(option.count for option in facet.options) <= len(listed), facet.name
        assert {row.title for row in queries.latest_cases(user, 50)} == listed
        assert queries.counts_by_challenge(user) == {"finance-funding": len(listed) - 1}
        neighbours = {row.title for row in queries.related_to(one, parts, user)}
        assert neighbours <= listed - {one.title}
        assert len(neighbours) == min(3, len(listed) - 1)


def test_text_is_searched_only_in_what_one_may_read(member: Any, visitor: Any) -> None:
    published(audience="members", teaser=True, context="The word is xylophone [audit-2020].")
    found = filters.library(QueryDict("q=xylophone"), visitor)
    assert (found.page.total, list(found.page.rows), found.teasers) == (0, [], [])
    assert filters.library(QueryDict("q=xylophone"), member).page.total == 1


def test_visitors_see_title_and_summary_of_teasers_and_nothing_else(client: Client) -> None:
    case = published(audience="members", teaser=True)
    other = published(audience="members")
    page = client.get("/cases/").content.decode()
    assert case.title in page
    assert case.one_line in page
    assert other.title not in page
    assert case.place not in page


def test_cases_of_an_author_are_those_their_reader_may_see(member: Any, co_member: Any, visitor: Any) -> None:
    public, closed = published(author=member), published(author=member, audience="members")
    draft(author=member)
    put(published(author=member), "hidden")
    assert [row.title for row in queries.cases_of_author(member, visitor)] == [public.title]
    assert {row.title for row in queries.cases_of_author(member, co_member)} == {public.title, closed.title}


def test_the_sitemap_is_a_visitor_s(visitor: AnonymousUser) -> None:
    public = published()
    published(audience="members", teaser=True)
    put(published(), "archived")
    draft()
    assert list(CaseSitemap().items()) == [public]


def test_the_channel_is_seen_by_whoever_may_read_the_page(every_case: Any, co_member: Any, visitor: Any) -> None:
    for state, readers, case in every_case:
        for user in (co_member, visitor):
            seen = Channel.objects.visible_to(user).filter(pk=case.channel_id).exists()
            assert seen == rules.can_read(user, case), (state, readers)


def test_contributions_leave_a_profile_with_the_case(member: Any) -> None:
    case = published(author=member)
    assert Contribution.objects.get(person=member).url == case.get_absolute_url()
    put(case, "withdrawn")
    assert not Contribution.objects.exists()
    operations.restore(case=case, by=editor(), at=timezone.now())
    assert Contribution.objects.get(person=member).title == case.title


def test_the_credit_of_a_public_case_is_public_whatever_the_profile(client: Client, member: Any) -> None:
    case = published(author=member)
    page = client.get(case.get_absolute_url()).content.decode()
    assert member.name in page
    assert member.profile.role not in page
    assert member.profile.get_absolute_url() not in page


def test_a_suspended_author_is_a_former_member_unless_a_credit_line_was_chosen(client: Client, suspended: Any) -> None:
    plain, chosen = published(author=suspended), published(author=suspended, credit="Finance team of Tamarack")
    assert "Former member" in client.get(plain.get_absolute_url()).content.decode()
    page = client.get(chosen.get_absolute_url()).content.decode()
    assert "Finance team of Tamarack" in page
    assert suspended.name not in page


def test_nothing_for_machines_is_given_of_what_is_not_public(member: Any, client_of: Any) -> None:
    closed = published(audience="members")
    assert "application/ld+json" not in client_of(member).get(closed.get_absolute_url()).content.decode()
    page = client_of(member).get(published().get_absolute_url()).content.decode()
    assert '"@type": "Article"' in page


def test_staff_decide_with_a_reason_and_others_do_not_find_the_form(client_of: Any, staff: Any, member: Any) -> None:
    case = published(author=member)
    url = f"/manage/cases/{case.slug}/"
    assert client_of(member).get(url).status_code == 404
    assert client_of(member).post(url, {"state": "withdrawn", "reason": "x"}).status_code == 404
    client = client_of(staff)
    refused = client.post(url, {"state": "withdrawn", "reason": ""})
    assert "Say why." in refused.content.decode()
    assert client.post(url, {"state": "withdrawn", "reason": "The agency asked."}).status_code == 302
    assert Client().get(case.get_absolute_url()).status_code == 410
    assert "The agency asked." in client_of(member).get(case.get_absolute_url()).content.decode()
    assert client.post(url, {"state": "ordinary", "reason": ""}).status_code == 302
    assert Client().get(case.get_absolute_url()).status_code == 200


def test_a_case_that_is_not_saved_is_nobody_s(visitor: Any, member: Any) -> None:
    assert not rules.can_read(visitor, new(live=False))
    assert not rules.can_read(member, new(live=False))
