"""Mails as their readers see them: drawn in Chromium, in the width of a desktop's pane and of a phone, light and dark.

The pictures are kept in test-results/mails/, to be looked at beside the design. What a machine can see is asserted:
nothing runs off to the side, all text has contrast enough, headings come in order, links can be hit and told apart.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from portal.outbox.models import Mail
from portal.outbox.rendering import render
from tests.journeys.conftest import browser_type_launch_args  # noqa: F401 -- a fixture: Debian's Chromium
from tests.mailing.conftest import KINDS, SUMMARY
from tests.mailing.letters import letters

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PICTURES = Path(__file__).resolve().parent.parent.parent / "test-results" / "mails"
WIDTHS, SCHEMES = (600, 360), ("light", "dark")
RULES = ["color-contrast", "link-name", "link-in-text-block", "identical-links-same-purpose", "image-alt"]
RULES += ["document-title", "html-has-lang", "heading-order", "page-has-heading-one", "list", "listitem", "target-size"]


@pytest.fixture
def draw(browser: Browser) -> Callable[[str, str], list[str]]:
    """Draw an HTML body at every width in both schemes; what is wrong with it."""

    def at_every_size(name: str, html: str) -> list[str]:
        found = []
        PICTURES.mkdir(parents=True, exist_ok=True)
        page = browser.new_page()
        page.set_content(html)
        for width, scheme in itertools.product(WIDTHS, SCHEMES):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
            where = f"{name} at {width} px, {scheme}"
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{where}: wider than the window")
            results = Axe().run(page, options={"runOnly": RULES}).response["violations"]
            found += [f"{where}: {each['id']} {node['target']}" for each in results for node in each["nodes"]]
        page.close()
        return found

    return at_every_size


@pytest.mark.parametrize("slug", [*KINDS, SUMMARY])
def test_a_notice_looks_as_designed(slug: str, mail_of: Callable[..., Mail], draw: Any) -> None:
    message = render(mail_of(slug))
    assert message is not None
    assert draw(slug.replace(".", "-"), message.alternatives[0][0]) == []


def test_mails_that_are_no_notices_look_as_designed(member: Any, settings: Any, draw: Any) -> None:
    for name, message in letters(member, settings).items():
        assert draw(name, message.alternatives[0][0]) == []
