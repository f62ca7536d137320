"""Journeys drive Chromium through the portal as a person starts it: web, worker and beat, demonstration content.

One portal serves all journeys of a runner; each journey works on things of its own. Whatever the page reports to
the console, whatever its content security policy refuses, and every request to another host fails the journey.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from demo.accounts import PASSWORD
from scripts.processes import die_with_parent
from tests.harness import programs

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_SECONDS = 240
DESKTOP, PHONE, NARROW = (1280, 900), (390, 844), (320, 640)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys need Chromium, and one database is enough for them."""
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@dataclass
class Portal:
    """The portal that journeys visit."""

    url: str
    data: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command on the portal's own data."""
        environment = {**os.environ, "PORTAL_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        environment = {name: value for name, value in environment.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What was captured for an address, oldest first."""
        found = []
        for path in sorted((self.data / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default_policy)
            if address in str(message["To"]):
                found.append(message)
        return found

    def wait_for_mail(
        self, address: str, subject_part: str, seconds: float = 75, *, holding: str = ""
    ) -> list[EmailMessage]:
        """The mails to an address whose subject holds some words, once there is one; the worker needs a moment.

        `holding`: words of the text.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails_to(address) if subject_part in str(mail["Subject"])]
            found = [mail for mail in found if not holding or holding in text_of(mail)]
            if found:
                return found
            time.sleep(0.5)
        subjects = [str(mail["Subject"]) for mail in self.mails_to(address)]
        msg = f"no mail about {subject_part or holding!r} reached {address}; it got {subjects}"
        raise AssertionError(msg)


def text_of(mail: EmailMessage) -> str:
    """The words of a mail, as a program without HTML shows them."""
    return mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(data: Path, *, port: int = 0, **more: str) -> Iterator[Portal]:
    """Start the portal as `make run` does, on a folder and a port of its own; end it with Ctrl-C.

    `more` are variables of its environment.
    """
    port = port or _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_TEST_DATA"}
    }
    environment |= {"PORTAL_DATA": str(data), "PORT": str(port), "PYTHONPATH": str(ROOT), **more}
    log = data.parent / f"{data.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 -- no thread has been started yet
        )
    try:
        _wait_until_ready(process, port, log)
        yield Portal(f"http://localhost:{port}", data)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes folders that a portal was started in before: what that loads takes a minute, once for all runners."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    first, done = shared / "first portal", shared / "first-portal-is-filled"
    with (shared / "first-portal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            with running(first):
                done.touch()

    def copy(name: str) -> Path:
        return shutil.copytree(first, tmp_path_factory.mktemp(name), dirs_exist_ok=True)

    return copy


@pytest.fixture(scope="session")
def portal(filled: Callable[[str], Path]) -> Iterator[Portal]:
    """One for all journeys of a runner; second factors are off, as `make run` has them."""
    with running(filled("portal data")) as started:
        yield started


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the portal did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, without its own traffic."""
    return {
        "executable_path": programs.chromium(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@dataclass
class Visit:
    """Somebody's browser window, and what went wrong in it."""

    page: Page
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the portal."""
        self.page.goto(path)
        return self.page

    def is_wider_than_window(self) -> bool:
        """Whether the page scrolls sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def axe_violations(self) -> list[str]:
        """What axe-core finds on the page, one line for each rule and element."""
        results = Axe().run(self.page)
        return [
            f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]


@pytest.fixture(scope="session")
def signed_in_states(browser: Browser, portal: Portal) -> Callable[[str], Any]:
    """The cookies of each account after signing in once through the page."""
    states: dict[str, Any] = {}

    def state(address: str) -> Any:
        if address not in states:
            context = browser.new_context(base_url=portal.url)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.get_by_label("E-mail").first.fill(address)
            page.get_by_label("Password").first.fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(f"{portal.url}/")
            states[address] = context.storage_state()
            context.close()
        return states[address]

    return state


@pytest.fixture
def visit(browser: Browser, portal: Portal, signed_in_states: Callable[[str], Any]) -> Iterator[Callable[..., Visit]]:
    """Open a window: `visit("lead@example.org", size=PHONE, javascript=False, scheme="dark")`."""
    opened: list[Visit] = []

    def make(
        account: str = "", *, size: tuple[int, int] = DESKTOP, javascript: bool = True, scheme: str = "light"
    ) -> Visit:
        context = browser.new_context(
            base_url=portal.url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=javascript,
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=signed_in_states(account) if account else None,
            locale="en-GB",
        )
        context.set_default_timeout(15_000)
        one = Visit(context.new_page(), context)
        _listen(one, portal)
        opened.append(one)
        return one

    yield make
    problems = [problem for one in opened for problem in one.problems]
    for one in opened:
        one.context.close()
    assert problems == []


def _listen(one: Visit, portal: Portal) -> None:
    """Collect console errors (content-security-policy reports are among them) and foreign requests."""
    one.page.on(
        "console",
        lambda message: one.problems.append(message.text) if message.type in {"error", "warning"} else None,
    )
    one.page.on("pageerror", lambda error: one.problems.append(str(error)))
    one.page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((portal.url, "data:", "blob:", "about:"))
            else one.problems.append(f"a request to {request.url}")
        ),
    )
    one.page.on(
        "response",
        lambda response: one.problems.append(f"{response.status} {response.url}") if response.status >= 500 else None,
    )
