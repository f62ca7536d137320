"""A visitor asks to join, proves the address with the code of the mail, is approved by staff, and comes in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Portal, Visit

with_and_without_javascript = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


@with_and_without_javascript
def test_a_visitor_joins_and_is_approved(javascript: bool, visit: Callable[..., Visit], portal: Portal) -> None:
    suffix = "script" if javascript else "plain"
    name, address = f"Nils {suffix.title()}-Joiner", f"nils-{suffix}@little-library.example"
    newcomer = visit(size=PHONE, javascript=javascript)
    page = newcomer.go("/")
    page.get_by_role("link", name=re.compile("join", re.IGNORECASE)).first.click()
    _ask_to_join(page, name, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your address")
    mail = portal.wait_for_mail(address, "Confirm your request to join")[0]
    code = re.search(r"^[A-Z0-9]{4}-?[A-Z0-9]{4}$", mail.get_body(("plain",)).get_content(), re.MULTILINE)
    assert code
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request is being looked at")

    desk = visit("staff@example.org", javascript=javascript).go("/manage/")
    requests = desk.get_by_role("region", name="Requests to join")
    requests.get_by_role("link", name="All of them").click()
    desk.locator("section", has_text=name).get_by_role("link", name="Decide").last.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(name)
    expect(desk.locator("main")).to_contain_text("We count loans by hand")
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.get_by_role("status").first).to_contain_text(name)

    portal.wait_for_mail(address, "Welcome to the")
    page = newcomer.go("/")
    expect(
        page.get_by_role("navigation", name="Main").or_(page.locator("summary", has_text="Menu")).first
    ).to_be_visible()
    page = newcomer.go("/members/me/welcome/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which challenge is yours?")
    for _step in range(4):  # three steps and a choice, each can be skipped
        page.get_by_role("button", name="Skip this step").click()
    page = newcomer.go("/members/me/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _ask_to_join(page: Page, name: str, address: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Join the community")
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Organisation").fill("The Little Library of Larch")
    page.get_by_label("Practitioner").check()
    page.get_by_label("Why you want to join").fill("We count loans by hand, and would like to stop.")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password", exact=True).fill("ferry timetable nine herons")
    page.get_by_role("button", name="Ask to join").click()
