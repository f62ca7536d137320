"""The directory: true counts, no dead ends, the same cost at any length."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import Http404, QueryDict

from members import filters, operations
from members.directory import directory
from members.models import Organisation, Profile
from portal.taxonomy.models import ServiceLine, Stage
from tests.factories.members import OrganisationFactory, ProfileFactory


def look(viewer, query=""):
    params = QueryDict(query)
    return directory(viewer, filters.read(params, text=params.get("q", "")), params)


def names(found):
    return [seen.name for seen in found.people]


def person(name, *, lines=(), languages=(), stage=None, subjects=(), willing=(), **fields):
    stage = Stage.objects.filter(slug=stage).first()
    profile = ProfileFactory(user__name=name, stage=stage, languages=list(languages), **fields)
    profile.service_lines.set(ServiceLine.objects.filter(slug__in=lines))
    for what in willing:
        profile.offers.create(what=what)
    profile.expertise.model.objects.bulk_create(
        profile.expertise.model(content_object=profile, tag=subject) for subject in operations.subjects_called(subjects)
    )
    operations.reindex(Profile.objects.filter(pk=profile.pk))
    return profile


@pytest.fixture
def community(db):
    """Eight people in three countries."""
    county = OrganisationFactory(name="Wealdshire", slug="wealdshire", level_slug="county", country="GB")
    city = OrganisationFactory(
        name="Port Everly", level_slug="city", country="US", other_names=["Ville d’Everly", "PEV"]
    )
    agency = OrganisationFactory(name="Common Services", level_slug="national", country="RO")
    operations.reindex_organisation(city)
    return [
        person("Aoife", organisation=county, lines=["payroll"], languages=["en", "ga"], stage="run", willing=["speak"]),
        person("Bram", organisation=county, lines=["hr"], languages=["en"], stage="run", kind="provider"),
        person("Carla", organisation=city, lines=["finance"], languages=["es"], stage="plan"),
        person("Ștefăniță", organisation=agency, lines=["finance", "payroll"], languages=["ro"], stage="plan"),
        person("Edo", organisation=agency, visibility="public", subjects=["SLA wording"], kind="researcher"),
        person("Fenna", organisation=None, organisation_proposed="A body not in the list"),
        person("Gone", organisation=city, user__standing="suspended"),
        person("Waits", organisation=city, user__standing="pending"),
    ]


@pytest.fixture(autouse=True)
def _me_too(request):
    """The personas stand in the directory as every member does."""
    if {"member", "outsider"} & set(request.fixturenames):
        for name in {"member", "outsider"} & set(request.fixturenames):
            request.getfixturevalue(name)
        operations.reindex(Profile.objects.all())


def test_members_find_members_by_name_in_one_order(community, member):
    assert names(look(member)) == ["Aoife", "Bram", "Carla", "Edo", "Fenna", "Olena Owner", "Ștefăniță"]


def test_visitors_find_who_chose_to_be_public(community, visitor):
    found = look(visitor)
    assert names(found) == ["Edo"]
    assert found.community == 1


def test_who_waits_finds_nobody(community, pending):
    assert names(look(pending)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=provider", ["Bram"]),
        ("level=county", ["Aoife", "Bram"]),
        ("level=county&level=national", ["Aoife", "Bram", "Edo", "Ștefăniță"]),
        ("country=RO", ["Edo", "Ștefăniță"]),
        ("country=RO&service=finance", ["Ștefăniță"]),
        ("service=hr", ["Aoife", "Bram", "Ștefăniță"]),
        ("service=payroll", ["Aoife", "Ștefăniță"]),
        ("stage=plan", ["Carla", "Ștefăniță"]),
        ("language=ga&language=es", ["Aoife", "Carla"]),
        ("q=stefanita", ["Ștefăniță"]),
        ("q=ȘTEFĂNIȚĂ", ["Ștefăniță"]),
        ("q=everly", ["Carla"]),
        ("q=d'everly", ["Carla"]),
        ("q=sla", ["Edo"]),
        ("q=manager wealdshire", ["Aoife", "Bram"]),
        ("q=wealdshire everly", []),
        ("q=body list", ["Fenna"]),
        ("q=body nowhere", []),
        ("q=e", ["Carla", "Edo"]),
        ("q=we", ["Aoife", "Bram"]),
        ("q=!!!", []),
        ("expertise=sla-wording", ["Edo"]),
        ("willing=speak", ["Aoife"]),
        ("organisation=wealdshire", ["Aoife", "Bram"]),
        ("organisation=wealdshire&kind=provider&language=en", ["Bram"]),
        ("kind=nonsense", []),
        ("sort=newest&level=city", ["Carla"]),
    ],
)
def test_filters_find(query, expected, community, outsider):
    assert [name for name in names(look(outsider, query)) if name != "Otto Outsider"] == expected


@pytest.mark.parametrize(
    "query", ["", "kind=practitioner", "country=RO", "level=county&stage=run", "q=w", "service=hr&language=en"]
)
def test_every_option_leads_to_as_many_people_as_it_says(query, community, member):
    for facet in look(member, query).page.facets:
        for option in facet.options:
            params = QueryDict(query, mutable=True)
            params.setlist(facet.name, [option.value])
            alone = look(member, params.urlencode())
            assert len(alone.people) == option.count == alone.page.total, (facet.name, option.value)
            if not option.selected:
                assert option.count > 0
                assert look(member, urlsplit(option.url).query).people


def test_counts_stay_true_under_the_other_filters(community, member):
    found = look(member, "country=RO")
    stages = {
        option.value: option.count for facet in found.page.facets if facet.name == "stage" for option in facet.options
    }
    countries = {
        option.value: option.count for facet in found.page.facets if facet.name == "country" for option in facet.options
    }
    assert stages == {"plan": 1}
    assert countries == {"RO": 2, "GB": 3, "US": 1}


def test_a_chosen_value_that_nobody_has_keeps_its_words_and_can_be_taken_away(community, member):
    found = look(member, "country=RO&stage=run&service=grants")
    chips = {chip.label: chip.url for chip in found.page.chips}
    assert set(chips) == {"Romania", "Run", "Grants"}
    assert parse_qs(urlsplit(chips["Run"]).query) == {"country": ["RO"], "service": ["grants"]}
    assert found.people == []


def test_the_table_counts_who_can_be_found_behind_its_links(community, member):
    rows = look(member).matrix
    assert sum(row.total for row in rows) == 6
    for row in rows:
        assert len(look(member, urlsplit(row.url).query).people) == row.total
        for cell in row.cells:
            if cell.count:
                assert len(look(member, urlsplit(cell.url).query).people) == cell.count


def test_pages_follow_each_other_without_a_gap(member):
    for number in range(45):
        person(f"Page {number:02}")
    for sort in ("name", "newest"):
        found, seen, query = look(member, f"sort={sort}"), [], f"sort={sort}"
        seen += names(found)
        while found.page.next_url:
            query = urlsplit(found.page.next_url).query
            found = look(member, query)
            seen += names(found)
        assert len(seen) == len(set(seen)) == 46


@pytest.mark.parametrize(
    "cursor", ["x", "bnVsbA", "WyJhIiwiYiJd", "WyJhIl0", "WyJhIiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OSJd"]
)
def test_a_forged_cursor_is_a_page_that_does_not_exist(cursor, member):
    for sort in ("name", "newest"):
        with pytest.raises(Http404):
            look(member, f"sort={sort}&after={cursor}")


# --- the page ---------------------------------------------------------------------------------------------------


def _cost(client, url, django_assert_max_num_queries):
    client.get(url)
    with django_assert_max_num_queries(100) as asked:
        response = client.get(url)
    assert response.status_code == 200
    assert len(response.content) < 60_000
    return len(asked)


@pytest.mark.parametrize("url", ["/members/", "/members/?q=row&kind=practitioner&service=payroll&sort=newest"])
def test_the_list_costs_the_same_with_1_3_and_30_rows(url, client_of, member, visitor, django_assert_max_num_queries):
    costs = {member: set(), visitor: set()}
    for more in (1, 2, 27):
        for number in range(more):
            person(
                f"Row {number}",
                lines=["payroll", "hr"],
                languages=["en", "fr"],
                stage="run",
                subjects=["charge-back", "exit clauses"],
                visibility="public",
            )
        for viewer, found in costs.items():
            found.add(_cost(client_of(viewer), url, django_assert_max_num_queries))
    assert len(costs[member]) == len(costs[visitor]) == 1
    assert costs[member].pop() <= 12
    assert costs[visitor].pop() <= 8


def test_the_page_keeps_the_state_in_its_address_and_in_its_form(client_of, member, community):
    html = client_of(member).get("/members/?q=wealdshire&kind=provider&sort=newest").content.decode()
    assert 'value="wealdshire"' in html
    assert re.search(r'name="kind" value="provider" checked', html)
    assert re.search(r'<option value="newest" selected', html)
    assert "1 member found for “wealdshire”" in html


def test_a_visitor_is_told_how_to_join(client_of, visitor, community):
    html = client_of(visitor).get("/members/").content.decode()
    assert "1 member shows a public profile" in html
    assert "/join/" in html
    assert "Carla" not in html


def test_who_waits_is_told_to_wait(client_of, pending, community):
    html = client_of(pending).get("/members/").content.decode()
    assert "once your request is approved" in html
    assert "Edo" not in html


def test_a_search_nobody_could_mean_is_answered_beside_the_field(client_of, member):
    client = client_of(member)
    long = client.get("/members/", {"q": "word " * 40})
    assert long.status_code == 400
    assert "at most 12 words" in long.content.decode()
    assert "word word word" in long.content.decode()
    assert client.get("/members/?q=%00").status_code == 400
    assert client.get("/members/?q=%ED%A0%80").status_code == 400
    assert client.get("/members/", {"q": "\u202eabc"}).status_code == 400
    assert client.get("/members/", {"level": ["x" * 900, "y" * 5000]}).status_code in {200, 400}


def test_nobody_found_offers_the_next_step(client_of, member):
    html = client_of(member).get("/members/?q=zzzz").content.decode()
    assert "Nobody matches all of this" in html
    assert "Show all members" in html


def test_an_organisation_renamed_is_found_by_its_new_name(community, member):
    city = Organisation.objects.get(name="Port Everly")
    city.name, city.other_names = "Harbour Town", []
    city.save()
    assert names(look(member, "q=harbour")) == ["Carla"]
    assert names(look(member, "q=everly")) == []


def test_a_person_renamed_anywhere_is_found_by_the_new_name(community, member):
    user = community[2].user
    user.name = "Zdenka Löwenstråle"
    user.save()
    assert names(look(member, "q=lowenstrale")) == ["Zdenka Löwenstråle"]
