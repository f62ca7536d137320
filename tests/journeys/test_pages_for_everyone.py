"""Every page type: no axe violation, light on a desk and dark on a phone; at 320 px nothing is wider; no report."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import DESKTOP, NARROW, PHONE, Visit

STAFF, LEAD = "staff@example.org", "lead@example.org"
PRACTITIONER, PROVIDER = "practitioner@example.org", "provider@example.org"
GROUP = "/groups/business-case-and-funding/"
NEXT = f"{GROUP}meetings/next/"
PAGES = {
    "": [
        "/",
        "/cases/",
        "/cases/?q=nothing-holds-this-word",
        "/cases/grants-gov/",
        "/cases/one-payroll-for-eleven-agencies/",
        "/members/",
        "/members/siobhan-tregarth/",
        "/members/spokespeople/",
        "/members/who-sees-what/",
        "/groups/",
        GROUP,
        f"{GROUP}meetings/",
        f"{GROUP}discussion/",
        "/meetings/",
        "/kits/",
        "/kits/starter-kit/",
        "/glossary/",
        "/glossary/baseline/",
        "/plan/",
        "/about/",
        "/help/",
        "/join/",
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/dev/mail/",
        "/no-such-page/",
    ],
    PRACTITIONER: [
        "/",
        "/cases/",
        "/cases/one-payroll-for-eleven-agencies/",
        "/members/",
        "/members/?kind=practitioner&q=payroll",
        "/members/siobhan-tregarth/",
        "/members/siobhan-tregarth/write/",
        "/members/haroon-bexley-qadir/introduce/",
        "/members/me/",
        "/members/me/edit/",
        "/members/me/photo/",
        "/members/me/as/public/",
        "/members/me/as/provider/",
        "/members/me/contact/",
        "/members/me/invitations/",
        "/members/me/spokesperson/",
        "/members/me/welcome/challenge/",
        "/members/me/welcome/offer/",
        "/members/me/welcome/peers/",
        "/members/me/welcome/notices/",
        "/members/peers/",
        "/members/introductions/",
        "/members/messages/",
        "/members/messages/1/",
        "/members/office-hours/",
        "/members/office-hours/1/",
        "/members/office-hours/bookings/1/",
        "/members/office-hours/offer/",
        "/members/spokespeople/",
        "/members/listed/",
        "/members/listed/1/",
        "/members/organisations/wealdshire-county-council/",
        "/members/who-sees-what/",
        f"{GROUP}members/",
        f"{GROUP}discussion/new/",
        "/cases/charging-back-without-a-revolt/discussion/",
        "/notifications/",
        "/settings/notifications/",
        "/settings/data/",
        "/settings/leave/",
        "/settings/display/",
        "/settings/sign-in/",
        "/accounts/email/",
        "/accounts/password/change/",
    ],
    PROVIDER: ["/members/me/", "/members/", "/members/peers/", "/members/siobhan-tregarth/", "/members/introductions/"],
    LEAD: [
        "/",
        "/members/introductions/",
        "/members/introductions/2/",
        f"{GROUP}meetings/new/",
        f"{GROUP}edit/",
        f"{NEXT} edit/",
        f"{NEXT} cancel/",
    ],
    STAFF: [
        "/manage/",
        "/manage/join-requests/",
        "/manage/join-requests/1/",
        "/manage/invitations/",
        "/manage/organisations/",
        "/manage/organisations/new/",
        "/manage/organisations/wealdshire-county-council/",
        "/manage/imports/",
        "/manage/imports/1/",
        "/manage/claims/",
        "/manage/merge/",
        "/manage/reports/",
        "/manage/spokespeople/",
        "/manage/second-factor/",
        "/manage/suspended/",
        "/manage/given-up/",
        "/manage/mail/",
        "/manage/announcements/",
        "/manage/announcements/new/",
        "/manage/announcements/1/",
        "/manage/announcements/2/",
        "/manage/cases/four-towns-one-garage/",
        "/manage/cases/four-towns-one-garage/review/",
        "/members/siobhan-tregarth/edit/",
        "/members/siobhan-tregarth/suspend/",
        "/groups/new/",
        f"{GROUP}appoint/",
    ],
}
# A window is opened for so many pages: opening one takes longer than looking at a page.
AT_A_TIME = 8
BATCHES = [
    pytest.param(account, paths[start : start + AT_A_TIME], id=f"{account.partition('@')[0] or 'visitor'}-{start}")
    for account, paths in PAGES.items()
    for start in range(0, len(paths), AT_A_TIME)
]


@pytest.mark.parametrize(("account", "paths"), BATCHES)
def test_everybody_can_use_it(account: str, paths: list[str], visit: Callable[..., Visit]) -> None:
    one, faults = visit(account), []
    for path in paths:
        faults += [f"{path}: {fault}" for fault in _faults(one, path)]
    assert faults == []


def _faults(one: Visit, path: str) -> list[str]:
    one.page.emulate_media(color_scheme="light")
    one.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    _open(one, path)
    faults = one.axe_violations()
    one.page.emulate_media(color_scheme="dark")
    one.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    faults += [f"dark, on a phone: {fault}" for fault in one.axe_violations()]
    one.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    wide = ["wider than 320 px"] if one.is_wider_than_window() else []
    reported, one.problems[:] = list(one.problems), []
    return faults + wide + reported


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
