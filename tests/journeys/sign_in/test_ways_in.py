"""Ways in: a passkey, an authenticator app with recovery codes, an OpenID provider; and ways out."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.harness.openid_provider import PASSWORD as THEIR_PASSWORD
from tests.journeys.conftest import DESKTOP, NARROW, PHONE
from tests.journeys.sign_in.conftest import sign_in
from tests.second_factor import code_now

SETTINGS = "/settings/sign-in/"


def with_device(page: Page) -> Any:
    """Give the browser a device that keeps passkeys and knows who holds it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()


def mailed_code(portal: Any, address: str) -> str:
    mail = portal.wait_for_mail(address, "sign-in code")[-1]
    return re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.get_body(("plain",)).get_content())[0]


def looks_right(one: Any, shots: Path, name: str) -> None:
    """Axe finds nothing, and the page fits a desktop, a phone and 320 pixels; pictures for those who look."""
    for size in (DESKTOP, PHONE, NARROW):
        one.page.set_viewport_size({"width": size[0], "height": size[1]})
        assert not one.is_wider_than_window(), f"{name} at {size[0]}"
        one.page.screenshot(path=shots / f"{name}-{size[0]}.png", full_page=True)
    one.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert one.axe_violations() == [], name


@pytest.fixture
def shots(portal: Any) -> Path:
    folder = portal.data / "pictures"
    folder.mkdir(exist_ok=True)
    return folder


def test_a_member_adds_a_passkey_and_signs_in_with_it(visit, shots):
    one = visit(size=PHONE)
    page = one.page
    with_device(page)
    sign_in(page, "practitioner@example.org")
    page.goto(SETTINGS)
    looks_right(one, shots, "settings-bare")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").wait_for()
    looks_right(one, shots, "passkey-add")
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    looks_right(one, shots, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("heading", name="My phone").wait_for()
    looks_right(one, shots, "settings-passkey")

    sign_out(page)
    page.goto("/accounts/login/?next=/members/me/")
    looks_right(one, shots, "login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"localhost:\d+/members/me/$"))

    sign_out(page)
    sign_in(page, "practitioner@example.org")
    page.get_by_role("heading", name="Your second factor").wait_for()
    looks_right(one, shots, "second-step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))

    page.goto(SETTINGS)
    page.get_by_role("link", name="Rename My phone").click()
    page.get_by_label("Name of this passkey").wait_for()
    looks_right(one, shots, "passkey-rename")
    page.get_by_label("Name of this passkey").fill("Old phone")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove Old phone").click()
    page.get_by_role("heading", name="Remove “Old phone”?").wait_for()
    looks_right(one, shots, "passkey-remove")
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_text("The passkey is removed.").wait_for()


def test_a_passkey_that_is_refused_is_said_to_be(visit):
    one = visit()
    with_device(one.page)
    one.page.goto("/accounts/login/")
    one.page.get_by_role("button", name="Sign in with a passkey").click()
    one.page.get_by_text("That did not work, or was cancelled").wait_for()


def test_staff_set_up_an_app_and_come_back_with_a_recovery_code(visit, portal, shots):
    one = visit(size=PHONE, javascript=False)
    page = one.page
    sign_in(page, "staff@example.org")
    page.get_by_role("heading", name="Enter the code").wait_for()
    page.get_by_label("Code").fill(mailed_code(portal, "staff@example.org"))
    page.get_by_role("button", name="Confirm").click()
    page.goto("/manage/")
    page.get_by_role("heading", name="Set up a second factor").wait_for()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_text("Passkeys need JavaScript").wait_for()
    page.goto("/manage/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    key = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_text("This did not work").first.wait_for()
    assert "422" in one.problems.pop()  # the browser notes the answer to a wrong code
    assert page.locator("#key").inner_text().replace(" ", "") == key
    page.get_by_label("Code from the app").fill(code_now(key))
    page.get_by_role("button", name="Turn it on").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    assert codes[0] in Path(download.value.path()).read_text()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url("**/manage/")
    portal.wait_for_mail("staff@example.org", "An authenticator app was added")

    sign_out(page)
    sign_in(page, "staff@example.org")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(SETTINGS)
    page.get_by_role("heading", name="9 codes left").wait_for()
    portal.wait_for_mail("staff@example.org", "A recovery code was used")

    page.goto("/manage/second-factor/")
    page.get_by_role("heading", name="Lost second factors").wait_for()
    page.goto("/cms/")
    assert page.url.endswith("/cms/")


def test_the_pages_of_staff_look_right(visit, portal, shots):
    one = visit()
    page = one.page
    sign_in(page, "lead@example.org")
    page.get_by_label("Code").fill(mailed_code(portal, "lead@example.org"))
    looks_right(one, shots, "mailed-code")
    page.get_by_role("button", name="Confirm").click()
    page.goto("/groups/")
    looks_right(one, shots, "second-factor-first")
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_label("Code from the app").wait_for()
    looks_right(one, shots, "app-add")
    key = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(code_now(key))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("button", name="I have kept them").click()
    page.goto(SETTINGS)
    looks_right(one, shots, "settings-full")
    page.get_by_role("link", name="Remove the app").click()
    page.get_by_text("Your role needs a second factor").wait_for()
    looks_right(one, shots, "app-stays")
    page.goto("/accounts/recovery-codes/new/")
    looks_right(one, shots, "codes-new")
    page.goto("/accounts/password/change/")
    page.get_by_role("button", name="Show the password").first.click()
    assert page.locator("#id_oldpassword").get_attribute("type") == "text"
    looks_right(one, shots, "password-change")


def test_somebody_new_comes_by_the_provider_and_asks_to_join(visit, portal, shots):
    one = visit(size=PHONE)
    page = one.page
    page.goto("/accounts/login/")
    assert one.problems == []
    page.get_by_role("button", name="Sign in with Agency ID").click()
    page.wait_for_url("http://127.0.0.1:*/**")
    page.locator("input[name=login]").fill("nadia@agency.example")
    page.locator("input[name=password]").fill(THEIR_PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.get_by_role("heading", name="One more page").wait_for()
    one.problems.clear()  # their pages are not ours
    looks_right(one, shots, "join-with")
    page.get_by_label("Organisation").fill("Tamarack County")
    page.get_by_label("Practitioner").check()
    page.get_by_label("Why you want to join").fill("We price our services anew next spring.")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name="Your request is being looked at").wait_for()
    page.goto(SETTINGS)
    page.get_by_text("Connected as nadia@agency.example").wait_for()


def test_a_session_elsewhere_is_ended_from_the_settings(visit):
    here, there = visit(), visit(size=PHONE)
    for one in (here, there):
        sign_in(one.page, "provider@example.org")
        one.page.wait_for_url(re.compile(r"localhost:\d+/$"))
    here.page.goto(SETTINGS)
    here.page.locator(".settings").get_by_role("button", name=re.compile("^Sign out ")).click()
    here.page.get_by_text("That browser is signed out.").wait_for()
    there.page.goto("/members/me/")
    assert "/accounts/login/" in there.page.url
    here.page.goto("/members/me/")
    assert here.page.url.endswith("/members/me/")
