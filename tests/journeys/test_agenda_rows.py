"""The rows of an agenda where scripts run: in place, by keyboard, said aloud, in step with what the server reads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Visit

LEAD = "lead@example.org"
NEW = "/groups/business-case-and-funding/meetings/new/"


def day(ahead: int) -> str:
    """A date as a date field takes it."""
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def fill(page: Page, position: int, title: str, minutes: int) -> None:
    page.get_by_label("Point", exact=True).nth(position).fill(title)
    page.get_by_label("Minutes", exact=True).nth(position).fill(str(minutes))


def points(page: Page) -> list[str]:
    fields = page.get_by_label("Point", exact=True)
    return [fields.nth(position).input_value() for position in range(fields.count())]


def write_three(page: Page) -> None:
    """Three points, added by keyboard."""
    page.get_by_label("Length in minutes").fill("60")
    fill(page, 0, "A", 10)
    for position, (title, minutes) in enumerate([("B", 20), ("C", 40)], start=1):
        page.get_by_role("button", name="Add a point").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Point", exact=True).nth(position)).to_be_focused()
        fill(page, position, title, minutes)


def test_rows_move_by_keyboard_keep_the_focus_and_say_what_happened(visit: Callable[..., Visit]) -> None:
    page = visit(LEAD).go(NEW)
    here = page.url
    write_three(page)
    said = page.locator("[data-said]")
    expect(page.locator("[data-sum]")).to_have_text("70 of 60 minutes")
    expect(page.locator("[data-excess]")).to_have_text("10 minutes too long")

    page.get_by_role("button", name="Move point 3 up").focus()
    page.keyboard.press("Enter")
    assert points(page) == ["A", "C", "B"]
    expect(said).to_have_text("Point 3 is now point 2.")
    expect(page.get_by_role("button", name="Move point 2 up")).to_be_focused()
    page.keyboard.press("Space")
    assert points(page) == ["C", "A", "B"]
    expect(page.get_by_role("button", name="Move point 1 up")).to_be_disabled()
    expect(page.get_by_role("button", name="Move point 1 down")).to_be_focused()

    page.get_by_role("button", name="Remove point 2").focus()
    page.keyboard.press("Enter")
    assert points(page) == ["C", "B"]
    expect(said).to_have_text("Point 2 is removed.")
    expect(page.get_by_role("button", name="Remove point 2")).to_be_focused()
    expect(page.locator("[data-sum]")).to_have_text("60 of 60 minutes")
    expect(page.locator("[data-excess]")).to_be_empty()
    assert page.url == here, "nothing was sent"


def test_what_was_moved_in_place_is_what_is_saved(visit: Callable[..., Visit]) -> None:
    page = visit(LEAD, size=PHONE).go(NEW)
    page.get_by_label("Title", exact=True).fill("Moved in place")
    page.get_by_label("Date").fill(day(40))
    page.get_by_label("Starts at").fill("15:00")
    write_three(page)
    page.get_by_role("button", name="Move point 3 up").click()
    page.get_by_role("button", name="Remove point 1").click()
    page.get_by_role("button", name="Add a point").click()
    page.keyboard.type("D")
    page.get_by_label("Minutes", exact=True).nth(2).fill("0")
    names = page.eval_on_selector_all("[data-rows] input, [data-rows] select", "all => all.map(one => one.name)")
    assert len(names) == len(set(names)), "every field has a name of its own"
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".agenda h3")).to_have_text(["C", "B", "D"])


def test_enter_in_a_field_saves_and_moves_nothing(visit: Callable[..., Visit]) -> None:
    page = visit(LEAD).go(NEW)
    page.get_by_label("Title", exact=True).fill("Saved by Enter")
    page.get_by_label("Date").fill(day(41))
    page.get_by_label("Starts at").fill("15:00")
    write_three(page)
    page.get_by_label("Point", exact=True).nth(2).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved by Enter")
    expect(page.locator(".agenda h3")).to_have_text(["A", "B", "C"])
