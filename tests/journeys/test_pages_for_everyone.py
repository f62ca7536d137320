"""Every page type: no axe violation in light and dark, nothing wider than the window at 320 px, no report."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import DESKTOP, NARROW, PHONE, Visit

STAFF, LEAD, PRACTITIONER = "staff@example.org", "lead@example.org", "practitioner@example.org"
GROUP = "/groups/business-case-and-funding/"
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
    (PRACTITIONER, "/notifications/"),
    (PRACTITIONER, "/settings/notifications/"),
    (LEAD, "/"),
    (LEAD, f"{GROUP}meetings/new/"),
    (LEAD, f"{GROUP}edit/"),
    (STAFF, "/manage/"),
    (STAFF, "/manage/join-requests/"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("account", "path"), PAGES)
def test_axe_finds_nothing(account: str, path: str, scheme: str, visit: Callable[..., Visit]) -> None:
    one = visit(account, size=DESKTOP if scheme == "light" else PHONE, scheme=scheme)
    one.go(path)
    if path == "/no-such-page/":
        one.problems.clear()  # the browser reports the 404 itself
    assert one.axe_violations() == []


@pytest.mark.parametrize(("account", "path"), PAGES)
def test_nothing_is_wider_than_a_narrow_window(account: str, path: str, visit: Callable[..., Visit]) -> None:
    one = visit(account, size=NARROW)
    one.go(path)
    if path == "/no-such-page/":
        one.problems.clear()
    assert not one.is_wider_than_window()


@pytest.mark.parametrize("path", ["/", "/cases/", "/groups/business-case-and-funding/", "/accounts/login/"])
def test_the_first_tab_leads_past_the_masthead(path: str, visit: Callable[..., Visit]) -> None:
    page = visit().go(path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
