"""The three people the portal is for, each doing their job from sign-in to the mail that arrives; with and without
JavaScript.

A practitioner finds a case and a peer; a working-group lead posts an agenda from a phone; programme staff publish
a case that a colleague wrote. Whoever is concerned hears of it by mail, once.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from demo.accounts import PASSWORD
from tests.journeys.conftest import PHONE, Portal, Visit

GROUP = "/groups/business-case-and-funding/"
with_and_without_javascript = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


# A member of the group, with all mails of the day still to come: the printed accounts have had some of theirs.
READER = """
from allauth.account.models import EmailAddress
from django.utils import timezone
from members.models import Profile, User
from workinggroups import operations
from workinggroups.models import WorkingGroup
group = WorkingGroup.objects.get(slug="business-case-and-funding")
person = User.objects.create_user(email="{address}", password="{password}", name="Rea Reader", standing="member",
    time_zone="Europe/Bucharest")
EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
Profile.objects.create(user=person, handle="{handle}", member_since=timezone.now())
operations.join(group=group, kind="practitioner", by=person, at=timezone.now())
"""
# A colleague changes a case and hands it in, as she would in the editors' area.
HAND_IN = """
from django.utils import timezone
from cases import operations
from cases.models import Case
from demo.cases import EDITOR
from members.models import User
from portal.follows.operations import follow
from portal.notifications.operations import set_level
case = Case.objects.get(slug="nine-districts-one-contact-centre")
if case.workflow_in_progress:
    case.current_workflow_state.cancel()
editor = User.objects.get(email=EDITOR["email"])
follow(channel=case.channel, by=editor, at=timezone.now())
set_level(channel=case.channel, level="everything", by=editor, at=timezone.now())
draft = case.get_latest_revision_as_object()
draft.title = "{title}"
operations.save_draft(case=draft, by=editor, at=timezone.now())
operations.submit_for_review(case=Case.objects.get(pk=case.pk), by=editor, at=timezone.now())
"""


def sign_in(page: Page, address: str) -> None:
    """Through the door, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")


@with_and_without_javascript
def test_a_practitioner_finds_a_case_and_a_peer(javascript: bool, visit: Callable[..., Visit]) -> None:
    page = visit(javascript=javascript).page
    sign_in(page, "practitioner@example.org")
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
    page.get_by_role("searchbox").fill("payroll")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator("input[name=level][value=state]").check()
    page.get_by_role("button", name="Show results").click()
    assert "level=state" in page.url
    assert "q=payroll" in page.url
    expect(page.get_by_role("list", name="Chosen filters")).to_contain_text("State, province or territory")
    page.get_by_role("link", name="One payroll for eleven agencies", exact=False).first.click()

    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()
    page.locator("summary", has_text="change how much you hear").click()  # the practitioner follows it already
    page.get_by_role("button", name="Stop following").click()
    expect(page.get_by_role("status").first).to_contain_text("You no longer follow")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("You follow")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Members").click()
    page.get_by_role("searchbox").fill("parallel runs")
    page.get_by_role("button", name="Search", exact=True).click()
    person = page.locator("#results .byline__name").first
    name = person.inner_text()
    person.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name="Ask me about")).to_be_visible()
    assert "@" not in page.locator("main").inner_text()


@with_and_without_javascript
def test_a_lead_posts_an_agenda_from_a_phone(javascript: bool, visit: Callable[..., Visit], portal: Portal) -> None:
    suffix = "with" if javascript else "without"
    title, reader = f"Baseline rules {suffix} script", f"reader-{suffix}@example.org"
    portal.manage(
        "shell", "--no-imports", "-c", READER.format(address=reader, handle=f"reader-{suffix}", password=PASSWORD)
    )
    one = visit(size=PHONE, javascript=javascript)
    page = one.page
    sign_in(page, "lead@example.org")
    page.goto(GROUP)
    page.get_by_role("link", name="New meeting").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Date").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.get_by_label("Starts at").fill("15:00")
    page.get_by_label("Length in minutes").fill("60")
    _fill_point(page, 0, "What counts as cost", 20)
    page.get_by_role("button", name="Add a point").click()
    _fill_point(page, 1, "Which year is the base", 25)
    page.get_by_role("button", name="Add a point").click()
    _fill_point(page, 2, "To be taken away", 5)
    page.locator("[data-do=remove]").nth(2).click()
    page.locator("[data-do=up]").nth(1).click()
    assert _points(page) == ["Which year is the base", "What counts as cost"]
    assert page.get_by_label("Title").input_value() == title
    assert not one.is_wider_than_window() if javascript else True
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").first).to_contain_text("draft", ignore_case=True)
    address = page.url.replace("edit/", "")

    practitioner = visit("practitioner@example.org", javascript=javascript)
    hidden = practitioner.page.goto(address)
    assert hidden is not None
    assert hidden.status == 404
    practitioner.problems.clear()  # the browser reports the 404 itself

    page.goto(f"{address}edit/")
    page.get_by_role("button", name="Review and publish").click()
    expect(page.get_by_role("heading", name="Who will be told").first).to_be_visible()
    page.get_by_role("button", name="Publish and tell").click()
    expect(page.get_by_role("status").first).to_contain_text("will hear of it")

    mails = portal.wait_for_mail(reader, title)
    assert len(mails) == 1
    assert mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mails[0].get_body(("plain",)).get_content()
    assert "Which year is the base" in text
    assert "Bucharest" in text
    assert portal.mails_to("lead@example.org") == [] or all(
        title not in str(mail["Subject"]) for mail in portal.mails_to("lead@example.org")
    )

    _stop_by_the_link(visit(javascript=javascript).page, str(mails[0]["List-Unsubscribe"]).strip().strip("<>"))

    practitioner.page.goto(address)
    expect(practitioner.page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(practitioner.page.locator("main")).to_contain_text("Bucharest time")
    calendar = practitioner.context.request.get(f"{portal.url}/meetings/{_number(address)}.ics").text()
    assert title in calendar.replace("\r\n ", "")


def _fill_point(page: Page, position: int, title: str, minutes: int) -> None:
    page.get_by_label("Point", exact=True).nth(position).fill(title)
    page.get_by_label("Minutes", exact=True).nth(position).fill(str(minutes))


def _points(page: Page) -> list[str]:
    fields = page.get_by_label("Point", exact=True)
    return [fields.nth(position).input_value() for position in range(fields.count())]


def _number(address: str) -> str:
    return address.rstrip("/").rsplit("/", 1)[-1].split("-", 1)[0]


@with_and_without_javascript
def test_staff_publish_a_case_that_a_colleague_wrote(
    javascript: bool, visit: Callable[..., Visit], portal: Portal
) -> None:
    title = f"Nine districts, read {'with' if javascript else 'without'} script"
    portal.manage("shell", "--no-imports", "-c", HAND_IN.format(title=title))
    page = visit("staff@example.org", javascript=javascript).page
    page.goto("/manage/")
    page.get_by_role("region", name="Cases waiting for review").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", name="Key facts")).to_be_visible()

    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what has to change")
    page.get_by_role("button", name="Approve and publish").click()
    expect(page.get_by_role("status").first).to_contain_text("The case is published")

    reader = visit(javascript=javascript).page
    reader.goto("/cases/?sort=newest")
    expect(reader.locator("#results")).to_contain_text(title)
    editor = "marit.oyelaran-voss@programme-office.example"
    told = portal.wait_for_mail(editor, title)
    assert len(told) == 1
    assert re.fullmatch(r"<case-\d+\.localhost>", str(told[0]["List-Id"]).strip())
    # Whoever published was asked to review it before, and is not told of what they did themselves.
    asked = [mail for mail in portal.mails_to("staff@example.org") if title in str(mail["Subject"])]
    assert [mail["List-Id"] for mail in asked] == [None]


def test_staff_find_the_editor_behind_the_desk(visit: Callable[..., Visit]) -> None:
    one = visit("staff@example.org")
    one.page.goto("/cms/snippets/cases/case/")
    expect(one.page.get_by_role("heading", name="Cases")).to_be_visible()
    one.problems.clear()  # the editors' area is Wagtail's, with a policy of its own


def _stop_by_the_link(page: Page, link: str) -> None:
    """The link of a mail stops its kind, for somebody who is not signed in."""
    page.goto(link)
    page.get_by_role("button", name="No more mail of the kind").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("no more of these mails")
