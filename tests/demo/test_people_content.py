"""The demonstration's people, groups, kit, glossary and pages are whole: every reference resolves."""

import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "demo" / "content"
VOCABULARY = ROOT / "portal" / "taxonomy" / "data"

COUNTRIES = {"US", "CA", "GB", "AU", "PE", "RO"}
KINDS = {"practitioner", "researcher", "provider"}
ACCOUNTS = ["practitioner", "lead", "staff", "provider"]
NAMED_MEMBERS = {
    "theodora-okafor-lind", "bram-halvorsen", "marisol-quispe-tapia", "ilinca-dragomirescu-tara",
    "siobhan-tregarth", "noor-castellane", "jarrah-whitcombe", "priya-raghunathan",
    "wendell-akintola", "edmund-vasquez-ruhl", "ottilie-brandvold", "luc-desrosiers-mbeki",
}  # fmt: skip
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
LOCAL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
LINK = re.compile(r"\]\((/[^)]*)\)")
# Addresses that the portal itself serves; every other link must lead to a page of this folder.
PORTAL_ADDRESSES = {
    "/cases/", "/groups/", "/kits/starter-kit/", "/members/", "/glossary/", "/cms/", "/manage/",
    "/accounts/signup/", "/settings/data/", "/settings/sign-in/", "/manage/second-factor/",
}  # fmt: skip
ORGANISATION_KEYS = {"slug", "name", "other_names", "level", "country", "place", "domain", "kind_of_body"}
PERSON_KEYS = {
    "handle", "name", "email", "organisation", "role", "kind", "service_lines", "stage", "ask_about",
    "looking_for", "willing_to", "languages", "time_zone", "bio", "visibility", "joined_days_ago",
}  # fmt: skip
GROUP_KEYS = {
    "slug", "id", "title", "purpose", "charter", "objectives", "products", "leads", "members", "audience",
    "chartered_days_ago", "meetings",
}  # fmt: skip
MEETING_KEYS = {
    "slug", "kind", "title", "in_days", "local_time", "zone", "minutes", "location_note", "state", "agenda",
}  # fmt: skip
KIT_KEYS = {
    "slug", "title", "summary", "intro", "version", "released_days_ago", "licence", "severity", "changelog",
    "kept_by", "components",
}  # fmt: skip
COMPONENT_KEYS = {"id", "title", "format", "stages", "description", "contains", "file"}


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


TAXONOMY = load(VOCABULARY / "taxonomy.yaml")
TERMS = load(VOCABULARY / "glossary.yaml")["terms"]
ORGANISATIONS = load(CONTENT / "organisations.yaml")
PEOPLE = load(CONTENT / "people.yaml")
GROUPS = load(CONTENT / "groups.yaml")
KIT = load(CONTENT / "kit.yaml")
BY_HANDLE = {person["handle"]: person for person in PEOPLE}
MEETINGS = [(group, meeting) for group in GROUPS for meeting in group["meetings"]]


def slugs_of(vocabulary):
    rows = TAXONOMY[vocabulary]
    return {row["id"] for row in rows} | {child for row in rows for child in row.get("children", [])}


def read_page(path):
    head, body = FRONT_MATTER.match(path.read_text(encoding="utf-8")).groups()
    return {**yaml.safe_load(head), "body": body, "file": path.name}


# The call for contributions about Iowa is kept with the cases and checked there.
PAGES = [read_page(path) for path in sorted((CONTENT / "pages").glob("*.md")) if path.name != "iowa-recovery-center.md"]


def pages_of(part):
    return [page for page in PAGES if page.get("part") == part]


def address(page):
    return f"{page['parent']}{page['slug']}/"


def words(text):
    return len(text.split())


# Organisations


def test_organisations_have_exactly_their_fields_and_unique_slugs_and_domains():
    assert all(set(body) == ORGANISATION_KEYS for body in ORGANISATIONS)
    for key in ("slug", "name", "domain"):
        assert len({body[key] for body in ORGANISATIONS}) == len(ORGANISATIONS)
    assert all(SLUG.match(body["slug"]) for body in ORGANISATIONS)


def test_organisations_cover_every_level_and_the_six_countries():
    assert {body["level"] for body in ORGANISATIONS} == slugs_of("jurisdiction_levels")
    assert {body["country"] for body in ORGANISATIONS} == COUNTRIES


def test_organisations_live_in_the_reserved_domain():
    assert all(body["domain"].endswith(".example") for body in ORGANISATIONS)


def test_kind_of_body_goes_with_the_level():
    kinds = {"government", "research", "provider", "nonprofit", "education"}
    assert {body["kind_of_body"] for body in ORGANISATIONS} == kinds
    for body in ORGANISATIONS:
        if body["level"] in kinds:
            assert body["kind_of_body"] == body["level"], body["slug"]
        else:
            assert body["kind_of_body"] == "government", body["slug"]


# People


def test_there_are_eighty_people_with_unique_handles_names_and_addresses():
    assert len(PEOPLE) == 80
    for key in ("handle", "name", "email"):
        assert len({person[key] for person in PEOPLE}) == 80
    assert all(SLUG.match(person["handle"]) for person in PEOPLE)
    assert set(BY_HANDLE) >= NAMED_MEMBERS


def test_the_four_accounts_come_first_and_only_they_have_the_flag():
    assert [person.get("account") for person in PEOPLE[:4]] == ACCOUNTS
    assert not [person["handle"] for person in PEOPLE[4:] if "account" in person]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["handle"])
def test_a_person_is_complete_and_every_reference_resolves(person):
    assert set(person) - {"account", "other_name"} == PERSON_KEYS
    bodies = {body["slug"]: body for body in ORGANISATIONS}
    body = bodies[person["organisation"]]
    own = f"{person['handle']}@{body['domain']}"
    assert person["email"] == (f"{person['account']}@example.org" if "account" in person else own)
    assert person["kind"] in KINDS
    assert person["stage"] in slugs_of("stages")
    assert person["service_lines"]
    assert set(person["service_lines"]) <= slugs_of("service_lines")
    assert set(person["willing_to"]) <= {"speak", "advise", "review"}
    assert person["visibility"] in {"members", "public"}
    assert all(re.fullmatch(r"[a-z]{2}", code) for code in person["languages"])
    assert ZoneInfo(person["time_zone"]).key == person["time_zone"]
    assert 0 < person["joined_days_ago"] < 1000


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["handle"])
def test_a_profile_keeps_to_its_lengths(person):
    assert 2 <= len(person["ask_about"]) <= 4
    assert 1 <= len(person["looking_for"]) <= 2
    assert all(words(tag) <= 4 for tag in person["ask_about"])
    assert all(words(phrase) <= 12 for phrase in person["looking_for"])
    assert 1 <= len(re.findall(r"[.!?](?=\s|\Z)", person["bio"])) <= 3
    assert len(person["name"]) <= 120
    assert len(person["role"]) <= 120


def test_the_three_kinds_are_there_in_the_wanted_proportion():
    assert Counter(person["kind"] for person in PEOPLE) == {
        "practitioner": 60,
        "researcher": 10,
        "provider": 10,
    }


def test_provider_staff_are_providers_and_nobody_else_is():
    level_of = {body["slug"]: body["level"] for body in ORGANISATIONS}
    for person in PEOPLE:
        sells = level_of[person["organisation"]] == "provider"
        assert sells == (person["kind"] == "provider"), person["handle"]


def test_members_work_at_every_level_in_every_country_and_stage():
    bodies = {body["slug"]: body for body in ORGANISATIONS}
    assert {bodies[person["organisation"]]["level"] for person in PEOPLE} == slugs_of("jurisdiction_levels")
    assert {bodies[person["organisation"]]["country"] for person in PEOPLE} == COUNTRIES
    assert {person["stage"] for person in PEOPLE} == slugs_of("stages")
    assert {person["organisation"] for person in PEOPLE} == set(bodies)


def test_peers_can_be_found_because_offers_and_needs_share_words():
    offers = Counter(tag for person in PEOPLE for tag in person["ask_about"])
    assert not [tag for tag, times in offers.items() if times < 2]
    for person in PEOPLE:
        others = {tag for peer in PEOPLE if peer is not person for tag in peer["ask_about"]}
        assert all(any(tag in phrase for tag in others) for phrase in person["looking_for"]), person["handle"]


def test_names_exercise_the_display():
    names = [person["name"] for person in PEOPLE]
    assert any(" " not in name for name in names)
    assert any("'" in name for name in names)
    assert any("’" in name for name in names)
    assert any(len(name) > 70 for name in names)
    assert any("Ț" in name or "ș" in name for name in names)
    arabic = [person for person in PEOPLE if re.search(r"[\u0600-\u06ff]", person["name"])]
    assert arabic
    assert all(person["other_name"].isascii() for person in arabic)


# Groups


def test_the_three_groups_have_their_fields_and_numbers_in_range():
    assert [group["id"] for group in GROUPS] == ["psi", "mm", "bcf"]
    for group in GROUPS:
        assert set(group) == GROUP_KEYS
        assert SLUG.match(group["slug"])
        assert 150 <= words(group["charter"]) <= 300, group["slug"]
        assert group["audience"] in {"public", "members"}
        assert all(set(row) == {"text", "due_in_months"} for row in group["objectives"])
        assert all(set(row) == {"title", "kind", "due_in_months", "state", "note"} for row in group["products"])
        assert {row["state"] for row in group["products"]} == {"planned", "draft", "released"}
        assert all(1 <= row["due_in_months"] <= 12 for row in group["objectives"] + group["products"])


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["slug"])
def test_a_group_has_members_of_all_kinds_and_a_practitioner_among_two_leads(group):
    assert 18 <= len(group["members"]) <= 30
    assert len(set(group["members"])) == len(group["members"])
    assert {BY_HANDLE[handle]["kind"] for handle in group["members"]} == KINDS
    assert len(group["leads"]) == 2
    assert set(group["leads"]) <= set(group["members"])
    assert "practitioner" in {BY_HANDLE[handle]["kind"] for handle in group["leads"]}


def test_the_demonstration_accounts_meet_in_one_group():
    group = next(group for group in GROUPS if group["slug"] == "business-case-and-funding")
    assert "siobhan-tregarth" in group["leads"]
    assert {"ilinca-dragomirescu-tara", "ottilie-brandvold"} <= set(group["members"])


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["slug"])
def test_a_group_has_three_past_and_three_coming_meetings_and_one_coming_draft(group):
    past = [meeting for meeting in group["meetings"] if meeting["in_days"] < 0]
    coming = [meeting for meeting in group["meetings"] if meeting["in_days"] > 0]
    assert (len(past), len(coming)) == (3, 3)
    assert all(meeting["state"] == "published" for meeting in past)
    assert [meeting["state"] for meeting in coming].count("draft") == 1
    assert all(-group["chartered_days_ago"] < meeting["in_days"] for meeting in past)
    assert past + coming == sorted(group["meetings"], key=lambda meeting: meeting["in_days"])


@pytest.mark.parametrize(("group", "meeting"), MEETINGS, ids=lambda value: value["slug"])
def test_a_meeting_is_complete_and_its_agenda_fills_its_length(group, meeting):
    assert set(meeting) - {"summary"} == MEETING_KEYS
    assert ("summary" in meeting) == (meeting["in_days"] < 0)
    assert meeting["kind"] in {"teleconference", "briefing", "webcast", "working-session"}
    assert meeting["state"] in {"published", "draft"}
    assert LOCAL_TIME.match(meeting["local_time"])
    assert ZoneInfo(meeting["zone"]).key == meeting["zone"]
    assert sum(item["minutes"] for item in meeting["agenda"]) == meeting["minutes"]
    for item in meeting["agenda"]:
        assert set(item) == {"title", "minutes", "kind", "owner", "notes"}
        assert item["kind"] in {"inform", "discuss", "decide"}
        assert item["owner"] in group["members"]
        assert item["title"]


def test_meeting_slugs_are_unique_across_the_groups():
    slugs = [meeting["slug"] for _, meeting in MEETINGS]
    assert len(set(slugs)) == len(slugs) == 18
    assert all(SLUG.match(slug) for slug in slugs)


# Kit


def test_the_kit_has_nineteen_components_of_which_three_are_files():
    assert set(KIT) == KIT_KEYS
    assert KIT["version"] == "1.0"
    assert KIT["severity"] in {"correction", "improvement", "editorial"}
    assert set(KIT["kept_by"]) <= set(BY_HANDLE)
    assert len({part["id"] for part in KIT["components"]}) == len(KIT["components"]) == 19
    files = {part["id"]: part["format"] for part in KIT["components"] if part["file"]}
    assert files == {"business-case-model": "xlsx", "sla": "docx", "decision-briefing": "pptx"}


def test_every_component_says_what_you_do_with_it_and_what_it_contains():
    for part in KIT["components"]:
        assert set(part) == COMPONENT_KEYS
        assert part["format"] in {"xlsx", "docx", "pptx"}
        assert part["stages"]
        assert set(part["stages"]) <= slugs_of("stages")
        assert part["description"].startswith("You ")
        assert len(part["contains"]) >= 6
        assert len(set(part["contains"])) == len(part["contains"])
        assert all(isinstance(entry, str) for entry in part["contains"])


# Glossary


def test_the_glossary_has_ninety_nine_terms_and_every_reference_resolves():
    slugs = {term["id"] for term in TERMS}
    assert len(slugs) == len(TERMS) == 99
    for term in TERMS:
        assert set(term["see"]) <= slugs - {term["id"]}, term["id"]
        assert term["t"]
        assert term["d"]


def test_no_name_of_a_term_belongs_to_two_terms():
    names = Counter(name.casefold() for term in TERMS for name in {term["t"], *term["aka"]})
    assert not [name for name, times in names.items() if times > 1]


# Pages


def test_page_addresses_are_unique_and_every_parent_exists():
    addresses = [address(page) for page in PAGES]
    assert len(set(addresses)) == len(addresses)
    assert all(SLUG.match(page["slug"]) for page in PAGES)
    assert {page["parent"] for page in PAGES} <= {*addresses, "/"}


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry["file"])
def test_a_page_has_its_fields_and_only_links_that_lead_somewhere(entry):
    required = {"title", "slug", "parent", "kind", "summary", "order"}
    assert required <= set(entry)
    assert set(entry) - required <= {"body", "file", "part", "number", "element", "challenges"}
    assert entry["kind"] in {"landing", "article", "programme"}
    assert (entry["kind"] == "programme") == ("part" in entry)
    assert len(entry["summary"]) <= 160
    known = {address(other) for other in PAGES} | PORTAL_ADDRESSES | {f"/groups/{group['slug']}/" for group in GROUPS}
    for target in LINK.findall(entry["body"]):
        path, _, query = target.partition("?")
        assert path in known, target
        if query:
            name, _, value = query.partition("=")
            assert name == "challenge"
            assert value in slugs_of("challenges")
    assert "<" not in entry["body"]
    assert not re.search(r"^# ", entry["body"], re.MULTILINE)


def test_the_pages_asked_for_are_all_there():
    fixed = {"/about/", "/challenges/", "/plan/", "/help/", "/accessibility/", "/privacy/", "/who-can-join/"}
    helping = {"/help/practitioners/", "/help/working-group-leads/", "/help/programme-staff/"}
    assert fixed | helping <= {address(page) for page in PAGES}
    assert {part: len(pages_of(part)) for part in ("action", "element", "challenge")} == {
        "action": 15,
        "element": 6,
        "challenge": 5,
    }


def test_the_five_challenges_follow_the_taxonomy():
    rows = {row["id"]: (row["label"], row["take_away"]) for row in TAXONOMY["challenges"]}
    assert {page["slug"]: (page["title"], page["number"]) for page in pages_of("challenge")} == rows
    for page in pages_of("challenge"):
        assert address(page) == f"/challenges/{page['slug']}/"
        assert page["challenges"] == [page["slug"]]
        assert 150 <= words(page["body"]) <= 250, page["file"]


def test_elements_and_action_items_are_numbered_without_gaps():
    assert sorted(page["number"] for page in pages_of("element")) == list(range(1, 7))
    assert sorted(page["number"] for page in pages_of("action")) == list(range(1, 16))


def test_every_action_item_belongs_to_an_element_and_a_challenge_and_credits_its_source():
    for page in pages_of("action"):
        assert page["parent"] == "/plan/"
        assert page["element"] in range(1, 7)
        assert page["challenges"]
        assert set(page["challenges"]) <= slugs_of("challenges")
        assert 80 <= words(page["body"]) <= 150, page["file"]
        credit = "Paraphrased from the [programme summary of 2007]"
        for lead in ("**Why.**", "**Done when**", "**How to help.**", credit):
            assert lead in page["body"], page["file"]


def test_the_founding_summary_is_named_in_full_where_the_short_credit_leads():
    for wanted in ("/about/", "/plan/"):
        page = next(page for page in PAGES if address(page) == wanted)
        assert "Leadership for a Networked World Program" in page["body"]
        assert "© 2007 Harvard University" in page["body"]
