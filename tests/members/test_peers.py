"""Peers like you: who is suggested and why, who never is, and what it costs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import Profile
from members.peers import queries, rules
from members.peers.rules import Ground, Match, Reason, Traits, compare, hours_in_common, phrases, with_variety
from members.peers.words import sentences
from members.reach import operations as reach
from tests.factories.members import OrganisationFactory, ProfileFactory
from tests.factories.reach import allow, ask, introduced, peer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def suggested(profile, **more):
    return [found.card.name for found in queries.peers_of(Profile.objects.get(pk=profile.pk), NOW, **more).peers]


def reasons(profile, name):
    around = queries.peers_of(Profile.objects.get(pk=profile.pk), NOW)
    return next(list(found.reasons) for found in around.peers if found.card.name == name)


@pytest.fixture
def me(db):
    return peer(
        "Mina Me",
        lines=("payroll",),
        asks=("charge-back",),
        wishes=("exit clauses that held up",),
        languages=("es", "en"),
        stage="plan",
        zone="Europe/Madrid",
    )


# --- reasons ----------------------------------------------------------------------------------------------------


def test_the_reasons_are_whole_sentences_about_what_both_do(me):
    peer(
        "Aurelio Ahead",
        lines=("payroll",),
        asks=("exit clauses",),
        offers=("advise",),
        languages=("es",),
        stage="run",
        zone="America/New_York",
        country="US",
        level="city",
    )
    assert reasons(me, "Aurelio Ahead") == [
        "Can be asked about exit clauses, which you look for, and offers to advise.",
        "Also works on payroll, two stages ahead of you.",
        "Speaks Español, as you do.",
    ]


def test_hours_in_common_are_told_by_the_clocks_of_the_day(me):
    peer("Bea Brief", lines=("payroll",), zone="America/Halifax", level="city", country="CA")
    assert reasons(me, "Bea Brief") == ["Also works on payroll."]
    peer("Clara Close", lines=("payroll",), zone="Europe/Bucharest", level="city", country="RO")
    assert reasons(me, "Clara Close") == ["Also works on payroll.", "You have seven working hours in common."]


def test_somebody_who_looks_for_what_one_knows_is_a_peer(me):
    peer("Willa Wish", wishes=("a charge-back that ministries accept",))
    assert reasons(me, "Willa Wish")[0] == "Looks for charge-back, which you can be asked about."


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        (0, "Also works on payroll, at the same stage as you."),
        (1, "Also works on payroll, one stage ahead of you."),
        (3, "Also works on payroll, three stages ahead of you."),
        (-1, "Also works on payroll, one stage behind you."),
        (None, "Also works on payroll."),
    ],
)
def test_the_stage_stands_in_the_sentence_about_the_work(stages, words):
    found = [Reason(Ground.LINES, 3, ("Payroll",)), Reason(Ground.STAGE, 2, number=stages)]
    assert sentences(found if stages is not None else found[:1]) == [words]


def test_labels_keep_capitals_that_mean_something():
    found = [Reason(Ground.LINES, 6, ("Finance and accounting", "IT service desk"))]
    assert sentences(found) == ["Also works on IT service desk and finance and accounting."]


@pytest.mark.parametrize("language", ["en", "fr", "es", "ro"])
def test_every_ground_has_words_in_every_language_of_the_interface(language):
    with translation.override(language):
        for ground in Ground:
            assert sentences([Reason(ground, 1, ("Payroll",), number=2)])[0].endswith(".")


def test_at_most_four_reasons_are_told():
    found = [Reason(ground, 1, ("Payroll",), number=2) for ground in Ground]
    assert len(sentences(found)) == rules.REASONS_SHOWN


# --- comparing --------------------------------------------------------------------------------------------------


def test_subjects_are_found_as_whole_words_in_either_number():
    wish = Traits(wishes=("an exit clause from peers", "maturity self-assessment of agencies"))
    assert wish.wishes_for("exit-clauses")
    assert wish.wishes_for("maturity-self-assessment")
    assert not wish.wishes_for("exit-cl")
    assert not wish.wishes_for("peers-maturity")
    assert {"exit-clauses", "peers", "self-assessment"} <= phrases(wish.wishes)


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("Europe/Paris", "Europe/Paris", 8),
        ("Europe/Paris", "America/New_York", 2),
        ("Europe/London", "Australia/Sydney", 0),
        ("Pacific/Kiritimati", "Pacific/Honolulu", 8),
        ("Asia/Kolkata", "Asia/Kathmandu", 7),
    ],
)
def test_working_hours_in_common(one, other, hours):
    assert hours_in_common(ZoneInfo(one), ZoneInfo(other), NOW) == hours


traits = st.builds(
    Traits,
    organisation=st.sampled_from(["", "a", "b"]),
    level=st.sampled_from(["", "county", "city"]),
    country=st.sampled_from(["", "GB", "RO"]),
    stage=st.none() | st.integers(0, 5),
    lines=st.dictionaries(st.sampled_from(["payroll", "hr", "finance"]), st.just("Label")),
    subjects=st.dictionaries(st.sampled_from(["charge-back", "exit-clauses"]), st.just("Name")),
    wishes=st.lists(st.sampled_from(["exit clauses", "a charge-back", "nothing known"]), max_size=3),
    willing_to=st.frozensets(st.sampled_from(["advise", "speak"])),
    languages=st.lists(st.sampled_from(["en", "es", "ro"]), unique=True),
    zone=st.none() | st.sampled_from([ZoneInfo("Europe/Paris"), ZoneInfo("Australia/Sydney")]),
)


@settings(max_examples=60, deadline=None)
@given(traits, traits)
def test_comparing_gives_the_same_every_time_and_reasons_only_for_what_both_show(me, other):
    match = compare(me, other, NOW)
    assert match == compare(me, other, NOW)
    shown = {reason.ground for reason in match.reasons}
    assert Ground.LEVEL not in shown or me.level == other.level != ""
    assert Ground.LINES not in shown or set(me.lines) & set(other.lines)
    assert Ground.STAGE not in shown or (me.stage is not None and other.stage is not None)
    assert Ground.HOURS not in shown or (me.zone and other.zone)
    assert compare(me, Traits(), NOW).reasons == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=30), st.integers(0, 12))
def test_at_most_two_of_one_organisation_whatever_the_order(organisations, limit):
    ranked = [(Match(5, ()), Traits(organisation=name), key) for key, name in enumerate(organisations)]
    chosen = with_variety(ranked, limit=limit)
    names = [organisations[key] for _match, key in chosen]
    assert len(chosen) <= limit
    assert all(names.count(name) <= 2 for name in ("a", "b", "c"))
    assert [key for _match, key in chosen] == sorted(key for _match, key in chosen)


# --- who is suggested -------------------------------------------------------------------------------------------


def test_those_with_most_in_common_come_first_and_the_order_stays(me):
    peer("Little Lena", lines=("payroll",), level="city")
    peer("Much Marta", lines=("payroll",), asks=("exit clauses", "charge-back"), stage="plan")
    peer("Nothing Nils", lines=("procurement",), level="city")
    assert suggested(me) == ["Much Marta", "Little Lena"] == suggested(me)


def test_at_most_two_of_one_organisation(me):
    office = OrganisationFactory(level_slug="city")
    for name in ("Ada", "Bo", "Cy"):
        peer(name, lines=("payroll",), organisation=office)
    assert suggested(me) == ["Ada", "Bo"]


def test_a_language_alone_makes_no_peer(me):
    peer("Only Olga", languages=("es",), level="city", country="ES")
    assert suggested(me) == []


def test_whoever_was_dealt_with_is_not_suggested_again(me):
    one, two, three, four, five = (
        peer(f"Peer {number}", lines=("payroll",), level="city") for number in ("1", "2", "3", "4", "5")
    )
    reach.set_aside(other=one.user, by=me.user, at=NOW)
    ask(me.user, two.user, state="declined", settled_at=timezone.now())
    ask(three.user, me.user, days_ago=400, state="withdrawn", settled_at=timezone.now())
    reach.block(other=four.user, by=me.user, at=NOW)
    reach.block(other=me.user, by=five.user, at=NOW)
    assert suggested(me) == []
    reach.take_back(other=one.user, by=me.user)
    assert suggested(me) == ["Peer 1"]


def test_nobody_is_suggested_who_does_not_want_to_be_or_is_gone(me):
    allow(peer("Hidden Hugo", lines=("payroll",)).user, suggested=False)
    peer("Gone Greta", lines=("payroll",), user__standing="suspended", user__is_active=False)
    peer("Waiting Wim", lines=("payroll",), user__standing="pending")
    assert suggested(me) == []


def test_providers_are_suggested_only_where_both_let_them_in(me):
    seller = peer("Piet Provider", lines=("payroll",), kind="provider", level="city")
    assert suggested(me) == []
    assert suggested(seller) == []
    allow(me.user, providers=True)
    assert suggested(me) == ["Piet Provider"]
    assert suggested(seller) == ["Mina Me"]


def test_another_provider_is_no_way_around(me):
    one = peer("First Firm", lines=("payroll",), kind="provider", level="city")
    two = peer("Second Firm", lines=("payroll",), kind="provider", level="city")
    assert suggested(one) == []
    allow(one.user, providers=True)
    allow(two.user, providers=True)
    assert suggested(one) == ["Second Firm"]


def test_what_can_be_sent_to_a_peer_comes_with_the_row(me):
    open_one = peer("Open Otto", lines=("payroll",), level="city")
    closed = peer("Shut Sara", lines=("payroll",), level="city")
    allow(open_one.user, letters=True)
    allow(closed.user, introductions=False)
    found = {each.card.name: each for each in queries.peers_of(me, NOW).peers}
    assert (found["Open Otto"].takes_letters, found["Open Otto"].takes_introductions) == (True, True)
    assert (found["Shut Sara"].takes_letters, found["Shut Sara"].takes_introductions) == (False, False)


def test_similar_people_are_those_of_the_profile_and_never_its_reader(me, member):
    reader = peer("Rea Reader", lines=("payroll",))
    peer("Sim Similar", lines=("payroll",), level="city")
    names = [card.name for card in queries.similar_to(me, reader.user, NOW)]
    assert names == ["Sim Similar"]


def test_visitors_see_similar_people_only_among_the_public(db, visitor):
    shown = peer("Pia Public", lines=("payroll",), visibility="public")
    peer("Priv Paula", lines=("payroll",))
    peer("Pub Paul", lines=("payroll",), visibility="public", level="city")
    assert [card.name for card in queries.similar_to(shown, visitor, NOW)] == ["Pub Paul"]


# --- the page ---------------------------------------------------------------------------------------------------


def test_an_empty_profile_is_told_what_to_say_with_links_to_the_fields(client_of, member):
    page = client_of(member).get("/members/peers/").content.decode()
    assert "Nobody yet" in page
    for name in ("service_lines", "looking_for", "ask_about", "stage", "languages"):
        assert f"/members/me/edit/#id_{name}" in page


def test_a_member_without_a_profile_is_sent_to_make_one(client_of, member):
    Profile.objects.filter(user=member).delete()
    response = client_of(member).get("/members/peers/")
    assert (response.status_code, response["Location"]) == (302, "/members/me/edit/")


def test_not_now_and_taking_it_back(client_of, me):
    other = peer("Nora Notnow", lines=("payroll",))
    client = client_of(me.user)
    assert "Nora Notnow" in client.get("/members/peers/").content.decode()
    page = client.post(f"/members/peers/{other.handle}/not-now/", follow=True).content.decode()
    assert "Nora Notnow is set aside" in page
    assert "1 person set aside" in page
    page = client.post(f"/members/peers/{other.handle}/again/", follow=True).content.decode()
    assert "Taken back" in page
    assert "set aside" not in page


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_page_costs_the_same_for_any_number_of_peers(client_of, me, number):
    for each in range(number):
        other = peer(f"Peer {each}", lines=("payroll",), asks=("exit clauses",), languages=("es",))
        if each % 2:
            reach.set_aside(other=other.user, by=me.user, at=NOW)
    client = client_of(me.user)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/members/peers/")
    assert len(asked) == 9, [query["sql"][:90] for query in asked]
    assert len(response.content) < 60_000


def test_comparing_costs_three_queries(me, django_assert_num_queries):
    for each in range(12):
        peer(f"Peer {each}", lines=("payroll",), asks=("exit clauses",), wishes=("charge-back",), offers=("advise",))
    own = queries.own(me.user)
    with django_assert_num_queries(3):
        assert len(queries.peers_of(own, NOW).peers) == 12


def test_hidden_and_missing_people_cannot_be_set_aside(client_of, member):
    suspended = ProfileFactory(user__standing="suspended", user__is_active=False)
    for handle in (suspended.handle, "nobody-at-all"):
        assert client_of(member).post(f"/members/peers/{handle}/not-now/").status_code == 404


def test_an_introduced_pair_is_no_suggestion(me):
    other = peer("Known Kim", lines=("payroll",))
    introduced(other.user, me.user)
    assert suggested(me) == []
