"""A profile: what it shows, how its owner changes it, and what people gave."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from members import operations, rules
from members.choices import languages, zones
from members.context import me
from members.lookup import index
from members.models import Contribution, Organisation, Profile, ProfileEdit, Subject, User
from members.peers.queries import similar_to
from members.profiles.operations import KEEP, Conflict, ProfileChanges, edit_profile
from members.queries import record_of
from portal.follows.models import Channel
from portal.taxonomy.models import ServiceLine, Stage
from tests.factories.members import OrganisationFactory, ProfileFactory

pytestmark = pytest.mark.django_db

EDIT = "/members/me/edit/"


def form_of(profile, **changes):
    """What the edit page would send for this profile."""
    who = {f"who_{field}": str(rules.audience_of(field, profile)) for field in rules.CHOOSABLE}
    return {
        "name": profile.user.name,
        "role": profile.role,
        "organisation": profile.organisation.name if profile.organisation else "",
        "languages": ["en"],
        **who,
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
        pronouns="ea",
        pronunciation="ee-LEEN-ka",
        links=[{"label": "Raport anual", "url": "https://agency.example/raport"}],
        languages=["ro"],
        stage=Stage.objects.get(slug="build"),
        looking_for="A peer\n\nA price list",
        bio="First.\n\nSecond.",
    )
    profile.service_lines.set(ServiceLine.objects.filter(slug="payroll"))
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
        "<bdi>ea</bdi>",
        "said <bdi>ee-LEEN-ka</bdi>",
        '<a href="https://agency.example/raport" rel="nofollow ugc noopener"><bdi>Raport anual</bdi>',
        f"?organisation={agency.slug}",
    ):
        assert words in page
    there = timezone.now() + dt.timedelta(hours=14)
    shown = re.search(r"(\d\d):(\d\d)</time> for <bdi>Ilinca</bdi> now", page)
    assert shown
    assert abs(int(shown[1]) * 60 + int(shown[2]) - there.hour * 60 - there.minute) in {0, 1, 1439}


@pytest.mark.parametrize("kind", ["provider", "researcher"])
def test_who_sells_or_studies_is_named_as_such_everywhere(kind, client_of, visitor):
    profile = ProfileFactory(kind=kind, visibility="public", indexed=True)
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
    profile = ProfileFactory(user__name=name, indexed=True)
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
    assert "Visitors and search engines see nothing of you." in page
    assert f'href="{EDIT}#id_ask_about"' in page
    Profile.objects.filter(user=member).update(shown_to="public")
    assert "Visitors find you too" in client_of(member).get("/members/me/").content.decode()


def test_a_profile_costs_few_queries_whatever_hangs_on_it(client_of, member, django_assert_max_num_queries):
    profile = ProfileFactory(visibility="public")
    client = client_of(member)
    client.get(profile.get_absolute_url())
    for number in range(30):
        give(profile.user, f"Case {number}", key=f"k{number}")
        profile.expertise.create(tag=Subject.objects.create(name=f"subject {number}"))
    profile.service_lines.set(ServiceLine.objects.all())
    for other in (profile, *(ProfileFactory() for _ in range(4))):
        other.expertise.model.objects.get_or_create(tag=Subject.objects.first(), content_object=other)
    index.write(Profile.objects.all())
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
        organisation=body.name.upper(),
        pronouns="she/her",
        pronunciation="o-LE-na",
        links_0="Our prices",
        links_1="https://agency.example/prices",
        links_4="",
        links_5="www.agency.example",
        contact_email="olena.work@agency.example",
        phone="+44 20 7946 0000",
        providers_may_contact="on",
        who_email="groups",
        who_bio="me",
        service_lines=list(ServiceLine.objects.filter(slug__in=["payroll", "grants"]).values_list("pk", flat=True)),
        stage=Stage.objects.get(slug="run").pk,
        ask_about="SLA wording, sla  wording; exit clauses\nopt-out pricing",
        looking_for="A peer\r\nA price list",
        willing_to=["speak", "review"],
        languages=["cy", "en"],
        bio="One.\r\n\r\nTwo.",
        who_name="public",
    )
    assert client_of(member).post(EDIT, sent)["Location"] == "/members/me/"
    profile = Profile.objects.get(user=member)
    member.refresh_from_db()
    assert member.name == "Olena Ownérova"
    assert (profile.role, profile.organisation, profile.shown_to) == ("Head of prices", body, "public")
    assert profile.audiences == {"email": "groups", "bio": "me"}
    assert (profile.providers_may_contact, profile.leads_may_contact) == (True, False)
    assert (profile.pronouns, profile.phone) == ("she/her", "+44 20 7946 0000")
    assert profile.links == [
        {"label": "Our prices", "url": "https://agency.example/prices"},
        {"label": "agency.example", "url": "https://www.agency.example"},
    ]
    assert set(profile.service_lines.values_list("slug", flat=True)) == {"payroll", "grants"}
    assert set(profile.ask_about.names()) == {"SLA wording", "exit clauses", "opt-out pricing"}
    assert profile.looking_for_lines == ("A peer", "A price list")
    assert set(profile.offers.values_list("what", flat=True)) == {"speak", "review"}
    assert profile.languages == ["cy", "en"]
    assert (profile.bio, profile.stage.slug) == ("One.\n\nTwo.", "run")
    assert {"word:pricing", "expertise:opt-out-pricing"} <= profile.entry.terms.keys()
    assert "word:one" not in profile.entry.terms
    assert profile.confirmed_at is not None
    assert profile.sort_name == "olena ownerova"
    again = client_of(member).get(EDIT).content.decode()
    assert 'name="languages" value="cy" checked' in again
    assert "Cymraeg, English" in again
    assert 'value="www.agency.example"' not in again
    assert 'value="https://www.agency.example"' in again
    assert re.search(r'name="who_bio"[^>]*>.*?<option value="me" selected>', again)


def test_time_zone_and_appearance_have_a_page_of_their_own(client_of, member):
    client = client_of(member)
    assert "Africa/Lagos" in client.get("/settings/display/").content.decode()
    assert client.post("/settings/display/", {"time_zone": "Mars/Base", "theme": "pink"}).status_code == 422
    assert client.post("/settings/display/", {"time_zone": "America/Lima", "theme": "dark"}).status_code == 302
    page = client.get("/settings/display/").content.decode()
    assert 'value="America/Lima" selected' in page
    assert 'data-theme="dark"' in page


def test_saving_again_changes_nothing_and_taking_away_takes_away(client_of, member):
    first = form_of(member.profile, ask_about="a, b", willing_to=["speak"], languages=["en", "fr"])
    client = client_of(member)
    for _ in range(2):
        client.post(EDIT, first)
    kept = set(member.profile.expertise.values_list("pk", flat=True))
    client.post(EDIT, form_of(member.profile, ask_about="b", languages=["fr"]))
    assert set(member.profile.ask_about.names()) == {"b"}
    assert set(member.profile.expertise.values_list("pk", flat=True)) < kept
    assert Profile.objects.get(user=member).languages == ["fr"]
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
        ("organisation", "Nowhere at all", "Write it into the next field"),
        ("links_1", "javascript:alert(1)", "is no address of a web page"),
        ("links_1", "https://user:secret@agency.example", "is no address of a web page"),
        ("links_1", "ftp://agency.example", "is no address of a web page"),
        ("links_0", "Words alone", "Write the address that “Words alone” leads to."),
        ("contact_email", "nobody", "Enter a valid email address."),
        ("phone", "call me", "Write a phone number in digits"),
        ("pronouns", "x" * 41, "at most 40 characters"),
        ("ask_about", ", ".join(f"subject {n}" for n in range(13)), "at most 12 subjects"),
        ("ask_about", "x" * 61, "under 60 characters"),
        ("looking_for", "x" * 601, "at most 600 characters"),
        ("bio", "x" * 2001, "at most 2000 characters"),
        ("languages", ["xx"], "Select a valid choice"),
        ("willing_to", ["sell"], "Select a valid choice"),
        ("service_lines", ["payroll"], "is not a valid value"),
        ("stage", "x", "Select a valid choice"),
        ("who_name", "nobody", "Select a valid choice"),
        ("who_name", "staff", "Select a valid choice"),
        ("who_email", "members", "Select a valid choice"),
        ("who_phone", "public", "Select a valid choice"),
        ("who_bio", "friends", "Select a valid choice"),
        ("preset", "friends", "Select a valid choice"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_the_rest_stays(field, value, message, client_of, member):
    sent = form_of(member.profile, bio="My own words.", looking_for="Something rare.") | {field: value}
    response = client_of(member).post(EDIT, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    whole = field.split("_")[0] if field.startswith("links") else field
    assert f'href="#id_{whole}' in page
    if not field.startswith("who_"):
        assert f'id="id_{whole}_error"' in page
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
    body = OrganisationFactory()
    body.save()
    sent = {
        "name": "Rita Root",
        "role": "Runs the machine",
        "organisation": body.name,
        "languages": ["en"],
    }
    assert client.post(EDIT, sent).status_code == 302
    profile = Profile.objects.get(user=person)
    assert (profile.handle, profile.shown_to, profile.audiences) == ("rita-root", "members", {})


def test_what_was_not_sent_stays_as_hidden_as_it_was(client_of, member):
    Profile.objects.filter(user=member).update(shown_to="groups", audiences={"bio": "me"})
    sent = form_of(member.profile)
    client_of(member).post(EDIT, {name: value for name, value in sent.items() if not name.startswith("who_")})
    profile = Profile.objects.get(user=member)
    assert (profile.shown_to, profile.audiences) == ("groups", {"bio": "me"})


@pytest.mark.parametrize("preset", ["members", "public"])
def test_one_choice_stands_for_all_fields_but_e_mail_and_phone(preset, client_of, member):
    client_of(member).post(EDIT, form_of(member.profile, who_bio="me", who_email="groups", preset=preset))
    profile = Profile.objects.get(user=member)
    audiences = {field: str(rules.audience_of(field, profile)) for field in rules.CHOOSABLE}
    assert audiences.pop("email") == "groups"
    assert audiences.pop("phone") == "me"
    assert set(audiences.values()) == {preset}


def test_an_organisation_is_found_by_any_of_its_names(client_of, member):
    body = OrganisationFactory(name="Ministerul Finanțelor", other_names=["MF"], country="RO")
    twin = OrganisationFactory(name="Ministry of Finance", country="GB")
    other = OrganisationFactory(name="Ministry of Finance", country="RO")
    for row in (body, twin, other):
        row.save()
    client = client_of(member)
    for typed, meant in (("mf", body), ("ministerul finantelor", body), ("Ministry of Finance (Romania)", other)):
        assert client.post(EDIT, form_of(member.profile, organisation=typed)).status_code == 302
        assert Profile.objects.get(user=member).organisation == meant
    page = client.post(EDIT, form_of(member.profile, organisation="Ministry of Finance")).content.decode()
    assert "Ministry of Finance (United Kingdom); Ministry of Finance (Romania)" in page
    assert (
        "Did you mean one of these: Ministerul Finanțelor?"
        in client.post(EDIT, form_of(member.profile, organisation="ministerul")).content.decode()
    )


def test_nobody_edits_the_profile_of_somebody_else(member, outsider):
    with pytest.raises(operations.NotAllowed):
        edit_profile(person=member, changes=ProfileChanges(role="x"), by=outsider, at=timezone.now())


def test_the_form_stays_light_however_many_organisations_there_are(client_of, member):
    Organisation.objects.bulk_create(
        OrganisationFactory.build(name=f"An organisation with a long name, number {number}", level=_county())
        for number in range(500)
    )
    ProfileFactory(indexed=True)
    assert len(client_of(member).get(EDIT).content) < 60_000


def _county():
    return OrganisationFactory().level


# --- edits by programme staff -----------------------------------------------------------------------------------


def mended(profile, **changes):
    """What the page for staff would send for this profile."""
    sent = form_of(profile, kind=profile.kind)
    return {name: value for name, value in sent.items() if not name.startswith("who_")} | changes


def test_staff_mend_a_profile_and_its_owner_reads_what_changed(client_of, member, staff):
    url = f"/members/{member.profile.handle}/edit/"
    client = client_of(staff)
    page = client.get(url).content.decode()
    assert "They are told what you change" in page
    assert "who_" not in page
    sent = mended(member.profile, role="Head of payroll", kind="researcher", ask_about="tariffs")
    assert client.post(url, sent)["Location"] == f"/members/{member.profile.handle}/"
    profile = Profile.objects.get(user=member)
    assert (profile.role, profile.kind) == ("Head of payroll", "researcher")
    assert profile.confirmed_at is None
    edit = ProfileEdit.objects.get()
    assert {field: (before, after) for field, before, after in edit.changes} == {
        "role": ("Manager of shared services", "Head of payroll"),
        "kind": ("Practitioner", "Researcher"),
        "ask_about": ("", "tariffs"),
        "languages": ("", "English"),
    }
    mine = client_of(member).get("/members/me/").content.decode()
    assert "<bdi>Manager of shared services</bdi>" in mine
    assert "<bdi>Head of payroll</bdi>" in mine
    assert "Changed by others" not in client_of(staff).get(profile.get_absolute_url()).content.decode()


def test_saving_without_a_change_tells_nobody(client_of, member, staff):
    client_of(staff).post(f"/members/{member.profile.handle}/edit/", mended(member.profile, languages=[]))
    assert not ProfileEdit.objects.exists()


def test_what_an_owner_keeps_to_themselves_is_not_in_the_form_for_staff(client_of, member, staff):
    Profile.objects.filter(user=member).update(
        bio="cnry-bio", role="cnry-role", phone="123456", audiences={"bio": "me", "role": "me"}
    )
    url = f"/members/{member.profile.handle}/edit/"
    page = client_of(staff).get(url).content.decode()
    for hidden in ("cnry-bio", "cnry-role", "123456", 'name="bio"', 'name="role"', 'name="phone"'):
        assert hidden not in page
    sent = mended(member.profile, name="Olena Two", bio="gone", role="gone", phone="999999", shown_to="public")
    assert client_of(staff).post(url, sent).status_code == 302
    profile = Profile.objects.get(user=member)
    assert (profile.user.name, profile.bio, profile.role, profile.phone) == (
        "Olena Two",
        "cnry-bio",
        "cnry-role",
        "123456",
    )
    assert profile.shown_to == "members"


@pytest.mark.parametrize(
    "changes",
    [{"bio": "x"}, {"phone": "1"}, {"shown_to": "public"}, {"audiences": {}}, {"providers_may_contact": True}],
)
def test_what_is_the_owner_s_alone_no_operation_lets_staff_write(changes, member, staff):
    Profile.objects.filter(user=member).update(audiences={"bio": "me"})
    with pytest.raises(operations.NotAllowed):
        edit_profile(person=member, changes=ProfileChanges(**changes), by=staff, at=timezone.now())


def test_kind_is_for_staff_to_write(member, staff):
    with pytest.raises(operations.NotAllowed):
        edit_profile(person=member, changes=ProfileChanges(kind="provider"), by=member, at=timezone.now())
    edit_profile(person=member, changes=ProfileChanges(kind="provider"), by=staff, at=timezone.now())
    assert Profile.objects.get(user=member).kind == "provider"
    assert ProfileChanges().named() == {}
    assert ProfileChanges(role=KEEP).named() == {}


def test_only_staff_get_the_page_that_mends(client_of, member, visitor, request):
    url = f"/members/{member.profile.handle}/edit/"
    for persona in ("member", "outsider", "provider", "pending"):
        viewer = request.getfixturevalue(persona)
        assert client_of(viewer).get(url).status_code == 404
        assert client_of(viewer).post(url, {"name": "x"}).status_code == 404
    assert client_of(visitor).get(url).status_code == 302


def test_staff_are_led_from_their_own_profile_to_their_own_form(client_of, staff):
    assert client_of(staff).get(f"/members/{staff.profile.handle}/edit/")["Location"] == EDIT


def test_nobody_overwrites_unseen_what_somebody_else_wrote_meanwhile(client_of, member, staff):
    client = client_of(member)
    opened = client.get(EDIT).content.decode()
    read = re.search(r'name="read" value="([^"]+)"', opened)[1]
    edit_profile(person=member, changes=ProfileChanges(role="By staff"), by=staff, at=timezone.now())
    refused = client.post(EDIT, form_of(member.profile, role="By me", read=read))
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Somebody else changed this profile while you were writing." in page
    assert 'value="By me"' in page
    assert Profile.objects.get(user=member).role == "By staff"
    again = re.search(r'name="read" value="([^"]+)"', page)[1]
    assert client.post(EDIT, form_of(member.profile, role="By me", read=again)).status_code == 302
    assert Profile.objects.get(user=member).role == "By me"
    with pytest.raises(Conflict):
        now = timezone.now()
        edit_profile(person=member, changes=ProfileChanges(role="x"), by=member, at=now, read=now)


# --- still correct ----------------------------------------------------------------------------------------------


def test_one_click_says_that_all_of_it_is_still_correct(client_of, member, outsider):
    long_ago = timezone.now() - dt.timedelta(days=430)
    Profile.objects.filter(user=member).update(member_since=long_ago)
    url = member.profile.get_absolute_url()
    assert "14 months ago" in client_of(outsider).get(url).content.decode()
    mine = client_of(member)
    assert "Last confirmed 14 months ago" in mine.get("/members/me/").content.decode()
    assert "Is your profile still correct?" in mine.get("/").content.decode()
    assert mine.get("/members/me/confirm/").status_code == 405
    assert mine.post("/members/me/confirm/")["Location"] == "/members/me/"
    assert "months ago" not in client_of(outsider).get(url).content.decode()
    assert "Last confirmed on" in mine.get("/members/me/").content.decode()
    assert "Is your profile still correct?" not in mine.get("/").content.decode()


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
        index.write(Profile.objects.filter(pk=profile.pk))
        return Profile.objects.with_everything().get(pk=profile.pk)

    me = made("Me Myself", ["a1", "b1"], ["payroll", "grants"], visibility="public")
    made("Two subjects", ["a1", "b1"], [])
    made("One of each", ["a1"], ["payroll"])
    made("One line", [], ["grants"], visibility="public")
    made("Another line", [], ["payroll"])
    made("Nothing", ["c1"], ["estates"])
    made("Gone", ["a1", "b1"], ["payroll", "grants"], user__standing="suspended")
    made("Keeps it", ["a1", "b1"], ["payroll"], audiences={"ask_about": "groups", "service_lines": "me"})
    now = timezone.now()
    assert [card.name for card in similar_to(me, member, now)] == ["Two subjects", "One of each", "Another line"]
    assert [card.name for card in similar_to(me, visitor, now)] == ["One line"]


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
