"""Being told as one likes: a preset, a muted conversation, why a mail came, and less of it without signing in."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from demo.accounts import PASSWORD
from tests.journeys.conftest import PHONE, Portal, Visit, text_of

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
# Members who follow a group and want each thing at once, and a discussion in that group of which nobody is told yet.
STAGE = """
from allauth.account.models import EmailAddress
from django.utils import timezone
from members.models import Profile, User
from portal.discussions.operations import open_thread
from portal.follows.models import Channel
from portal.follows.operations import follow
from portal.notifications.choosing import choose_preset
now, channel = timezone.now(), Channel.objects.get(working_group__slug="business-case-and-funding")
for name in {names}:
    person = User.objects.create_user(
        email=name + "@example.org", password="{password}", name="Tilda Told", standing="member")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Profile.objects.create(user=person, handle=name, member_since=now)
    follow(channel=channel, by=person, at=now)
    choose_preset(preset="everything", by=person, at=now)
host = channel.seats.filter(role="host").first().user
written = open_thread(channel=channel, title="{title}", body="Who has one?", quiet=True, by=host, at=now)
print(written.post.thread.get_absolute_url())
"""
# Talk waits five minutes before it is mailed: this was said six minutes ago.
SAY = """
from datetime import timedelta
from django.utils import timezone
from portal.discussions.models import Thread
from portal.discussions.operations import reply
thread = Thread.objects.get(title="{title}")
host = thread.channel.seats.filter(role="host").first().user
reply(thread=thread, body="{words}", by=host, at=timezone.now() - timedelta(minutes=6))
"""
SUSPEND = """
from members.models import User
assert User.objects.filter(email="{address}").update(standing="suspended", is_active=False) == 1
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


def _stage(portal: Portal, title: str, *names: str) -> str:
    """Make members, whose handles these names are, and a discussion; its address."""
    said = portal.manage("shell", "-c", STAGE.format(title=title, names=names, password=PASSWORD))
    return said.strip().splitlines()[-1]


def _say(portal: Portal, title: str, words: str) -> None:
    """The group's lead writes in the discussion."""
    portal.manage("shell", "-c", SAY.format(title=title, words=words))


def _wait_for_words(portal: Portal, address: str, words: str) -> EmailMessage:
    """The mail to an address that says these words, once it is there."""
    mails = portal.wait_for_mail(address, "", holding=words)
    assert len(mails) == 1, "told twice"
    return mails[0]


def _said_to(portal: Portal, address: str, words: str) -> bool:
    return any(words in text_of(mail) for mail in portal.mails_to(address))


def _link(mail: EmailMessage, name: str) -> str:
    """The path of the link that stands below some words in the text of a mail."""
    address = re.search(rf"{name}:\s+(\S+)", text_of(mail)).group(1)  # type: ignore[union-attr]
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}#{parts.fragment}" if parts.query else parts.path


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
    text = text_of(mail)
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


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_muted_conversation_is_quiet_for_one_and_heard_by_another(
    javascript: bool, visit: Callable[..., Visit], portal: Portal
) -> None:
    name = "script" if javascript else "plain"
    title = f"Who has a price list {name}"
    muted, hearing = f"muted-{name}@example.org", f"hearing-{name}@example.org"
    where = _stage(portal, title, f"muted-{name}", f"hearing-{name}")
    one = visit(size=PHONE, javascript=javascript)
    page = one.page
    _sign_in(page, muted)
    one.go(where)
    if javascript:
        assert one.axe_violations() == []
    hears = page.get_by_role("complementary", name="About this discussion")
    hears.get_by_text("change how much you hear").locator("..").click()
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("status").first).to_contain_text("You hear nothing more of this conversation.")

    words = f"There are nine of them {name}."
    _say(portal, title, words)
    _wait_for_words(portal, hearing, words)
    assert not _said_to(portal, muted, words)
    one.go("/notifications/")
    expect(page.get_by_role("link", name=title)).to_have_count(0)
    other = visit(size=PHONE, javascript=javascript)
    _sign_in(other.page, hearing)
    other.go("/notifications/")
    expect(other.page.get_by_role("link", name=title).first).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_mail_is_stopped_and_wanted_again_without_signing_in(
    javascript: bool, visit: Callable[..., Visit], portal: Portal
) -> None:
    name = "script" if javascript else "plain"
    title = f"Who pays for leaving {name}"
    stopped, hearing = f"stopped-{name}@example.org", f"listening-{name}@example.org"
    _stage(portal, title, f"stopped-{name}", f"listening-{name}")
    _say(portal, title, "First words.")
    mail = _wait_for_words(portal, stopped, "First words.")
    stop = _link(mail, "Stop these mails, or get fewer")
    assert urlsplit(str(mail["List-Unsubscribe"]).strip("<> ")).path == stop

    one = visit(size=PHONE, javascript=javascript)
    page = one.go(stop)
    expect(page.get_by_role("button", name="Nothing more about this conversation")).to_be_visible()
    expect(page.get_by_role("button", name="No mail at all")).to_be_visible()
    page.get_by_role("button", name="No more mail of the kind “Somebody writes in a discussion”").click()
    expect(page.get_by_role("heading", name="Done: no more of these mails")).to_be_visible()
    if javascript:
        assert one.axe_violations() == []
        assert not one.is_wider_than_window()
    _say(portal, title, "Second words.")
    _wait_for_words(portal, hearing, "Second words.")
    assert not _said_to(portal, stopped, "Second words.")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Put back")).to_be_visible()
    _say(portal, title, "Third words.")
    _wait_for_words(portal, stopped, "Third words.")
    assert one.context.cookies() == [], "whoever stops a mail is given no cookie"


def test_a_mail_program_and_the_suspended_stop_mails_without_a_cookie(
    visit: Callable[..., Visit], portal: Portal
) -> None:
    address = "suspended-told@example.org"
    _stage(portal, "Who counts wages", "suspended-told")
    _say(portal, "Who counts wages", "All wages.")
    stop = _link(_wait_for_words(portal, address, "All wages."), "Stop these mails, or get fewer")
    portal.manage("shell", "-c", SUSPEND.format(address=address))
    one = visit(size=PHONE)
    seen = one.context.request.get(stop, max_redirects=0)
    clicked = one.context.request.post(stop, form={"List-Unsubscribe": "One-Click"}, max_redirects=0)
    assert (seen.status, clicked.status) == (200, 200)
    assert "set-cookie" not in seen.headers | clicked.headers
    page = one.go(stop)
    page.get_by_role("button", name="No mail at all").click()
    expect(page.get_by_role("heading", name="Done: no more mail")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Put back")).to_be_visible()
    assert one.context.cookies() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_the_reason_of_a_mail_leads_to_the_setting_that_decided(
    javascript: bool, visit: Callable[..., Visit], portal: Portal
) -> None:
    name = "script" if javascript else "plain"
    title, words = f"Why did this come {name}", f"Because you follow {name}."
    address = f"asks-why-{name}@example.org"
    _stage(portal, title, f"asks-why-{name}")
    _say(portal, title, words)
    mail = _wait_for_words(portal, address, words)
    assert "You follow “Business case and funding” or take part in this discussion." in text_of(mail)
    settings = _link(mail, "Choose what you get")

    one = visit(size=PHONE, javascript=javascript)
    page = one.page
    _sign_in(page, address)
    one.go("/notifications/")
    expect(page.get_by_text("or take part in this discussion.").first).to_be_visible()
    expect(page.get_by_role("link", name="Change this").first).to_have_attribute("href", settings)
    one.go(settings)
    line = page.get_by_role("group", name="Somebody writes in a discussion")
    expect(line).to_be_in_viewport()
    expect(line.get_by_label("Mail at once")).to_be_checked()
    if javascript:
        assert one.axe_violations() == []
        assert not one.is_wider_than_window()
    line.get_by_label("Daily summary").check()
    page.get_by_role("button", name="Save these").click()
    expect(page.get_by_text("1 differs from your preset")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_member_asks_to_be_told_of_new_cases_and_takes_it_back(javascript: bool, visit: Callable[..., Visit]) -> None:
    one = visit("provider@example.org", size=PHONE, javascript=javascript)
    page = one.go(f"/cases/?service=payroll&q={'county' if javascript else 'state'}")
    page.get_by_role("button", name="Tell me when a new case fits").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved. You are told of each new case that fits.")
    expect(page.get_by_text("You are told of each new case that fits this search.")).to_be_visible()
    if javascript:
        assert one.axe_violations() == []
        assert not one.is_wider_than_window()
    page.get_by_role("link", name="Your saved searches").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved searches")
    if javascript:
        assert one.axe_violations() == []
        assert not one.is_wider_than_window()
    words = f"“{'county' if javascript else 'state'}” and Payroll"
    page.get_by_role("button", name=words).click()
    expect(page.get_by_role("status").first).to_contain_text("Removed.")
    expect(page.get_by_role("link", name=words)).to_have_count(0)
