"""Being told as one likes: a preset, a muted conversation, why a mail came, and less of it without signing in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo.accounts import PASSWORD
from tests.journeys.conftest import PHONE, Portal, Visit

MAKE = """
from allauth.account.models import EmailAddress
from django.utils import timezone
from members.models import Profile, User
from portal.follows.models import Channel
from portal.follows.operations import follow
person = User.objects.create_user(email="{address}", password="{password}", name="Tilda Told", standing="member")
EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
Profile.objects.create(user=person, handle="{handle}", member_since=timezone.now())
follow(channel=Channel.objects.get(working_group__slug="business-case-and-funding"), by=person, at=timezone.now())
"""
ANNOUNCE = """
from datetime import timedelta
from django.utils import timezone
from portal.meetings.models import Meeting
from portal.meetings import operations
meeting = Meeting.objects.filter(channel__working_group__slug="business-case-and-funding", state="published",
    starts_at__gt=timezone.now()).order_by("starts_at").first()
host = meeting.channel.seats.filter(role="host").first().user
operations.cancel(meeting=meeting, reason="The room is flooded.", by=host, at=timezone.now())
"""


def _sign_in(page: Page, address: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").first.fill(address)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_member_chooses_a_preset_fine_tunes_and_mutes(
    javascript: bool, visit: Callable[..., Visit], portal: Portal
) -> None:
    name = "script" if javascript else "plain"
    address = f"told-{name}@example.org"
    portal.manage("shell", "-c", MAKE.format(address=address, handle=f"told-{name}", password=PASSWORD))
    one = visit(size=PHONE, javascript=javascript)
    page = one.page
    _sign_in(page, address)
    one.go("/notifications/")
    page.get_by_role("link", name="Choose what you get").click()
    if javascript:
        assert one.axe_violations() == []
        assert not one.is_wider_than_window()
    page.get_by_label("Quiet").check()
    page.get_by_label("Summaries come at").select_option("18:00")
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_role("status").first).to_contain_text("Your choice is saved.")
    expect(page.get_by_label("Quiet")).to_be_checked()

    page.get_by_text("Fine-tune each kind").click()
    page.get_by_role("group", name="A case is published or changed").get_by_label("Mail at once").check()
    page.get_by_role("button", name="Save these").click()
    expect(page.get_by_text("1 differs from your preset")).to_be_visible()
    page.get_by_role("button", name="All as my preset has it").click()
    expect(page.get_by_text("differs from your preset")).to_have_count(0)

    one.go("/groups/business-case-and-funding/")
    page.get_by_text("change how much you hear").locator("..").click()
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("status").first).to_contain_text("You hear nothing more of")
    one.go("/settings/notifications/")
    things = page.get_by_role("region", name="Groups, cases and conversations")
    expect(things).to_contain_text("Muted")
    things.get_by_role("button", name="Normal").click()
    expect(things.get_by_role("button", name="Mute")).to_be_visible()


def test_why_a_mail_came_and_less_of_it_without_signing_in(visit: Callable[..., Visit], portal: Portal) -> None:
    address = "told-why@example.org"
    portal.manage("shell", "-c", MAKE.format(address=address, handle="told-why", password=PASSWORD))
    portal.manage("shell", "-c", ANNOUNCE)
    (mail,) = portal.wait_for_mail(address, "Cancelled")
    text = mail.get_body(("plain",)).get_content()
    assert "You follow “Business case and funding”." in text
    stop = re.search(r"/notifications/stop/\S+", text).group(0)  # type: ignore[union-attr]

    one = visit(size=PHONE)  # not signed in
    page = one.go(stop)
    assert one.axe_violations() == []
    assert not one.is_wider_than_window()
    page.get_by_role("button", name="Slow down: everything in one summary a week").click()
    expect(page.get_by_role("heading", name="Done: one summary a week")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Put back")).to_be_visible()
    page.get_by_role("button", name="Nothing more about").click()
    expect(page.get_by_role("heading", name="Done: nothing more about this")).to_be_visible()
    one.go("/notifications/")
    assert "/accounts/login/" in page.url
