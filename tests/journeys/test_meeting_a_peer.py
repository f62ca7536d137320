"""A member completes a profile, hides a field, looks at it as others do, finds a peer, and is introduced.

Three times: with a mouse and a script, without a script, and with nothing but the keyboard.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from demo.accounts import PASSWORD
from tests.journeys.conftest import Portal, Visit

# What one of the two looks for and the other can be asked about, in words that nobody else here uses.
MAKE = """
from allauth.account.models import EmailAddress
from django.utils import timezone
from members import operations
from members.models import Expertise, Organisation, Profile, User
first, second = Organisation.objects.order_by("pk")[:2]
for name, organisation in (("Seeker", first), ("Helper", second)):
    handle = name.lower() + "-{suffix}"
    person = User.objects.create_user(email=handle + "@example.org", password="{password}",
        name=name + " {suffix}".title(), standing="member")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    profile = Profile.objects.create(user=person, handle=handle, role="Keeper of ledgers", organisation=organisation,
        member_since=timezone.now())
    if name == "Helper":
        (subject,) = operations.subjects_called(["{subject}"])
        Expertise.objects.create(content_object=profile, tag=subject)
operations.reindex(Profile.objects.filter(handle__endswith="-{suffix}"))
"""
BIO = "I keep what nobody else kept, in eleven boxes."
MOST_TABS = 250


@dataclass
class Mouse:
    """Somebody who points and clicks."""

    page: Page

    def click(self, target: Locator) -> None:
        target.click()

    def fill(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator, option: str) -> None:
        target.select_option(label=option)


@dataclass
class Keyboard:
    """Somebody who presses Tab until it is there: what cannot be reached so fails the journey."""

    page: Page

    def click(self, target: Locator) -> None:
        self._go_to(target)
        self.page.keyboard.press("Enter")

    def fill(self, target: Locator, text: str) -> None:
        self._go_to(target)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, target: Locator, option: str) -> None:
        self._go_to(target)
        self.page.keyboard.type(option)
        expect(target.locator("option:checked")).to_have_text(option)

    def _go_to(self, target: Locator) -> None:
        target.wait_for()
        for _press in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
                assert outline != "none", "what has the focus shows it"
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not lead to {target}")


def _sign_in(page: Page, address: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").first.fill(address)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", level=1, name="Good").wait_for()


@pytest.mark.parametrize("way", ["javascript", "plain", "keyboard"])
def test_a_member_completes_a_profile_and_is_introduced(way: str, visit: Callable[..., Visit], portal: Portal) -> None:
    subject = f"zeppelin ledgers {way}"
    portal.manage("shell", "--no-imports", "-c", MAKE.format(suffix=way, subject=subject, password=PASSWORD))
    seeker, helper = f"seeker-{way}@example.org", f"helper-{way}@example.org"
    page = visit(javascript=way != "plain").page
    hands = (Keyboard if way == "keyboard" else Mouse)(page)
    _sign_in(page, seeker)
    _complete(page, hands, subject)
    _hide(page, hands)
    _ask(page, hands, way)

    portal.wait_for_mail(helper, "A member asks to be introduced to you")
    other = visit(javascript=way != "plain").page
    _sign_in(other, helper)
    _accept(other, (Keyboard if way == "keyboard" else Mouse)(other), seeker)
    portal.wait_for_mail(seeker, "Your request for an introduction is accepted")
    page.goto("/members/introductions/")
    hands.click(page.get_by_role("link", name=re.compile("^Open")))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"You and Helper {way.title()} are introduced")
    expect(page.get_by_role("link", name=helper)).to_be_visible()


def _complete(page: Page, hands: Mouse | Keyboard, subject: str) -> None:
    """From the line that says what is missing to the very field."""
    page.goto("/members/me/")
    complete = page.get_by_role("region", name=re.compile(r"Your profile is \d+ % complete"))
    hands.click(complete.get_by_role("link", name="what you are looking for"))
    page.wait_for_url("**/members/me/edit/#id_looking_for")
    field = page.get_by_role("textbox", name="I am looking for")
    expect(field).to_be_in_viewport()
    hands.fill(field, subject)
    hands.fill(page.get_by_role("textbox", name="About you"), BIO)
    hands.click(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("status").first).to_contain_text("Your profile is saved.")
    expect(complete.get_by_role("link", name="what you are looking for")).to_have_count(0)


def _hide(page: Page, hands: Mouse | Keyboard) -> None:
    """What members saw they see no longer; the rest they see."""
    hands.click(page.get_by_role("link", name="a member", exact=True))
    expect(page.get_by_text("You see your profile as a member gets it.")).to_be_visible()
    expect(page.get_by_text(BIO)).to_be_visible()
    hands.click(page.get_by_role("link", name="Change who can see what"))
    hands.choose(page.get_by_label("About you: Who can see it"), "Only me")
    hands.click(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text(BIO)).to_be_visible()
    hands.click(page.get_by_role("link", name="a member", exact=True))
    expect(page.get_by_role("heading", name="I am looking for")).to_be_visible()
    expect(page.get_by_text(BIO)).to_have_count(0)


def _ask(page: Page, hands: Mouse | Keyboard, way: str) -> None:
    """Among the peers like oneself, with the reason in words."""
    hands.click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Members"))
    hands.click(page.get_by_role("link", name="Peers like you"))
    line = page.get_by_role("listitem").filter(has_text=f"Helper {way.title()}")
    expect(line).to_contain_text("which you look for")
    hands.click(line.get_by_role("link", name="Ask for an introduction"))
    hands.fill(page.get_by_label("What you would like to talk about"), "How did you count the boxes?")
    hands.click(page.get_by_role("button", name="Send the request"))
    expect(page.get_by_role("status").first).to_contain_text("Your request is on its way.")


def _accept(page: Page, hands: Mouse | Keyboard, asker: str) -> None:
    page.goto("/members/introductions/")
    assert asker not in page.locator("main").inner_text()
    hands.click(page.get_by_role("link", name="Read and answer"))
    expect(page.get_by_text("How did you count the boxes?")).to_be_visible()
    hands.click(page.get_by_role("button", name="Accept and show both addresses"))
    expect(page.get_by_role("link", name=asker)).to_be_visible()
