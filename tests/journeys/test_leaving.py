"""A member takes their data along and leaves; nobody finds them any more."""

import json
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo.accounts import PASSWORD
from tests.journeys.conftest import PHONE, Portal, Visit

MAKE = """
from allauth.account.models import EmailAddress
from django.utils import timezone
from members.models import Profile, User
person = User.objects.create_user(email="{address}", password="{password}", name="Leaver Lindqvist", standing="member")
EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
Profile.objects.create(user=person, handle="{handle}", shown_to="public", member_since=timezone.now())
"""
FORTNIGHT_OVER = """
from django.utils import timezone
from members.models import Departure
assert Departure.objects.filter(person__email="{address}").update(due_at=timezone.now()) == 1
"""


def _make(portal: Portal, address: str, handle: str) -> None:
    portal.manage("shell", "-c", MAKE.format(address=address, handle=handle, password=PASSWORD))


def _sign_in(page: Page, address: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").first.fill(address)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _say_it_is_me(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_member_exports_then_leaves(javascript: bool, visit: Callable[..., Visit], portal: Portal) -> None:
    handle = f"leaver-{'script' if javascript else 'plain'}"
    address = f"{handle}@example.org"
    _make(portal, address, handle)
    one = visit(size=PHONE, javascript=javascript)
    page = one.page
    _sign_in(page, address)
    page.goto("/settings/data/")
    assert not javascript or one.axe_violations() == []
    page.get_by_role("button", name="Put my data together").click()
    expect(page.get_by_text("You get a mail when the file is ready.").first).to_be_visible()
    portal.wait_for_mail(address, "The file with your data is ready")
    page.goto("/settings/data/")
    page.get_by_role("link", name="Download my data").click()
    with page.expect_download() as download:
        _say_it_is_me(page)
    with zipfile.ZipFile(download.value.path()) as archive:
        assert json.loads(archive.read("data/account.json"))[0]["email"] == address

    page.goto("/settings/leave/")
    assert not javascript or one.axe_violations() == []
    page.get_by_label("I want to leave").check()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("heading", name="You are leaving")).to_be_visible()
    assert visit().context.request.get(f"/members/{handle}/").status == 404
    page.get_by_role("button", name="I stay after all").click()
    assert visit().context.request.get(f"/members/{handle}/").status == 200

    page.goto("/settings/leave/")
    page.get_by_label("I want to leave").check()
    page.get_by_role("button", name="Leave", exact=True).click()
    portal.manage("shell", "-c", FORTNIGHT_OVER.format(address=address))
    portal.manage("drain")
    again = visit(javascript=javascript).page
    _sign_in(again, address)
    expect(again.get_by_text("The address or the password is not right")).to_be_visible()


def test_leaving_without_the_tick_is_refused(visit: Callable[..., Visit], portal: Portal) -> None:
    _make(portal, "tickless@example.org", "tickless")
    one = visit(javascript=False)
    page = one.page
    _sign_in(page, "tickless@example.org")
    page.goto("/settings/leave/")
    _say_it_is_me(page)
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_text("Tick this if you want to leave.").first).to_be_visible()
    one.problems.clear()  # the browser reports the 422 itself
