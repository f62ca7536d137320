"""Whatever is typed into a profile and its neighbours: no server error, nothing unescaped, one verdict by rule.

The verdicts are worked out here without a database, and this module runs on each: what is refused or kept is the same.
Every string goes through every field of the forms; through the portal go all of them, several fields at a time. The
whole product, each string in each field sent and shown, is `make fuzz`.
"""

import csv
import importlib
import io
import pkgutil
import re
from urllib.parse import urlsplit

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

import members
from members.models import Import, ImportLine, Organisation, Profile, Record, Spokesperson, User
from members.operations import reindex
from members.profiles.fields import LinksField, PhoneField, SubjectsField
from members.profiles.forms import ProfileForm, WorkForm
from members.roster.reading import LIMITS
from portal.core.fields import SafeFormCharField
from portal.core.text import is_storable
from portal.taxonomy.models import ServiceLine
from tests.factories.members import OrganisationFactory, ProfileFactory
from tests.mailing.naughty import STRINGS
from tests.members.naughty import harmless, kept

pytestmark = pytest.mark.django_db

# Name, longest, whether lines are kept: the free texts of a profile.
TEXTS = [
    ("name", 120, False),
    ("pronouns", 40, False),
    ("pronunciation", 80, False),
    ("role", 160, False),
    ("organisation_proposed", 160, False),
    ("looking_for", 600, True),
    ("bio", 2000, True),
]
USUAL = {"name": "Olena Owner", "role": "Buyer", "organisation_proposed": "A body", "organisation": ""}
REQUIRED = {"name", "role", "organisation_proposed"}
DISPLAYED = [
    "Prince",
    "Siobhán O’Neill-D'Arcy",
    "ليان الساحلي",
    "שירה לוי",
    "Olena " + "w" * 94,
    "李雷",
    "é" * 100,
    "x y " * 25,
]


def _forms():
    """Every form of this app with its fields, as far as a class declares them."""
    for module in pkgutil.walk_packages(members.__path__, "members."):
        if module.name.rpartition(".")[2] in {"forms", "steps", "factor_forms", "staff_forms"}:
            loaded = importlib.import_module(module.name)
            for thing in vars(loaded).values():
                if isinstance(thing, type) and issubclass(thing, forms.BaseForm) and thing.__module__ == module.name:
                    yield thing


TYPED = {
    f"{form.__module__}.{form.__name__}.{name}": field
    for form in _forms()
    for name, field in form.base_fields.items()
    if type(field) is SafeFormCharField
}


def _clean(field, text):
    try:
        return field.clean(text) or None
    except forms.ValidationError:
        return None


def test_every_free_text_of_the_app_is_found():
    assert len(TYPED) > 25
    places = {name.rsplit(".", 2)[0] for name in TYPED}
    assert {f"members.{part}.forms" for part in ("profiles", "roster", "spokespeople", "letters", "joining")} <= places


@pytest.mark.parametrize("name", sorted(TYPED))
def test_each_field_keeps_what_can_be_stored_and_refuses_what_cannot(name):
    field = TYPED[name]
    limit, lines = field.max_length, field.lines
    assert limit, "a text without end"
    assert [text for text in STRINGS if _clean(field, text) != kept(text, limit=limit, lines=lines)] == []


# --- fields that are more than a text ---------------------------------------------------------------------------


def test_subjects_are_the_storable_parts_between_commas():
    field = WorkForm.base_fields["ask_about"]
    assert isinstance(field, SubjectsField)
    for text in STRINGS:
        whole = kept(text, limit=1000, lines=True)
        parts = [" ".join(part.split()) for part in re.split(r"[,;\n]", whole or "")]
        names = list(dict.fromkeys(part for part in parts if part))
        good = len(names) <= 12 and all(len(name) <= 60 for name in names)
        assert (_clean(field, text) or []) == (names if good else []), text


def test_a_link_leads_to_a_web_page_or_is_refused():
    field = WorkForm.base_fields["links"]
    assert isinstance(field, LinksField)
    for text in STRINGS:
        for label, url in ((text, "https://agency.example/"), ("Prices", text)):
            found = _clean(field, [label, url, "", "", "", "", "", ""])
            for link in found or ():
                parts = urlsplit(link["url"])
                assert parts.scheme in {"http", "https"}
                assert parts.hostname
                assert "@" not in parts.netloc
                assert is_storable(link["url"] + link["label"])
            if url != text:
                shown = kept(text, limit=60, lines=False)
                blank = not text.strip()
                assert [link["label"] for link in found or ()] == (
                    [shown or "agency.example"] if shown or blank else []
                )


def test_a_phone_is_digits_and_an_address_has_an_at():
    phone, email = ProfileForm.base_fields["phone"], ProfileForm.base_fields["contact_email"]
    assert isinstance(phone, PhoneField)
    for text in STRINGS:
        assert re.fullmatch(r"[0-9 +()./x#ext-]*", _clean(phone, text) or ""), text
        assert re.fullmatch(r"([^@\s<>\"(),:;]+@[^@\s<>]+)?", _clean(email, text) or ""), text


# --- through the portal -----------------------------------------------------------------------------------------


def _sent(texts):
    """What the editor sends of a profile with these texts in place of the usual ones."""
    return {**USUAL, "links_0": "", "links_1": "", "read": "", **texts}


def _rounds():
    """All strings, each in another field: so many requests as strings divided by fields."""
    for begin in range(0, len(STRINGS), len(TEXTS)):
        yield dict(zip((name for name, _limit, _lines in TEXTS), STRINGS[begin : begin + len(TEXTS)], strict=False))


def _edited(client, profile, texts):
    """Send, hold against the rule, send what the rule keeps, and look at every page that shows it."""
    refused = {
        name
        for name, limit, lines in TEXTS
        if name in texts
        and kept(texts[name], limit=limit, lines=lines) is None
        and (texts[name].strip() or name in REQUIRED)
    }
    response = client.post("/members/me/edit/", _sent(texts))
    assert response.status_code == (422 if refused else 302), texts
    if refused:
        # A proposal that is blank is none: then an organisation of the list is asked for.
        blank = {name for name in refused if not texts[name].strip()}
        named = {"organisation" if name in blank and name == "organisation_proposed" else name for name in refused}
        assert set(response.context["form"].errors) == named, texts
        harmless(response)
        good = {name: text for name, text in texts.items() if name not in refused}
        response = client.post("/members/me/edit/", _sent(good))
        assert response.status_code == 302, (good, response.context["form"].errors)
    profile.refresh_from_db()
    for name, limit, lines in TEXTS:
        stored = profile.user.name if name == "name" else getattr(profile, name)
        wanted = kept(texts.get(name, ""), limit=limit, lines=lines)
        assert stored == (wanted or USUAL.get(name, "")), (name, texts.get(name))


def test_every_string_is_kept_or_refused_by_the_editor_and_shown_as_text(member, staff, client_of):
    own, other = client_of(member), client_of(staff)
    profile = member.profile
    for number, texts in enumerate(_rounds()):
        _edited(own, profile, texts)
        harmless(other.get(profile.get_absolute_url()))
        if number % 6 == 0:
            harmless(own.get("/members/me/"))
            harmless(own.get("/members/me/edit/"))
            harmless(other.get("/members/"))


@pytest.mark.fuzz
@pytest.mark.parametrize("place", range(len(TEXTS)))
def test_each_string_in_each_field_is_kept_or_refused_and_shown_as_text(place, member, staff, client_of):
    name = TEXTS[place][0]
    own, other = client_of(member), client_of(staff)
    for text in STRINGS:
        _edited(own, member.profile, {name: text})
        for page in (member.profile.get_absolute_url(), "/members/"):
            harmless(other.get(page))


def test_lists_of_people_show_names_and_roles_as_text(member, client_of):
    """Each string as name, role, wish and subject of somebody; twenty on a page."""
    client, texts = client_of(member), [text for text in STRINGS if kept(text, limit=60, lines=False)]
    people = [ProfileFactory(organisation=None) for _ in range(20)]
    for begin in range(0, len(texts), 20):
        for profile, text in zip(people, texts[begin:], strict=False):
            profile.user.name = profile.role = profile.looking_for = profile.organisation_proposed = text
            User.objects.filter(pk=profile.user_id).update(name=text)
        Profile.objects.bulk_update(people, ["role", "looking_for", "organisation_proposed"])
        reindex(Profile.objects.all())
        harmless(client.get("/members/?kind=practitioner"))


def test_no_search_ends_in_an_error(visitor, client_of):
    """The same answer on both databases: what cannot be stored is refused, everything else is looked for."""
    client = client_of(visitor)
    for text in STRINGS[::3]:
        for query in ({"q": text}, {"level": text, "expertise": text, "find_organisation": text, "sort": text}):
            page = client.get("/members/", query)
            assert page.status_code in {200, 400}
            harmless(page)
        assert client.get("/members/", {"after": text}).status_code in {200, 400, 404}


def test_a_file_of_naughty_people_is_judged_line_by_line(staff, client_of):
    texts = [text for text in STRINGS if "\x00" not in text and not re.search(r"[\ud800-\udfff]", text)]
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["name", "title", "organisation", "id"])
    rows.writerows([text, text, text, f"line {number}"] for number, text in enumerate(texts))
    client = client_of(staff)
    upload = SimpleUploadedFile("<b>people</b>.csv", file.getvalue().encode())
    response = client.post("/manage/imports/", {"source": "Spring <script>", "file": upload})
    assert response.status_code == 302, response.context["form"].errors
    batch = Import.objects.get()
    lines = list(batch.lines.order_by("number"))
    assert len(lines) == len(texts)
    for line, text in zip(lines, texts, strict=True):
        good = all(kept(text, limit=LIMITS[name], lines=False) for name in ("name", "title", "organisation"))
        assert (line.verdict == ImportLine.Verdict.ERROR) == (not good), text
    harmless(client.get(response["Location"]))
    client.post(f"/manage/imports/{batch.pk}/apply/")
    assert Record.objects.count() == sum(line.verdict == ImportLine.Verdict.NEW for line in lines)
    for page in ("/members/listed/", response["Location"], "/manage/imports/"):
        harmless(client.get(page))


def test_organisations_that_staff_add_are_kept_or_refused_by_rule(staff, client_of):
    client = client_of(staff)
    level = OrganisationFactory(name="Tamarack County").level
    for text in STRINGS[::9]:
        before = Organisation.objects.count()
        response = client.post("/manage/organisations/new/", {"name": text, "country": "GB", "level": level.pk})
        harmless(response)
        assert (Organisation.objects.count() > before) == (response.status_code == 302)
        if kept(text, limit=160, lines=False) is None:
            assert response.status_code == 422, text


def test_what_can_be_told_and_asked_is_shown_as_text(member, client_of):
    client, line = client_of(member), str(ServiceLine.objects.get(slug="payroll").pk)
    consent = {"service_lines": [line], "languages": ["en"], "formats": ["panel"], "travel": "online"}
    consent |= {"notice_days": "14", "scope": "community", "agree": "on"}
    hours = {"weekday": "2", "clock": "15:00", "minutes": "30", "places": "1", "link": "https://meet.example/1"}
    for text in STRINGS[::11]:
        response = client.post("/members/me/spokesperson/", {**consent, "subject": text})
        good = kept(text, limit=200, lines=False)
        assert response.status_code == (302 if good else 422), text
        if good:
            assert Spokesperson.objects.get().subject == good
            harmless(client.get("/members/spokespeople/"))
        harmless(client.post("/members/office-hours/offer/", {**hours, "topics": text}))
    harmless(client.get("/members/office-hours/"))


@pytest.mark.parametrize("name", DISPLAYED)
def test_names_of_every_shape_stand_whole_on_profile_list_and_card(name, member, client_of):
    """One word, apostrophes, from right to left, a hundred characters: whole, in an element of their own direction."""
    profile = ProfileFactory(user__name=name, indexed=True)
    whole = kept(name, limit=120, lines=False)
    for path in (profile.get_absolute_url(), "/members/"):
        page = client_of(member).get(path)
        harmless(page)
        shown = page.content.decode()
        assert escape(whole) in shown
        assert re.search(rf'(<bdi[^>]*>|dir="auto"[^>]*>)\s*{re.escape(escape(whole))}', shown), path
