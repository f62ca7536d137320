"""The demonstration cases are held to the rules of the library before anything is loaded from them."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "demo" / "content"
TAXONOMY = yaml.safe_load((ROOT / "portal/taxonomy/data/taxonomy.yaml").read_text(encoding="utf-8"))

REAL = {
    "grants-gov",
    "california-email",
    "shared-services-canada",
    "uk-central-shared-services",
    "queensland-health-payroll",
    "us-quality-service-management-offices",
    "australia-shared-services-centre",
    "iowa-debt-offset",
}
AUTHORS = {
    "theodora-okafor-lind",
    "siobhan-tregarth",
    "priya-raghunathan",
    "bram-halvorsen",
    "marisol-quispe-tapia",
    "jarrah-whitcombe",
}
COUNTRIES = {"US", "CA", "GB", "AU", "PE", "RO"}

# Word ranges of the template for write-ups.
WORDS = {
    "context": (150, 400),
    "challenge": (100, 300),
    "options_considered": (50, 300),
    "decision": (50, 250),
    "governance": (80, 300),
    "funding": (80, 300),
    "technology": (50, 250),
    "change_management": (80, 300),
    "what_did_not_work": (50, 250),
}
REQUIRED_SECTIONS = set(WORDS) - {"options_considered", "technology"}

COMMON_KEYS = {
    "slug", "form", "illustrative", "title", "one_line", "place", "country", "jurisdiction_level",
    "service_lines", "scope_of_sharing", "organisational_model", "funding_models", "mandate", "stage",
    "period", "size", "audience", "teaser", "challenges", "subjects", "published_days_ago",
    "review_due_in_days", "sections", "lessons", "teaching_questions", "timeline", "sources", "editor_note",
}  # fmt: skip
OPTIONAL_KEYS = {"author", "credit", "advice_wanted", "results"}
RESULT_KEYS = {"measure", "before", "after", "unit", "date", "kind", "better", "source", "verified"}
SOURCE_KINDS = {"audit", "press", "law", "report", "official", "internal"}

MARKER = re.compile(r"\[([a-z0-9-]+)\]")
DATE = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
# A question that begins like this can be answered with yes or no.
CLOSED = re.compile(r"(is|are|was|were|do|does|did|has|have|can|could|should|would|will)\b", re.IGNORECASE)
# A lesson drawn from somebody else's documents says that it is a reading of them.
OWN_READING = "Our reading: "


def load_cases():
    files = sorted((CONTENT / "cases").glob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}


CASES = load_cases()
ILLUSTRATIVE = {slug: case for slug, case in CASES.items() if case["illustrative"]}
BRIEFS = {slug: case for slug, case in CASES.items() if not case["illustrative"]}

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_illustrative_case = pytest.mark.parametrize("case", ILLUSTRATIVE.values(), ids=ILLUSTRATIVE)
every_brief = pytest.mark.parametrize("case", BRIEFS.values(), ids=BRIEFS)


def slugs(vocabulary):
    rows = TAXONOMY[vocabulary]
    children = {child for row in rows for child in row.get("children", [])}
    return {row["id"] for row in rows} | children


def strings(value):
    """Every text in a case, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def words(text):
    return len(MARKER.sub("", text).split())


def markers(case):
    return {key for text in strings(case["sections"]) for key in MARKER.findall(text)}


def cited(case):
    rows = case["timeline"] + case.get("results", [])
    return markers(case) | {row["source"] for row in rows}


def test_there_are_eight_real_cases_and_six_illustrative_ones():
    assert set(BRIEFS) == REAL
    assert len(ILLUSTRATIVE) == 6


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_named_after_its_slug(name):
    assert CASES[name]["slug"] == name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)


@every_case
def test_keys_are_those_of_the_schema(case):
    assert set(case) - OPTIONAL_KEYS == COMMON_KEYS
    assert set(case["sections"]) <= set(WORDS)
    assert list(case["sections"]) == [name for name in WORDS if name in case["sections"]], "template order"


@every_case
def test_required_texts_are_there(case):
    for key in ("title", "one_line", "place", "period", "editor_note"):
        assert case[key].strip(), key
    assert case["sections"]["context"].strip()
    assert all(text.strip() for text in case["sections"].values())


@every_case
def test_the_one_line_fits(case):
    assert len(case["one_line"]) <= 160
    assert "\n" not in case["one_line"]


@every_case
def test_vocabulary_slugs_exist(case):
    assert case["country"] in COUNTRIES
    assert case["jurisdiction_level"] in slugs("jurisdiction_levels")
    assert case["scope_of_sharing"] in slugs("scope_of_sharing")
    assert case["organisational_model"] in slugs("organisational_models")
    assert case["stage"] in slugs("stages")
    assert case["service_lines"]
    assert set(case["service_lines"]) <= slugs("service_lines")
    assert case["challenges"]
    assert set(case["challenges"]) <= slugs("challenges")
    assert set(case["funding_models"]) <= slugs("funding_models")
    assert case["mandate"] in slugs("mandate") | {None}


@every_case
def test_subjects_are_few_and_distinct(case):
    assert 2 <= len(case["subjects"]) <= 5
    assert len(set(case["subjects"])) == len(case["subjects"])


@every_case
def test_every_source_mark_resolves_and_every_source_is_used(case):
    keys = [source["key"] for source in case["sources"]]
    assert len(set(keys)) == len(keys)
    assert cited(case) == set(keys)


@every_case
def test_marks_stand_in_sections_only(case):
    elsewhere = {key: value for key, value in case.items() if key != "sections"}
    assert [text for text in strings(elsewhere) if MARKER.search(text)] == []


@every_case
def test_sources_are_described(case):
    assert len(case["sources"]) >= 2
    for source in case["sources"]:
        assert set(source) <= {"key", "title", "publisher", "date", "url", "kind", "accessed"}
        assert source["title"].strip()
        assert source["publisher"].strip()
        assert source["kind"] in SOURCE_KINDS
        assert DATE.fullmatch(source.get("date", "2000"))


@every_case
def test_timeline_runs_forward(case):
    dates = [row["date"] for row in case["timeline"]]
    assert all(DATE.fullmatch(date) for date in dates)
    assert dates == sorted(dates)
    assert all(row["event"].strip() for row in case["timeline"])


@every_case
def test_lessons_say_for_whom_and_when(case):
    assert 3 <= len(case["lessons"]) <= 7
    for lesson in case["lessons"]:
        assert set(lesson) == {"text", "for_whom", "when"}
        assert all(lesson.values())


@every_case
def test_teaching_questions_are_open(case):
    assert 3 <= len(case["teaching_questions"]) <= 8
    for question in case["teaching_questions"]:
        assert question.endswith("?")
        last = re.split(r"(?<=\.)\s+", question)[-1]
        assert not CLOSED.match(last), question


@every_case
def test_results_have_figures_and_a_source(case):
    for row in case.get("results", []):
        money = {"currency", "price_year"} & set(row)
        assert set(row) - money == RESULT_KEYS
        assert money in (set(), {"currency", "price_year"})
        assert float(row["before"]) != float(row["after"])
        assert row["kind"] in {"planned", "realised"}
        assert row["better"] in {"lower", "higher"}
        assert row["verified"] in {"yes", "partly", "no"}
        assert DATE.fullmatch(row["date"])


def test_publication_dates_differ_and_lie_within_ten_months():
    days = [case["published_days_ago"] for case in CASES.values()]
    assert len(set(days)) == len(days)
    assert all(0 < day <= 305 for day in days)
    assert all(case["review_due_in_days"] > 0 for case in CASES.values())


# Documented briefs about real governments


@every_brief
def test_a_brief_is_credited_to_staff_and_to_nobody_invented(case):
    assert case["form"] == "brief"
    assert case["credit"] == "Programme staff"
    assert "author" not in case
    assert "advice_wanted" not in case
    text = " ".join(strings(case)).lower()
    assert [author for author in AUTHORS if author.replace("-", " ") in text.replace("-", " ")] == []


@every_brief
def test_a_brief_is_public(case):
    assert case["audience"] == "public"
    assert case["teaser"] is False


@every_brief
def test_a_brief_marks_its_lessons_as_a_reading(case):
    assert all(lesson["text"].startswith(OWN_READING) for lesson in case["lessons"])


@every_brief
def test_every_section_of_a_brief_names_a_source(case):
    assert [name for name, text in case["sections"].items() if not MARKER.search(text)] == []


@every_brief
def test_figures_outside_the_sections_of_a_brief_are_sourced_inside(case):
    inside = set(NUMBER.findall(MARKER.sub("", " ".join(case["sections"].values()))))
    outside = " ".join([case["title"], case["one_line"], case["size"] or ""])
    assert set(NUMBER.findall(outside)) <= inside


@every_brief
def test_figures_in_a_brief_stand_in_a_sentence_with_a_source(case):
    for text in case["sections"].values():
        for paragraph in text.strip().split("\n\n"):
            if NUMBER.search(MARKER.sub("", paragraph)):
                assert MARKER.search(paragraph), paragraph


@every_brief
def test_web_addresses_of_a_brief_are_absolute(case):
    urls = [source["url"] for source in case["sources"] if "url" in source]
    assert all(re.fullmatch(r"https?://[a-z0-9.-]+/\S+", url) for url in urls)


# Illustrative write-ups


@every_illustrative_case
def test_an_illustration_says_so_and_has_an_invented_author(case):
    assert case["form"] == "write_up"
    assert "invented" in case["editor_note"]
    assert case["author"] in AUTHORS
    assert "credit" not in case


def test_each_invented_author_wrote_one_illustration():
    assert {case["author"] for case in ILLUSTRATIVE.values()} == AUTHORS


@every_illustrative_case
def test_sources_of_an_illustration_are_invented_and_lead_nowhere(case):
    assert all(source["publisher"].endswith("(invented)") for source in case["sources"])
    assert [text for text in strings(case) if "://" in text or "www." in text] == []


@every_illustrative_case
def test_a_write_up_fills_the_template(case):
    assert set(case["sections"]) >= REQUIRED_SECTIONS
    assert case["size"]
    assert case["funding_models"]
    assert case["mandate"]


@every_illustrative_case
@pytest.mark.parametrize("section", WORDS)
def test_sections_of_a_write_up_keep_their_length(case, section):
    shortest, longest = WORDS[section]
    if section in case["sections"]:
        assert shortest <= words(case["sections"][section]) <= longest


@every_illustrative_case
def test_the_challenge_ends_with_a_decision(case):
    last = re.split(r"(?<=[.?])\s+", case["sections"]["challenge"].strip())[-1]
    assert "had to decide" in last


@every_illustrative_case
def test_a_write_up_shows_what_was_planned_and_what_came(case):
    assert {row["kind"] for row in case["results"]} == {"planned", "realised"}
    planned = [row for row in case["results"] if row["kind"] == "planned"]
    realised = [row for row in case["results"] if row["kind"] == "realised"]
    for plan in planned:
        assert [row for row in realised if (row["before"], row["unit"]) == (plan["before"], plan["unit"])]


def short_of(row, target):
    """Whether the figure after the change is worse than the target."""
    after, target = float(row["after"]), float(target)
    return after > target if row["better"] == "lower" else after < target


@every_illustrative_case
def test_a_write_up_owns_up_to_a_figure_that_disappoints(case):
    rows = case["results"]
    plans = {(row["before"], row["unit"]): row["after"] for row in rows if row["kind"] == "planned"}
    realised = [row for row in rows if row["kind"] == "realised"]
    worse_than_before = [row for row in realised if short_of(row, row["before"])]
    worse_than_planned = [
        row for row in realised if short_of(row, plans.get((row["before"], row["unit"]), row["after"]))
    ]
    assert worse_than_before + worse_than_planned


def test_illustrations_show_every_way_a_case_can_be_seen():
    audiences = [case["audience"] for case in ILLUSTRATIVE.values()]
    assert audiences.count("members") == 2
    assert all(case["teaser"] is (case["audience"] == "members") for case in ILLUSTRATIVE.values())
    asking = [case["advice_wanted"] for case in ILLUSTRATIVE.values() if "advice_wanted" in case]
    assert len(asking) in {2, 3}
    assert all(set(ask) == {"question", "background", "until_in_days"} for ask in asking)
    assert all(ask["until_in_days"] > 0 for ask in asking)


def test_cases_together_cover_the_five_challenges():
    assert {challenge for case in CASES.values() for challenge in case["challenges"]} == slugs("challenges")


# The article that calls for contributions


def test_the_iowa_recovery_center_is_an_article_and_no_case():
    _, front, body = (CONTENT / "pages/iowa-recovery-center.md").read_text(encoding="utf-8").split("---\n", 2)
    matter = yaml.safe_load(front)
    assert matter["title"]
    assert matter["summary"]
    assert (matter["slug"], matter["kind"]) == ("iowa-recovery-center", "article")
    assert "/cases/iowa-debt-offset/" in body
    assert not [case for case in CASES.values() if "recovery center" in case["title"].lower()]


def test_links_in_the_article_lead_to_cases_that_exist():
    body = (CONTENT / "pages/iowa-recovery-center.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(/cases/([a-z0-9-]+)/\)", body)
    assert linked
    assert set(linked) <= set(CASES)
