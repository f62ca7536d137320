"""A profile: what it shows, how its owner changes it, and what people gave."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from members import operations
from members.choices import languages, zones
from members.context import me
from members.models import Contribution, Organisation, Profile, Subject, User
from members.queries import record_of, similar_to
from portal.follows.models import Channel
from portal.taxonomy.models import ServiceLine, Stage
from tests.factories.members import OrganisationFactory, ProfileFactory

pytestmark = pytest.mark.django_db

EDIT = "/members/me/edit/"


def form_of(profile, **changes):
    """What the edit page would send for this profile."""
    return {
        "name": profile.user.name,
        "role": profile.role,
        "organisation": profile.organisation_id or "",
        "time_zone": profile.user.time_zone,
        "visibility": profile.visibility,
        "languages": ["en"],
    } | changes


def give(person, title, *, key, kind="case", channel=None, days=0):
    at = timezone.now() - dt.timedelta(days=days)
    return operations.record_contribution(
        key=key, person=person, kind=kind, title=title, url="/cases/x/", channel=channel, at=at
    )


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_tells_who_somebody_is_and_what_time_it_is_there(client_of, member):
    agency = OrganisationFactory(name="Agenția de Servicii", level_slug="national", country="RO", place="Podul Înalt")
    profile = ProfileFactory(
        user__name="Ilinca Dragomirescu-Țara",
        user__time_zone="Pacific/Kiritimati",
        organisation=agency,
        role="Programme director",
        stage=Stage.objects.get(slug="build"),
        looking_for="A peer\n\nA price list",
        bio="First.\n\nSecond.",
    )
    profile.service_lines.set(ServiceLine.objects.filter(slug="payroll"))
    profile.languages.create(code="ro")
    profile.offers.create(what="speak")
    page = client_of(member).get(f"/members/{profile.handle}/").content.decode()
    for words in (
        "Ilinca Dragomirescu-Țara",
        "Programme director, Agenția de Servicii",
        "National or federal",
        "Romania",
        "Podul Înalt",
        "Română",
        "Build and migrate",
        "<bdi>A peer</bdi>",
        "<bdi>A price list</bdi>",
        "<p>First.</p>",
        "Payroll",
        "speak",
    ):
        assert words in page
    there = timezone.now() + dt.timedelta(hours=14)
    shown = re.search(r"(\d\d):(\d\d)</time> for <bdi>Ilinca</bdi> now", page)
    assert shown
    assert abs(int(shown[1]) * 60 + int(shown[2]) - there.hour * 60 - there.minute) in {0, 1, 1439}


@pytest.mark.parametrize("kind", ["provider", "researcher"])
def test_who_sells_or_studies_is_named_as_such_everywhere(kind, client_of, visitor):
    profile = ProfileFactory(kind=kind, visibility="public")
    label = profile.get_kind_display()
    for page in ("/members/", f"/members/{profile.handle}/"):
        assert label in client_of(visitor).get(page).content.decode()
    assert profile.as_seen_by(visitor).card.shows_kind


@pytest.mark.parametrize(
    "name",
    [
        "Sulistyani",
        "Catrin D’Arvel-Rees",
        "O'Dremmel & Sons <b>",
        "ليان الساحلي",
        "María " + "de los Ángeles " * 6 + "Quintanilla"[:4],
        "李",
        "Ѷ" * 100,
    ],
)
def test_names_of_every_shape_are_shown_escaped_and_set_apart(name, client_of, member):
    profile = ProfileFactory(user__name=name)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
    for page in (f"/members/{profile.handle}/", "/members/"):
        html = client_of(member).get(page).content.decode()
        assert f"<bdi>{escaped}</bdi>" in html
        assert "<b>" not in html.replace("<b>Ask about</b>", "").split("matrix")[0]


def test_search_engines_are_asked_to_leave_members_only_profiles_alone(client_of, member, visitor):
    closed, public = ProfileFactory(), ProfileFactory(visibility="public")
    assert 'content="noindex"' in client_of(member).get(closed.get_absolute_url()).content.decode()
    assert 'content="noindex"' not in client_of(visitor).get(public.get_absolute_url()).content.decode()


def test_one_s_own_page_says_who_sees_it_and_leads_to_what_is_missing(client_of, member):
    page = client_of(member).get("/members/me/").content.decode()
    assert "visitors and search engines see none of it" in page
    assert f"Nobody but you sees {member.email}" in page
    assert f'href="{EDIT}#id_ask_about"' in page
    Profile.objects.filter(user=member).update(visibility="public")
    assert "Anyone can see all of this page" in client_of(member).get("/members/me/").content.decode()


def test_a_profile_costs_few_queries_whatever_hangs_on_it(client_of, member, django_assert_max_num_queries):
    profile = ProfileFactory(visibility="public")
    client = client_of(member)
    client.get(profile.get_absolute_url())
    for number in range(30):
        give(profile.user, f"Case {number}", key=f"k{number}")
        profile.expertise.create(tag=Subject.objects.create(name=f"subject {number}"))
    profile.service_lines.set(ServiceLine.objects.all())
    for user_client in (client, client_of(profile.user)):
        with django_assert_max_num_queries(12):
            assert user_client.get(profile.get_absolute_url()).status_code == 200


def test_the_masthead_costs_one_query_and_only_when_it_is_drawn(rf, member, visitor, django_assert_num_queries):
    request = rf.get("/")
    for person, cost in ((member, 1), (visitor, 0)):
        request.user = person
        with django_assert_num_queries(0):
            context = me(request)
        with django_assert_num_queries(cost):
            assert bool(context["me"]) == bool(cost)
    request.user = member
    assert me(request)["me"].name == "Olena Owner"


# --- editing ----------------------------------------------------------------------------------------------------


def test_what_is_saved_is_what_was_sent(client_of, member):
    body = OrganisationFactory()
    sent = form_of(
        member.profile,
        name="Olena Ownérova",
        role="Head of prices",
        organisation=body.pk,
        service_lines=list(ServiceLine.objects.filter(slug__in=["payroll", "grants"]).values_list("pk", flat=True)),
        stage=Stage.objects.get(slug="run").pk,
        ask_about="SLA wording, sla  wording; exit clauses\nopt-out pricing",
        looking_for="A peer\r\nA price list",
        willing_to=["speak", "review"],
        languages=["cy", "en"],
        bio="One.\r\n\r\nTwo.",
        time_zone="America/Lima",
        visibility="public",
        theme="dark",
    )
    assert client_of(member).post(EDIT, sent)["Location"] == "/members/me/"
    profile = Profile.objects.get(user=member)
    member.refresh_from_db()
    assert (member.name, member.time_zone, member.theme) == ("Olena Ownérova", "America/Lima", "dark")
    assert (profile.role, profile.organisation, profile.visibility) == ("Head of prices", body, "public")
    assert set(profile.service_lines.values_list("slug", flat=True)) == {"payroll", "grants"}
    assert set(profile.ask_about.names()) == {"SLA wording", "exit clauses", "opt-out pricing"}
    assert profile.looking_for_lines == ("A peer", "A price list")
    assert set(profile.offers.values_list("what", flat=True)) == {"speak", "review"}
    assert set(profile.languages.values_list("code", flat=True)) == {"cy", "en"}
    assert (profile.bio, profile.stage.slug) == ("One.\n\nTwo.", "run")
    assert "opt-out pricing" in profile.search_text
    assert profile.sort_name == "olena ownerova"
    again = client_of(member).get(EDIT).content.decode()
    assert 'name="languages" value="cy" checked' in again
    assert "Cymraeg, English" in again
    assert 'value="America/Lima" selected' in again
    assert 'data-theme="dark"' in client_of(member).get("/members/me/").content.decode()


def test_saving_again_changes_nothing_and_taking_away_takes_away(client_of, member):
    first = form_of(member.profile, ask_about="a, b", willing_to=["speak"], languages=["en", "fr"])
    client = client_of(member)
    for _ in range(2):
        client.post(EDIT, first)
    kept = set(member.profile.expertise.values_list("pk", flat=True))
    client.post(EDIT, form_of(member.profile, ask_about="b", languages=["fr"]))
    assert set(member.profile.ask_about.names()) == {"b"}
    assert set(member.profile.expertise.values_list("pk", flat=True)) < kept
    assert list(member.profile.languages.values_list("code", flat=True)) == ["fr"]
    assert not member.profile.offers.exists()


def test_kind_and_standing_are_not_the_person_s_to_change(client_of, provider):
    sent = form_of(
        provider.profile, kind="practitioner", standing="member", is_staff="on", is_superuser="on", handle="root"
    )
    client_of(provider).post(EDIT, sent)
    provider.refresh_from_db()
    profile = Profile.objects.get(user=provider)
    assert (profile.kind, profile.handle) == ("provider", provider.profile.handle)
    assert not provider.is_staff
    assert not provider.is_superuser


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("name", "n" * 121, "at most 120 characters"),
        ("role", "\u202eevil", "cannot be stored"),
        ("role", "a\x07b", "cannot be stored"),
        ("organisation", "", "Say which organisation you work for."),
        ("organisation", "999999", "Select a valid choice"),
        ("ask_about", ", ".join(f"subject {n}" for n in range(13)), "at most 12 subjects"),
        ("ask_about", "x" * 61, "under 60 characters"),
        ("looking_for", "x" * 601, "at most 600 characters"),
        ("bio", "x" * 2001, "at most 2000 characters"),
        ("languages", ["xx"], "Select a valid choice"),
        ("willing_to", ["sell"], "Select a valid choice"),
        ("service_lines", ["payroll"], "is not a valid value"),
        ("stage", "x", "Select a valid choice"),
        ("time_zone", "Mars/Base", "Select a valid choice"),
        ("visibility", "nobody", "Select a valid choice"),
        ("theme", "pink", "Select a valid choice"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_the_rest_stays(field, value, message, client_of, member):
    sent = form_of(member.profile, bio="My own words.", looking_for="Something rare.") | {field: value}
    response = client_of(member).post(EDIT, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert f'href="#id_{field}' in page
    assert f'id="id_{field}_error"' in page
    if field not in {"bio", "looking_for"}:
        assert "My own words." in page
        assert "Something rare." in page
    member.refresh_from_db()
    assert member.name == "Olena Owner"


@pytest.mark.parametrize("field", ["name", "role", "organisation_proposed", "ask_about", "looking_for", "bio"])
@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800", "x" * 50_000, "\u2066\u2069", "🦉" * 400])
def test_nothing_that_can_be_typed_breaks_the_form(field, value, client_of, member):
    sent = form_of(member.profile) | {field: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
    assert client_of(member).post(EDIT, sent).status_code in {302, 400, 422}


def test_an_organisation_that_is_not_in_the_list_is_kept_as_written(client_of, member):
    sent = form_of(member.profile, organisation="", organisation_proposed="Agency of New Things")
    assert client_of(member).post(EDIT, sent).status_code == 302
    profile = Profile.objects.get(user=member)
    assert (profile.organisation, profile.organisation_proposed) == (None, "Agency of New Things")
    assert profile.as_seen_by(member).organisation == "Agency of New Things"


def test_a_member_without_a_profile_makes_it_by_saving(client_of):
    person = User.objects.create_superuser("root@agency.example", "a long password indeed", name="Rita Root")
    client = client_of(person)
    assert client.get("/members/me/")["Location"] == EDIT
    assert client.get(EDIT).status_code == 200
    sent = {
        "name": "Rita Root",
        "role": "Runs the machine",
        "organisation": OrganisationFactory().pk,
        "time_zone": "UTC",
        "visibility": "members",
        "languages": ["en"],
    }
    assert client.post(EDIT, sent).status_code == 302
    assert Profile.objects.get(user=person).handle == "rita-root"


def test_nobody_edits_the_profile_of_somebody_else(member, outsider):
    with pytest.raises(operations.NotAllowed):
        operations.edit_profile(person=member, changes=None, by=outsider, at=timezone.now())


def test_the_form_stays_light(client_of, member):
    for number in range(60):
        OrganisationFactory(name=f"An organisation with a long name, number {number}")
    assert len(client_of(member).get(EDIT).content) < 60_000


# --- what people gave -------------------------------------------------------------------------------------------


@pytest.fixture
def channels(db):
    return {
        audience: Channel.objects.create(kind="case", title=audience, url=f"/cases/{audience}/", audience=audience)
        for audience in ("public", "members", "seated", "staff")
    }


def test_contributions_show_to_who_may_see_the_thing(channels, visitor, member, staff, client_of):
    profile = ProfileFactory(visibility="public")
    for audience, channel in channels.items():
        give(profile.user, f"About {audience}", key=audience, channel=channel)
    give(profile.user, "About nothing", key="none")

    def titles(viewer):
        return {line.title for line in record_of(profile, viewer).lines}

    assert titles(visitor) == {"About public", "About nothing"}
    assert titles(member) == {"About public", "About nothing", "About members"}
    assert titles(staff) == titles(member) | {"About seated", "About staff"}
    assert "About seated" not in client_of(member).get(profile.get_absolute_url()).content.decode()


def test_the_same_key_is_one_contribution_brought_up_to_date(member):
    give(member, "First title", key="cases:1:author")
    give(member, "Better title", key="cases:1:author")
    assert Contribution.objects.get().title == "Better title"
    operations.withdraw_contribution(key="cases:1:author")
    operations.withdraw_contribution(key="cases:1:author")
    assert not Contribution.objects.exists()


def test_the_newest_ten_are_listed_and_the_others_counted(member):
    for number in range(13):
        give(member, f"Case {number}", key=f"k{number}", days=number)
    give(member, "A group", key="g", kind="group", days=99)
    record = record_of(member.profile, member)
    assert [line.title for line in record.lines] == [f"Case {number}" for number in range(10)]
    assert record.more == 3
    assert [line.title for line in record.leads] == ["A group"]


# --- people alike -----------------------------------------------------------------------------------------------


def test_people_alike_share_subjects_or_lines_the_most_shared_first(member, visitor):
    def made(name, subjects, lines, **fields):
        profile = ProfileFactory(user__name=name, **fields)
        for subject in operations.subjects_called(subjects):
            profile.expertise.create(tag=subject)
        profile.service_lines.set(ServiceLine.objects.filter(slug__in=lines))
        return Profile.objects.with_everything().get(pk=profile.pk)

    me = made("Me Myself", ["a1", "b1"], ["payroll", "grants"], visibility="public")
    made("Two subjects", ["a1", "b1"], [])
    made("One of each", ["a1"], ["payroll"])
    made("One line", [], ["grants"], visibility="public")
    made("Another line", [], ["payroll"])
    made("Nothing", ["c1"], ["estates"])
    made("Gone", ["a1", "b1"], ["payroll", "grants"], user__standing="suspended")
    assert [card.name for card in similar_to(me, member)] == ["Two subjects", "One of each", "Another line"]
    assert [card.name for card in similar_to(me, visitor)] == ["One line"]


# --- closed lists -----------------------------------------------------------------------------------------------


def test_every_language_and_zone_of_the_lists_can_be_stored_and_shown():
    assert {"en", "fr", "es", "ro", "qu", "zh", "cy"} <= set(languages())
    assert len(set(languages().values())) == len(languages())
    names = [name for region in zones().values() for name in region]
    assert len(names) > 400
    assert User(time_zone="Nowhere/Land").zone.key == "UTC"
    assert all(User(time_zone=name).zone.key == name for name in names)


def test_organisations_answer_to_all_their_names():
    body = OrganisationFactory(name="Valea Lungă", other_names=["Consiliul Județean"])
    body.save()
    assert Organisation.objects.get(pk=body.pk).search_text == "valea lunga\nconsiliul judetean"
