"""People talk between meetings, on a phone: open a discussion, answer, name somebody, take part without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Visit

GROUP = "/groups/business-case-and-funding/"
LEAD, PRACTITIONER, PROVIDER = "lead@example.org", "practitioner@example.org", "provider@example.org"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_lead_opens_a_discussion_and_a_member_answers(javascript: bool, visit: Callable[..., Visit]) -> None:
    title = f"Who writes the price list {'with' if javascript else 'without'} script?"
    one = visit(LEAD, size=PHONE, javascript=javascript)
    page = one.go(GROUP)
    page.get_by_role("navigation", name="This group").get_by_role("link", name="Discussion").click()
    page.get_by_role("link", name="Open a discussion").first.click()
    expect(page.get_by_text("Anybody can read this, also without an account.")).to_be_visible()
    page.get_by_label("Your post").fill("We ask @ilinca-dragomirescu-tara and everybody.\n\n- nine prices\n- one page")
    page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words what it is about.")
    assert "nine prices" in page.get_by_label("Your post").input_value()
    one.problems.clear()  # the browser reports the 422 itself
    page.get_by_label("What is it about?").fill(title)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="This is how it will look")).to_be_visible()
    expect(page.locator("#preview").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("status").first).to_contain_text("Your discussion is open.")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert not one.is_wider_than_window() if javascript else True
    address = page.url.split("#")[0]

    other = visit(PRACTITIONER, size=PHONE, javascript=javascript)
    page = other.page
    notice = page.get_by_role("link", name=title).first
    for _try in range(40):  # the worker needs a moment
        other.go("/notifications/")
        if notice.count():
            break
        page.wait_for_timeout(500)
    notice.click(position={"x": 5, "y": 5})  # the middle of a link of two lines is beside it
    assert page.url.split("#")[0] == address
    expect(page.get_by_role("link", name="@Ilinca Dragomirescu-Țara")).to_be_visible()
    page.get_by_role("link", name="Reply to post 1").click()
    expect(page.get_by_role("heading", name="You answer post 1 by Siobhan Tregarth")).to_be_visible()
    page.get_by_label("Your reply").fill("I have one from **2024**.")
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("status").first).to_contain_text("Your reply is posted.")
    _mend_own_post(page)
    _mute(page, address)

    page = one.go(address)
    page.get_by_role("button", name="Close the discussion").click()
    expect(page.get_by_text("closed this discussion on")).to_be_visible()
    page = other.go(address)
    expect(page.get_by_label("Your reply")).to_have_count(0)


def _mend_own_post(page: Page) -> None:
    answer = page.get_by_role("article", name="Post 2 by Ilinca Dragomirescu-Țara")
    expect(answer.get_by_text("In reply to")).to_be_visible()
    answer.get_by_role("link", name="Edit post 2").click()
    page.get_by_label("Your post").fill("I have one from **2025**.")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("article", name="Post 2")).to_contain_text("2025")


def _mute(page: Page, address: str) -> None:
    page.locator("summary", has_text="change how much you hear").click()
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("status").first).to_contain_text("You hear nothing more of this conversation.")
    assert page.url.split("#")[0] == address
    expect(page.locator("summary", has_text="Muted")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_discussion_has_no_axe_violation(size: tuple[int, int], scheme: str, visit: Callable[..., Visit]) -> None:
    one = visit(PRACTITIONER, size=size, scheme=scheme)
    page = one.go(f"{GROUP}discussion/")
    page.get_by_role("link", name="Do you count wages").click()
    assert one.axe_violations() == []
    assert not one.is_wider_than_window()
    page.get_by_role("link", name="Reply to post 3").click()
    page.get_by_label("Your reply").fill(
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n" + "long" * 80 + "\n\n    code " + "x" * 300
    )
    page.get_by_role("button", name="Preview").click()
    assert one.axe_violations() == []
    assert not one.is_wider_than_window()
    page.get_by_role("link", name="Back to the discussion").click()
    page.get_by_role("link", name="Withdraw post 2").click()
    assert one.axe_violations() == []


def test_a_visitor_reads_and_is_shown_the_way_in(visit: Callable[..., Visit]) -> None:
    page = visit(size=PHONE).go(f"{GROUP}discussion/")
    page.get_by_role("link", name="Do you count wages").click()
    expect(page.get_by_role("link", name="Sign in to take part")).to_be_visible()
    expect(page.get_by_label("Your reply")).to_have_count(0)
