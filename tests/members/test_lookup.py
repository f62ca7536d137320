"""The directory's index: sets written and read back, in step with the profiles whatever happens to them."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from members import operations
from members.filters import FACETS, Filters
from members.lookup import bits, index, order
from members.lookup.kept import Kept
from members.lookup.search import alike, own_terms, search
from members.lookup.terms import TIERS, is_known, terms_of, tier_of, words_of
from members.models import DirectoryBlock, DirectoryEntry, DirectoryTerm, Profile, Subject, User
from members.rules import Audience
from portal.taxonomy.models import ServiceLine, Stage
from tests.factories.members import OrganisationFactory, ProfileFactory

KEYS = st.sets(st.one_of(st.integers(1, 300), st.integers(1, 200_000)), max_size=60)


@settings(max_examples=80)
@given(KEYS, KEYS)
def test_sets_are_written_and_read_back(first, second):
    one, two = bits.of(first), bits.of(second)
    assert set(bits.keys(one)) == first
    assert bits.read(bits.write(one)) == one
    assert list(bits.keys(one)) == sorted(first)
    assert set(bits.keys(one & two)) == first & second
    assert bits.union([bits.write(one), bits.write(two), b""]) == one | two
    held = bits.Holder(one)
    assert {key for key in first | second if key in held} == first


def test_a_small_set_is_written_the_shorter_way():
    few, many = bits.of([3, 100_000]), bits.of(range(1, 100_000, 2))
    assert len(bits.write(few)) == 1 + 2 * 4
    assert len(bits.write(many)) == 1 + 12_500
    assert bits.write(0) == b""
    assert bits.read(memoryview(bits.write(few))) == few


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ștefăniță d’Everly-Brook", ["stefanita", "d", "everly", "brook"]),
        ("SLA, sla; S.L.A.", ["sla", "s", "l", "a"]),
        ("ليان الساحلي", ["ليان", "الساحلي"]),
        ("共有サービス", ["共", "有", "サ", "ー", "ヒ", "ス"]),
        ("x" * 60, ["x" * 40]),
        ("!!! — …", []),
        ("", []),
    ],
)
def test_words_are_kept_as_they_are_looked_for(text, words):
    assert words_of(text) == words


pytestmark = pytest.mark.django_db


@pytest.fixture
def subjects():
    return [Subject.objects.create(name=f"Subject {number}", slug=f"subject-{number}") for number in range(4)]


def scrambled(chance, profile, subjects, organisations):
    """Something about a profile changes, as some operation would change it."""
    profile.organisation = chance.choice([*organisations, None])
    profile.role = chance.choice(["Head of prices", "Analyst", ""])
    profile.stage = chance.choice([*Stage.objects.all()[:2], None])
    profile.languages = chance.sample(["en", "fr", "cy"], chance.randrange(3))
    profile.shown_to = chance.choice(list(Audience))
    profile.audiences = {
        field: chance.choice(list(Audience)) for field in ("role", "organisation", "languages", "ask_about", "level")
    }
    profile.save()
    profile.service_lines.set(chance.sample(list(ServiceLine.objects.all()[:5]), chance.randrange(3)))
    profile.expertise.all().delete()
    for subject in chance.sample(subjects, chance.randrange(3)):
        profile.expertise.create(tag=subject)
    User.objects.filter(pk=profile.user_id).update(standing=chance.choice(["member", "member", "suspended"]))


def truth(tier):
    """What the sets of a tier should hold, put together from the rows without any index."""
    found = {}
    place = TIERS.index(tier)
    for profile in Profile.objects.with_everything():
        for (facet, value), reach in terms_of(profile).reach.items():
            if reach >= 3 - place:
                found.setdefault((facet, value), set()).add(profile.pk)
    return found


def held(tier):
    rows = DirectoryTerm.objects.filter(**{f"{tier}_number__gt": 0})
    found = {(row.facet, row.value): row for row in rows}
    for row in found.values():
        assert getattr(row, f"{tier}_number") == bits.read(getattr(row, f"{tier}_bits")).bit_count()
    return {key: set(bits.keys(bits.read(getattr(row, f"{tier}_bits")))) for key, row in found.items()}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_index_says_what_the_rows_say(seed, subjects):
    chance = random.Random(seed)
    organisations = [OrganisationFactory(level_slug=level) for level in ("county", "national")]
    people = [ProfileFactory() for _ in range(6)]
    for _step in range(8):
        changed = chance.sample(people, 3)
        for profile in changed:
            scrambled(chance, profile, subjects, organisations)
        index.write(Profile.objects.filter(pk__in=[profile.pk for profile in changed]))
        if chance.random() < 0.3 and len(people) > 4:
            people.pop().user.delete()
    index.write(Profile.objects.all())
    for tier in TIERS:
        assert held(tier) == truth(tier)
    before = list(DirectoryTerm.objects.order_by("facet", "value").values())
    index.write(Profile.objects.all())
    after = list(DirectoryTerm.objects.order_by("facet", "value").values())
    assert [{**row, "id": 0} for row in before] == [{**row, "id": 0} for row in after]


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_what_counting_one_by_one_would_say(seed, subjects):
    chance = random.Random(seed)
    organisations = [OrganisationFactory(level_slug=level) for level in ("county", "national", "county")]
    people = [ProfileFactory() for _ in range(25)]
    for profile in people:
        scrambled(chance, profile, subjects, organisations)
    index.write(Profile.objects.all())
    known = {"level": "county", "language": "en", "expertise": "subject-1", "kind": "practitioner"}
    for tier in TIERS:
        sets = truth(tier)
        for names in (["level"], ["language", "expertise"], ["kind", "level", "language"]):
            chosen = {name: (known[name],) for name in names}
            answer = search(tier, Filters(chosen=chosen))
            matching = [sets.get((name, known[name]), set()) for name in names]
            assert answer.found == len(set.intersection(*matching))
            assert answer.everybody == len(sets.get(("all", ""), set()))
            for facet, *_rest in FACETS:
                others = [sets.get((name, known[name]), set()) for name in names if name != facet]
                for counted in answer.facets[facet]:
                    base = sets[facet, counted.value]
                    assert counted.number == len(base.intersection(*others)), (tier, facet, counted.value)


def test_whoever_is_deleted_is_in_no_count():
    profile = ProfileFactory(indexed=True)
    assert search("members", Filters()).everybody == 1
    profile.user.delete()
    assert search("members", Filters()).everybody == 0
    assert list(DirectoryTerm.objects.values_list("facet", flat=True)) == ["all"]
    assert not DirectoryEntry.objects.exists()


def test_a_suspension_and_its_end_reach_the_counts_at_once(staff):
    profile = ProfileFactory(indexed=True)
    from django.utils import timezone

    operations.suspend(person=profile.user, reason="x", by=staff, at=timezone.now())
    assert search("members", Filters()).everybody == 0
    operations.reinstate(person=profile.user, by=staff, at=timezone.now())
    assert search("members", Filters()).everybody == 1
    profile.user.refresh_from_db()
    profile.user.is_active = False
    profile.user.save()
    assert search("members", Filters()).everybody == 0


def test_a_value_that_staff_reword_is_counted_under_its_new_words():
    ProfileFactory(indexed=True, stage=Stage.objects.get(slug="run"))
    stage = Stage.objects.get(slug="run")
    stage.label = "Run it well"
    stage.save()
    assert [each.label for each in search("members", Filters()).facets["stage"]] == ["Run it well"]


def test_profiles_written_past_the_operations_are_found_after_the_next_migration(django_assert_max_num_queries):
    from members.subscribers import write_missing

    ProfileFactory()
    assert search("members", Filters()).everybody == 0
    write_missing(None)
    assert search("members", Filters()).everybody == 1
    with django_assert_max_num_queries(2):
        write_missing(None)


@pytest.mark.parametrize("people", [1, 3, 30])
def test_a_search_is_two_queries_whatever_there_is(people, django_assert_num_queries):
    for number in range(people):
        ProfileFactory(user__name=f"Name{number} Same", indexed=True)
    asked = Filters(text="same", chosen={"kind": ("practitioner",), "level": ("county",)})
    for filters, queries in ((Filters(), 1), (asked, 2)):
        with django_assert_num_queries(queries + 1):  # sets that this process has not read yet come in one query
            search("members", filters)
        with django_assert_num_queries(queries):
            answer = search("members", filters)
    assert answer.found == people


@pytest.mark.parametrize(
    ("persona", "tier"),
    [
        ("visitor", "public"),
        ("pending", ""),
        ("suspended", "public"),
        ("member", "members"),
        ("provider", "members"),
        ("staff", "staff"),
        ("superuser", "staff"),
    ],
)
def test_who_reads_from_which_sets(persona, tier, request):
    assert tier_of(request.getfixturevalue(persona)) == tier


def test_nobody_is_listed_whom_the_row_no_longer_shows(member):
    """The index is believed about who matches, never about who may be seen."""
    profile = ProfileFactory(indexed=True)
    Profile.objects.filter(pk=profile.pk).update(shown_to="me")
    row = Profile.objects.with_card_data().get(pk=profile.pk)
    assert not is_known(row, "members")
    assert is_known(row, "staff")


WEIGHTS = {"expertise": 2, "line": 1}


def test_likeness_weighs_subjects_twice_and_knows_only_what_is_shown(subjects):
    def made(shared, lines, **fields):
        profile = ProfileFactory(**fields)
        for subject in shared:
            profile.expertise.create(tag=subject)
        profile.service_lines.set(ServiceLine.objects.filter(slug__in=lines))
        return profile

    me = made(subjects, ["payroll", "grants"])
    two = made(subjects[:2], [])
    both = made(subjects[:1], ["payroll"])
    one = made([], ["grants"], visibility="public")
    made([], ["estates"])
    hidden = made(subjects, ["payroll"], audiences={"ask_about": "me", "service_lines": "groups"})
    index.write(Profile.objects.all())

    def found(profile, tier):
        row = Profile.objects.select_related("entry").get(pk=profile.pk)
        wanted = {term: WEIGHTS[term[0]] for term in own_terms(row, tier or "staff") if term[0] in WEIGHTS}
        return alike(wanted, tier, without=profile.pk)

    assert found(me, "members") == {two.pk: 4, both.pk: 3, one.pk: 1}
    assert found(me, "public") == {}
    assert found(me, "") == {}
    assert found(hidden, "members") == {}


def test_likeness_stops_at_the_number_that_is_asked_for(subjects):
    people = [ProfileFactory() for _number in range(5)]
    for profile in people:
        profile.expertise.create(tag=subjects[0])
    index.write(Profile.objects.all())
    assert alike({("expertise", subjects[0].slug): 4}, "members", without=people[1].pk, most=2) == {
        people[0].pk: 4,
        people[2].pk: 4,
    }


# --- what a process keeps, and orders ---------------------------------------------------------------------------


def test_what_a_process_has_read_is_never_older_than_the_row():
    one, other = ProfileFactory(indexed=True, stage=None), ProfileFactory(indexed=True, stage=None)
    asked = Filters(chosen={"kind": ("practitioner",), "level": ("county",)})
    assert search("members", asked).found == 2
    with pytest.raises(RuntimeError), transaction.atomic():
        Profile.objects.filter(pk=one.pk).update(shown_to="me")
        index.write(Profile.objects.filter(pk=one.pk))
        assert search("members", asked).found == 1
        raise RuntimeError
    assert search("members", asked).found == 2
    Profile.objects.filter(pk=other.pk).update(shown_to="groups")
    index.write(Profile.objects.filter(pk=other.pk))
    assert search("members", asked).found == 1
    assert search("staff", asked).found == 2


def test_what_is_kept_has_an_end():
    kept = Kept(size=lambda _thing: 40, most_bytes=100)
    kept.keep("a", {1: 1, 2: 2})
    assert kept.find("a", [1]) == {1: 1}
    kept.keep("a", {3: 3})
    assert kept.find("a", [1, 2, 3]) == {1: 1, 3: 3}
    assert kept.find("b", [1]) == {}


@pytest.mark.parametrize("seed", range(3))
def test_pages_have_everybody_in_order_whatever_happened(seed, monkeypatch):
    monkeypatch.setattr(order, "MOST", 4)
    chance, begun = random.Random(seed), datetime(2026, 1, 1, tzinfo=UTC)
    people = [ProfileFactory(user__name=f"Name {number}") for number in range(25)]
    for _step in range(12):
        for profile in chance.sample(people, 5):
            when = begun + timedelta(hours=chance.randrange(9))
            Profile.objects.filter(pk=profile.pk).update(sort_name=f"n{chance.randrange(9)}", member_since=when)
            index.write(Profile.objects.filter(pk=profile.pk))
        if chance.random() < 0.5:
            people.pop(chance.randrange(len(people))).user.delete()
        index.write(Profile.objects.all())
        wanted = set(chance.sample([profile.pk for profile in people], len(people) // 2))
        for by in (("sort_name", "id"), ("-member_since", "-id")):
            rows = [row for row in Profile.objects.order_by(*by) if row.pk in wanted]
            meant = [row.pk for row in rows]
            assert order.page(by, bits.of(wanted), behind=None, size=5) == meant[:5]
            for row in rows:
                place = [getattr(row, by[0].lstrip("-")), row.pk]
                assert order.page(by, bits.of(wanted), behind=place, size=50) == meant[meant.index(row.pk) + 1 :]
                rest = bits.of(wanted - {row.pk})  # whoever stood there is gone
                assert order.page(by, rest, behind=place, size=50) == meant[meant.index(row.pk) + 1 :]
    assert max(DirectoryBlock.objects.values_list("number", flat=True)) <= 4
    order.write_all()
    assert order.page(("sort_name", "id"), bits.of(wanted), behind=None, size=50) == [
        row.pk for row in Profile.objects.order_by("sort_name", "id") if row.pk in wanted
    ]
