"""A portal that asks leads and staff for a second factor, beside an OpenID provider that it trusts."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from demo.accounts import PASSWORD
from tests.harness.openid_provider import CLIENT, SECRET, provider
from tests.journeys.conftest import Portal, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One such portal is enough: all of these run in one runner."""
    for item in items:
        if "/journeys/sign_in/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("sign_in"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def portal(filled: Callable[[str], Path]) -> Iterator[Portal]:
    """As in production in what matters here."""
    port = _free_port()
    site = f"http://localhost:{port}"
    with provider([f"{site}/accounts/with/openid/callback/"]) as agency:
        variables = {
            "REQUIRE_SECOND_FACTOR": "1",
            "OIDC_NAME": "Agency ID",
            "OIDC_SERVER_URL": agency.url,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_SECRET": SECRET,
        }
        with running(filled("strict portal"), port=port, **variables) as started:
            yield started


def sign_in(page: Page, address: str) -> None:
    """With the password, through the page."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").first.fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture(scope="session")
def signed_in_states(browser: Browser, portal: Portal) -> Callable[[str], Any]:
    """Nobody is signed in beforehand: that is what these journeys are about."""

    def state(address: str) -> Any:
        msg = f"{address} signs in by themselves here"
        raise AssertionError(msg)

    return state
