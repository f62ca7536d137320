"""Matrix 3.1 replayed: every role, every field, every audience, through the rules and through every surface.

What is expected is computed from profile_fields.yaml by `expected`, which knows nothing of `members.rules`. Every
field holds a word that occurs nowhere else, so that a page that shows one by mistake is caught by the word alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from PIL import Image

from members import filters, rules
from members.directory import Directory, directory
from members.eyes import eyes_of
from members.lookup import index
from members.models import Contribution, DirectoryTerm, Profile, User
from members.operations import subjects_called
from members.profiles.operations import set_photo
from members.profiles.photos import made_of
from portal.outbox.drain import drain
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage
from tests.factories import cases
from tests.factories.members import OrganisationFactory, ProfileFactory, UserFactory
from tests.factories.workinggroups import make_group
from workinggroups import operations as groups

pytestmark = pytest.mark.django_db
MATRIX = yaml.safe_load((Path(__file__).parent / "profile_fields.yaml").read_text(encoding="utf-8"))
AUDIENCES, ROLES, FIELDS = MATRIX["audiences"], MATRIX["roles"], MATRIX["fields"]
OWN = [name for name, spec in FIELDS.items() if "with" not in spec]
PROVIDERS, STAFF = {"provider", "provider_in_group"}, {"staff", "superuser"}
# As whom the owner can look, and who that is.
VIEW_AS = {
    "public": "visitor",
    "member": "member",
    "group": "groupmate",
    "lead": "group_lead",
    "provider": "provider",
    "staff": "staff",
}
ZONES = ["Asia/Tokyo", "Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Dhaka"]
COUNTRIES = ["IS", "MT", "CY", "LU", "LI"]
LANGUAGES = ["yo", "qu", "kw", "mi", "iu"]


def narrower(audience: str, widest: str) -> str:
    return min(audience, widest, key=AUDIENCES.index)


@dataclass(frozen=True)
class Chosen:
    """What an owner chose: an audience for each field, and the two ticks."""

    audiences: dict[str, str]
    providers: bool = False
    leads: bool = False


def expected(name: str, chosen: Chosen, role: str) -> bool:
    """Whether the matrix lets this role see the field; nothing of somebody whose name it does not."""
    spec = FIELDS[name]
    if "with" in spec:
        return expected(spec["with"], chosen, role)
    return _alone(name, spec, chosen, role) and (name == "name" or expected("name", chosen, role))


def _alone(name: str, spec: dict[str, str], chosen: Chosen, role: str) -> bool:
    if role == "owner":
        return True
    if role in STAFF and spec.get("staff") == "always":
        return True
    if role in PROVIDERS and spec.get("providers") == "if ticked" and not chosen.providers:
        return False
    if chosen.audiences[name] in ROLES[role]:
        return True
    return role == "group_lead" and spec.get("leads") == "if consented" and chosen.leads


def everything_at(audience: str, **more: str) -> dict[str, str]:
    return {name: narrower(audience, FIELDS[name]["widest"]) for name in OWN} | more


def test_the_rules_have_the_fields_of_the_matrix_with_their_defaults_and_caps() -> None:
    ours = {
        name: {"with": "name"} if rule.with_name else {"default": str(rule.default), "widest": str(rule.widest)}
        for name, rule in rules.FIELDS.items()
    }
    theirs = {
        name: {key: value for key, value in spec.items() if key in {"with", "default", "widest"}}
        for name, spec in FIELDS.items()
    }
    assert ours == theirs
    assert [str(audience) for audience in rules.ORDER] == AUDIENCES


def test_no_form_offers_more_than_the_cap() -> None:
    for name in OWN:
        offered = [str(audience) for audience in rules.choices_for(name)]
        assert offered[-1] == FIELDS[name]["widest"]
        assert FIELDS[name]["default"] in offered
        assert str(rules.capped("public", name)) == FIELDS[name]["widest"]


# --- the stage --------------------------------------------------------------------------------------------------


@dataclass
class Target:
    """Somebody whose fields hold words of their own; `marks` are what a page shows of each field."""

    user: User
    chosen: Chosen
    marks: dict[str, str] = field(default_factory=dict)
    case: str = ""

    @property
    def handle(self) -> str:
        return self.user.profile.handle


@dataclass
class Scene:
    """Everybody, and the group that some of them share."""

    people: dict[str, User | None]
    targets: list[Target]
    group: object
    twin: Profile

    def client(self, role: str, target: Target) -> Client:
        client = Client()
        user = target.user if role == "owner" else self.people[role]
        if user is not None:
            client.force_login(user)
        return client


def picture() -> SimpleUploadedFile:
    output = BytesIO()
    Image.new("RGB", (200, 200), "teal").save(output, "PNG")
    return SimpleUploadedFile("face.png", output.getvalue())


def _level(number: int) -> JurisdictionLevel:
    return JurisdictionLevel.objects.create(
        slug=f"lvl-{number}", label=f"Cnrylevel{number}q", mark="county", position=50
    )


def _target(number: int, chosen: Chosen) -> Target:
    def word(name: str) -> str:
        return f"cnry{name.replace('_', '')}{number}q"

    spot = number % 5
    organisation = OrganisationFactory(
        slug=f"org-{number}",
        name=word("organisation"),
        level=_level(number),
        country=COUNTRIES[spot],
        place=word("country"),
    )
    profile = ProfileFactory(
        handle=f"target-{number}",
        user__name=f"{word('name').title()} Target",
        user__email=f"{word('email')}@hidden.example",
        user__time_zone=ZONES[spot],
        organisation=organisation,
        role=word("role"),
        pronouns=word("pronouns"),
        looking_for=word("looking_for"),
        bio=word("bio"),
        phone=f"+99 555 {number:06}",
        links=[{"label": word("links"), "url": f"https://{word('links')}.example/"}],
        languages=[LANGUAGES[spot]],
        stage=Stage.objects.create(slug=f"stage-{number}", label=word("stage"), position=50),
        shown_to=chosen.audiences["name"],
        audiences=rules.chosen(chosen.audiences),
        providers_may_contact=chosen.providers,
        leads_may_contact=chosen.leads,
    )
    profile.service_lines.add(
        ServiceLine.objects.create(slug=f"line-{number}", label=word("service_lines"), position=50)
    )
    profile.offers.create(what="speak")
    profile.expertise.create(tag=subjects_called([word("ask_about")])[0])
    # What the twin has in common with them.
    profile.service_lines.add(
        ServiceLine.objects.create(slug=f"common-{number}", label=f"Common {number}", position=51)
    )
    profile.expertise.create(tag=subjects_called([f"common {number}"])[0])
    Contribution.objects.create(
        person=profile.user,
        kind="case",
        title=word("contributions"),
        url="/cases/",
        at=timezone.now(),
        key=f"c{number}",
    )
    set_photo(person=profile.user, made=made_of(picture()), by=profile.user, at=timezone.now())
    marks = {name: word(name) for name in OWN} | {
        "name": f"{word('name').title()} Target",
        "level": f"Cnrylevel{number}q",
        "phone": f"+99 555 {number:06}",
        "photo": f"/members/target-{number}/photo/",
        "languages": {"yo": "Yorùbá", "qu": "Runasimi", "kw": "Kernewek", "mi": "Te reo", "iu": "ᐃᓄᒃᑎᑐᑦ"}[
            LANGUAGES[spot]
        ],
        "time_zone": "</time> for <bdi>",
        "willing_to": "Willing to</dt><dd>speak",
        "kind": "Takes part as</dt>",
        "member_since": "Member since</dt>",
    }
    case = cases.published(author=profile.user, slug=f"case-of-{number}", audience="public").slug
    return Target(profile.user, chosen, marks, case)


def _chosen() -> Iterator[Chosen]:
    for audience in AUDIENCES:
        yield Chosen(everything_at(audience, name="public"))
    for audience in AUDIENCES:
        yield Chosen(everything_at("public", name=audience, email="groups", phone="groups"))
    yield Chosen(everything_at("groups", name="members"), providers=True)
    yield Chosen(everything_at("me", name="me"), leads=True)


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Made once: nothing here is changed by reading."""
    from django.conf import settings

    before, settings.PRIVATE_MEDIA_ROOT = settings.PRIVATE_MEDIA_ROOT, tmp_path_factory.mktemp("private")
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            yield _staged()
            transaction.set_rollback(True)
    finally:
        settings.PRIVATE_MEDIA_ROOT = before


@pytest.fixture(autouse=True)
def _photos(request: pytest.FixtureRequest, settings: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test has a folder of its own; the photos of the stage lie in the stage's."""
    if "stage" in request.fixturenames:
        settings.PRIVATE_MEDIA_ROOT = tmp_path_factory.getbasetemp() / "private0"


def _staged() -> Scene:
    def person(name: str, **fields: object) -> User:
        return ProfileFactory(user__name=name, **fields).user

    people: dict[str, User | None] = {
        "visitor": None,
        "suspended": None,
        "pending": UserFactory(standing="pending"),
        "member": person("Reader Member"),
        "provider": person("Reader Provider", kind="provider"),
        "ex_member": person("Reader Former"),
        "other_lead": person("Reader Elsewhere"),
        "groupmate": person("Reader Mate"),
        "provider_in_group": person("Reader Seller", kind="provider"),
        "group_lead": person("Reader Lead"),
        "staff": person("Reader Staff", user__is_staff=True),
        "superuser": person("Reader Root", user__is_staff=True, user__is_superuser=True),
    }
    targets = [_target(number, chosen) for number, chosen in enumerate(_chosen(), 1)]
    mates = (people["groupmate"], people["provider_in_group"], people["ex_member"])
    group = make_group(lead=people["group_lead"], members=(*mates, *(target.user for target in targets)), slug="shared")
    groups.leave(group=group, by=people["ex_member"], at=timezone.now())
    make_group(lead=people["other_lead"], slug="elsewhere", members=(person("Reader Nobody"),))
    twin = ProfileFactory(handle="twin", user__name="Reader Twin", visibility="public")
    for target in targets:
        twin.service_lines.add(target.user.profile.service_lines.get(slug__startswith="common"))
        twin.expertise.create(tag=target.user.profile.expertise.get(tag__slug__startswith="common").tag)
    index.write(Profile.objects.all())
    return Scene(people, targets, group, Profile.objects.with_everything().get(pk=twin.pk))


def cells(stage: Scene) -> Iterator[tuple[Target, str]]:
    yield from product(stage.targets, ROLES)


# --- the rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_the_rules_say_what_the_matrix_says(role: str, stage: Scene) -> None:
    """Each field by itself at each audience, everything else public; with every combination of the two ticks."""
    target = stage.targets[0]
    viewer = target.user if role == "owner" else stage.people[role]
    row = Profile.objects.with_everything().with_ties_to(viewer).get(user=target.user)
    eyes, wrong, asked = eyes_of(viewer, row), [], 0
    for name, audience, providers, leads in product(OWN, AUDIENCES, (True, False), (True, False)):
        if narrower(audience, FIELDS[name]["widest"]) != audience:
            continue
        chosen = Chosen(everything_at("public") | {name: audience}, providers, leads)
        row.shown_to, row.audiences = chosen.audiences["name"], rules.chosen(chosen.audiences)
        row.providers_may_contact, row.leads_may_contact = providers, leads
        for each in FIELDS:
            asked += 1
            if rules.may_see(each, profile=row, eyes=eyes) != expected(each, chosen, role):
                wrong.append((name, audience, providers, leads, each))
    assert asked > 6000
    assert wrong == []


# --- pages ------------------------------------------------------------------------------------------------------


def shown(html: str, target: Target) -> set[str]:
    return {name for name, mark in target.marks.items() if mark in html}


def allowed(target: Target, role: str) -> set[str]:
    return {name for name in target.marks if expected(name, target.chosen, role)}


@pytest.mark.parametrize("role", ROLES)
def test_the_page_shows_what_the_matrix_says(role: str, stage: Scene) -> None:
    wrong = {}
    for target in stage.targets:
        response = stage.client(role, target).get(f"/members/{target.handle}/")
        may = allowed(target, role)
        assert response.status_code == (200 if may else 404)
        html = main_of(response)
        if (found := shown(html, target)) != may:
            wrong[target.handle] = {"leaks": found - may, "lacks": may - found}
    assert wrong == {}


def main_of(response: object) -> str:
    """The page without its head, which repeats the address."""
    return response.content.decode().partition("<main")[2]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_who_may_not_see_somebody_gets_the_page_of_nobody(role: str, stage: Scene) -> None:
    for target in stage.targets:
        if allowed(target, role):
            continue
        client = stage.client(role, target)
        for path in ("", "photo/small/", "edit/", "suspend/"):
            nobody = "z" * len(target.handle)
            hidden, missing = client.get(f"/members/{target.handle}/{path}"), client.get(f"/members/{nobody}/{path}")
            assert hidden.status_code == missing.status_code
            assert _plain(hidden, target.handle) == _plain(missing, nobody)
            assert [*hidden.headers.items()] == [*missing.headers.items()] or hidden.status_code == 302


def _plain(response: object, handle: str) -> str:
    """The page without the address itself and without the token that no two pages share."""
    html = response.content.decode().replace(handle, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


@pytest.mark.parametrize("sort", VIEW_AS)
def test_view_as_shows_what_such_a_reader_gets(sort: str, stage: Scene) -> None:
    for target in stage.targets:
        mine = stage.client("owner", target).get(f"/members/me/as/{sort}/")
        theirs = stage.client(VIEW_AS[sort], target).get(f"/members/{target.handle}/")
        assert mine.status_code == 200
        assert (
            shown(_profile_part(mine), target) == shown(_profile_part(theirs), target) == allowed(target, VIEW_AS[sort])
        )


def _profile_part(response: object) -> str:
    """From the name of the person on; nothing where the page does not exist."""
    return response.content.decode().partition("profile-head")[2].partition("</main>")[0]


@pytest.mark.parametrize("role", ROLES)
def test_a_photo_is_served_to_who_may_see_it(role: str, stage: Scene) -> None:
    for target in stage.targets:
        response = stage.client(role, target).get(f"/members/{target.handle}/photo/small/")
        may = expected("photo", target.chosen, role)
        assert response.status_code == (200 if may else 404)
        if may:
            assert b"".join(response.streaming_content)
            assert "private" in response["Cache-Control"]


# --- directory: list, text, counts ------------------------------------------------------------------------------

# The audiences that a search may know of, by the reader: what is for groups or nobody is in no index.
INDEXED = {"visitor": ["public"], "suspended": ["public"], "pending": [], "staff": ["staff", "members", "public"]}
SEARCHED = {
    "name": "name",
    "role": "role",
    "organisation": "organisation",
    "ask_about": "ask_about",
    "looking_for": "looking_for",
}


def indexed(name: str, target: Target, role: str) -> bool:
    known = INDEXED.get("staff" if role in STAFF else role, ["members", "public"])
    by_name = target.chosen.audiences["name"] in known or role in STAFF
    by_field = target.chosen.audiences[name] in known or (name == "name" and role in STAFF)
    return bool(known) and by_name and by_field


def look(stage: Scene, role: str, /, **query: str) -> Directory:
    params = QueryDict(mutable=True)
    params.update(query)
    viewer = stage.people[role] or AnonymousUser()
    return directory(viewer, filters.read(params, text=query.get("q", "")), params)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_a_search_finds_nobody_by_what_is_hidden(role: str, stage: Scene) -> None:
    wrong = []
    for target, name in product(stage.targets, SEARCHED):
        found = {seen.handle: seen for seen in look(stage, role, q=target.marks[name].split()[0]).people}
        if (target.handle in found) != indexed(name, target, role):
            wrong.append((target.handle, name, sorted(found)))
        if target.handle in found and (leaks := shown(repr(found[target.handle]), target) - allowed(target, role)):
            wrong.append((target.handle, name, leaks))
    assert wrong == []


@pytest.mark.parametrize("role", ["visitor", "member", "groupmate", "group_lead", "staff"])
def test_the_list_shows_of_each_person_what_their_page_shows(role: str, stage: Scene) -> None:
    for target in stage.targets:
        word = target.marks["name"].split()[0]
        html = main_of(stage.client(role, target).get("/members/", {"q": word}))
        line = html.partition('<div class="people">')[2].partition("</form>")[0]
        if f'href="/members/{target.handle}/"' in line:
            assert shown(line, target) <= allowed(target, role)
            assert shown(line, target) >= allowed(target, role) & (CARD - {"kind"} | {"ask_about", "looking_for"})
        else:
            assert not indexed("name", target, role)
            assert not shown(line, target)


CARD = {"name", "photo", "role", "organisation", "kind"}
FACETS = {
    "level": "level",
    "country": "country",
    "organisation": "organisation",
    "service": "service_lines",
    "stage": "stage",
    "expertise": "ask_about",
    "language": "languages",
    "willing": "willing_to",
    "kind": "name",
}


def _values(target: Target) -> dict[str, str]:
    profile = target.user.profile
    return {
        "level": profile.organisation.level.slug,
        "country": str(profile.organisation.country),
        "organisation": profile.organisation.slug,
        "service": profile.service_lines.get(slug__startswith="line").slug,
        "stage": profile.stage.slug,
        "expertise": profile.expertise.get(tag__slug__startswith="cnry").tag.slug,
        "language": profile.languages[0],
        "willing": "speak",
        "kind": "practitioner",
    }


@pytest.mark.parametrize("role", ["visitor", "pending", "member", "provider", "groupmate", "group_lead", "staff"])
def test_facets_count_nobody_for_what_is_hidden(role: str, stage: Scene) -> None:
    """The number beside each value is the number of people whom the list behind it shows: the right ones."""
    wrong = []
    values = {target.handle: _values(target) for target in stage.targets}
    for facet, name in FACETS.items():
        for value in sorted({each[facet] for each in values.values()}):
            meant = {
                target.handle
                for target in stage.targets
                if values[target.handle][facet] == value and indexed(name, target, role)
            }
            answer = look(stage, role, **{facet: value, "q": "target"})
            found = {seen.handle for seen in answer.people}
            options = [each for each in answer.page.facets if each.name == facet]
            numbers = [option.count for each in options for option in each.options if option.value == value]
            if found != {handle for handle in meant if _named(handle, stage, role)}:
                wrong.append((facet, value, found, meant))
            if (numbers[0] if numbers else 0) != len(found):
                wrong.append((facet, value, numbers, len(found)))
    assert wrong == []


def _named(handle: str, stage: Scene, role: str) -> bool:
    target = next(target for target in stage.targets if target.handle == handle)
    return indexed("name", target, role)


def test_the_index_holds_no_word_of_what_is_for_groups_or_for_nobody(stage: Scene) -> None:
    held = " ".join(f"{term.value} {term.label} {term.folded}" for term in DirectoryTerm.objects.all())
    for target in stage.targets:
        for name in ("role", "organisation", "ask_about", "looking_for", "stage", "service_lines", "bio", "email"):
            audience = target.chosen.audiences[name]
            if audience in {"me", "groups"} or name in {"bio", "email"}:
                assert target.marks[name].lower() not in held.lower(), (target.handle, name)


# --- elsewhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["member", "provider", "groupmate", "group_lead", "other_lead", "ex_member", "staff"])
def test_cards_on_the_pages_of_a_group_show_no_more(role: str, stage: Scene) -> None:
    client = stage.client(role, stage.targets[0])
    for path in ("/groups/shared/members/", "/groups/shared/"):
        html = main_of(client.get(path))
        for target in stage.targets:
            assert shown(html, target) - {"time_zone", "kind"} <= allowed(target, role), path
    roster = main_of(client.get("/groups/shared/members/"))
    for target in stage.targets:
        assert shown(roster, target) & CARD - {"kind"} == (allowed(target, role) & CARD) - {"kind"}


@pytest.mark.parametrize("role", ROLES)
def test_the_card_of_a_case_s_author_shows_no_more(role: str, stage: Scene) -> None:
    """The name of an author is the credit of the case, and public; everything else obeys the profile."""
    for target in stage.targets:
        html = main_of(stage.client(role, target).get(f"/cases/{target.case}/"))
        assert "cnryname" in html.lower()
        assert shown(html, target) - {"name", "time_zone", "kind"} <= allowed(target, role)


@pytest.mark.parametrize("role", ["visitor", "member", "provider", "groupmate", "group_lead", "staff"])
def test_people_alike_are_alike_by_what_is_shown(role: str, stage: Scene) -> None:
    html = main_of(stage.client(role, stage.targets[0]).get("/members/twin/"))
    for target in stage.targets:
        if f'href="/members/{target.handle}/"' in html:
            assert indexed("service_lines", target, role) or indexed("ask_about", target, role)
        assert shown(html, target) - {"time_zone", "willing_to", "kind", "member_since"} <= allowed(target, role)


def test_a_mail_shows_its_reader_no_more(stage: Scene, settings: object) -> None:
    """The lead of another group is told that somebody joined it: what the mail says of them is what the lead sees."""
    from pathlib import Path as Folder

    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"
    settings.OUTBOX_TRANSPORT = "portal.outbox.capture.CaptureBackend"
    with transaction.atomic():
        lead = stage.people["other_lead"]
        for target in stage.targets:
            other = make_group(lead=lead, slug=f"told-{target.handle}")
            groups.join(group=other, kind="practitioner", by=target.user, at=timezone.now())
            drain()
            texts = [
                path.read_bytes().decode("utf-8", "replace") for path in Folder(settings.EMAIL_FILE_PATH).glob("*.eml")
            ]
            mail = "".join(
                text.replace("=\r\n", "").replace("=\n", "") for text in texts if target.marks["name"] in text
            )
            assert shown(mail, target) <= allowed(target, "group_lead") | {"time_zone"}, target.handle
            for path in Folder(settings.EMAIL_FILE_PATH).glob("*.eml"):
                path.unlink()
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
def test_no_other_page_shows_any_of_it(role: str, stage: Scene) -> None:
    for target in stage.targets[:1]:
        client = stage.client(role, target)
        for path in ("/", "/members/", "/notifications/", "/groups/", "/cases/", "/sitemap.xml"):
            html = client.get(path).content.decode()
            if role != "owner":
                seen = {name for name in shown(html, target) if "cnry" in target.marks[name]}
                assert seen - {"name"} <= allowed(target, role), path
