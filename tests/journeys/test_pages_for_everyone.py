"""Every page type: no axe violation, light on a desk and dark on a phone; at 320 px nothing is wider; no report."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import DESKTOP, NARROW, PHONE, Visit

STAFF, LEAD, PRACTITIONER = "staff@example.org", "lead@example.org", "practitioner@example.org"
GROUP = "/groups/business-case-and-funding/"
NEXT = f"{GROUP}meetings/next/"
PAGES = [
    ("", "/"),
    ("", "/cases/"),
    ("", "/cases/?q=nothing-holds-this-word"),
    ("", "/cases/grants-gov/"),
    ("", "/cases/one-payroll-for-eleven-agencies/"),
    ("", "/members/"),
    ("", "/groups/"),
    ("", GROUP),
    ("", f"{GROUP}meetings/"),
    ("", f"{GROUP}discussion/"),
    ("", "/meetings/"),
    ("", "/kits/"),
    ("", "/kits/starter-kit/"),
    ("", "/glossary/"),
    ("", "/glossary/baseline/"),
    ("", "/plan/"),
    ("", "/about/"),
    ("", "/help/"),
    ("", "/join/"),
    ("", "/accounts/login/"),
    ("", "/accounts/login/code/"),
    ("", "/accounts/password/reset/"),
    ("", "/dev/mail/"),
    ("", "/no-such-page/"),
    (PRACTITIONER, "/"),
    (PRACTITIONER, "/cases/"),
    (PRACTITIONER, "/cases/one-payroll-for-eleven-agencies/"),
    (PRACTITIONER, "/members/"),
    (PRACTITIONER, "/members/siobhan-tregarth/"),
    (PRACTITIONER, "/members/me/"),
    (PRACTITIONER, "/members/me/edit/"),
    (PRACTITIONER, f"{GROUP}members/"),
    (PRACTITIONER, f"{GROUP}discussion/new/"),
    (PRACTITIONER, "/cases/charging-back-without-a-revolt/discussion/"),
    (PRACTITIONER, "/notifications/"),
    (PRACTITIONER, "/settings/notifications/"),
    (LEAD, "/"),
    (LEAD, f"{GROUP}meetings/new/"),
    (LEAD, f"{GROUP}edit/"),
    (LEAD, f"{NEXT} edit/"),
    (LEAD, f"{NEXT} cancel/"),
    (STAFF, "/manage/"),
    (STAFF, "/manage/join-requests/"),
    (STAFF, "/manage/suspended/"),
    (STAFF, "/manage/given-up/"),
    (STAFF, "/manage/mail/"),
    (STAFF, "/manage/cases/four-towns-one-garage/"),
    (STAFF, "/manage/cases/four-towns-one-garage/review/"),
    (STAFF, "/members/siobhan-tregarth/suspend/"),
    (STAFF, "/groups/new/"),
    (STAFF, f"{GROUP}appoint/"),
]


@pytest.mark.parametrize(("account", "path"), PAGES)
def test_everybody_can_use_it(account: str, path: str, visit: Callable[..., Visit]) -> None:
    one = visit(account, size=DESKTOP, scheme="light")
    _open(one, path)
    assert one.axe_violations() == []
    one.page.emulate_media(color_scheme="dark")
    one.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert one.axe_violations() == []
    one.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert not one.is_wider_than_window()


def _open(one: Visit, path: str) -> None:
    """Open an address; "A B" is the address B below wherever A leads."""
    address, _space, below = path.partition(" ")
    page = one.go(address)
    if below:
        one.go(f"{page.url}{below}")
    if path == "/no-such-page/":
        one.problems.clear()  # the browser reports the 404 itself
    else:
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", ["/", "/cases/", "/groups/business-case-and-funding/", "/accounts/login/"])
def test_the_first_tab_leads_past_the_masthead(path: str, visit: Callable[..., Visit]) -> None:
    page = visit().go(path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
