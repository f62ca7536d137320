"""What the demonstration's members write: every reference resolves, in an order that can have happened."""

import pytest

from portal.discussions.mentions import handles_in
from portal.discussions.models import BODY_LENGTH, TITLE_LENGTH
from tests.demo.test_people_content import ACCOUNTS, CONTENT, GROUPS, PEOPLE, load

DISCUSSIONS = load(CONTENT / "discussions.yaml")
HANDLES = {person["handle"] for person in PEOPLE}
MEMBERS = {group["slug"]: set(group["members"]) for group in GROUPS}
CASES = {path.stem for path in (CONTENT / "cases").glob("*.yaml")}
KEYS = [row["key"] for row in DISCUSSIONS]


def test_each_group_holds_two_and_two_cases_or_fewer_are_asked_about():
    held = [row["in"] for row in DISCUSSIONS if "in" in row]
    assert {slug: held.count(slug) for slug in MEMBERS} == dict.fromkeys(MEMBERS, 2)
    assert len(KEYS) == len(set(KEYS))


@pytest.mark.parametrize("row", DISCUSSIONS, ids=KEYS)
def test_every_reference_of_a_discussion_resolves(row):
    assert ("in" in row) != ("case" in row)
    assert row.get("case", "") in CASES | {""}
    writers = MEMBERS[row["in"]] if "in" in row else HANDLES
    assert 0 < len(row["title"]) <= TITLE_LENGTH
    for number, post in enumerate(row["posts"], 1):
        assert post["by"] in writers, post["by"]
        assert set(handles_in(post["text"])) <= HANDLES - {post["by"]}
        assert 0 < len(post["text"]) <= BODY_LENGTH
        assert post.get("answers", 0) < number


@pytest.mark.parametrize("row", DISCUSSIONS, ids=KEYS)
def test_posts_follow_each_other(row):
    hours = [post["hours_ago"] for post in row["posts"]]
    assert hours == sorted(hours, reverse=True)
    assert len(set(hours)) == len(hours)
    assert hours[-1] > 0


def test_every_demonstration_account_is_named_by_somebody():
    handles = {person["account"]: person["handle"] for person in PEOPLE if "account" in person}
    told = [post["text"] for row in DISCUSSIONS for post in row["posts"] if post.get("tell")]
    named = {handle for text in told for handle in handles_in(text)}
    assert set(handles) == set(ACCOUNTS)
    assert set(handles.values()) <= named
