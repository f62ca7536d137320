"""Starts the portal on this machine: prepares the data, then runs web, worker and beat until Ctrl-C.

Called by `make run` with the Python of .venv. PORT and PORTAL_DATA may be set; so may
DATABASE_URL and REDIS_URL.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from scripts import processes

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 90
HIGHEST_PORT = 65535


class CannotStartError(Exception):
    """Something the person at the terminal can put right; the message says how."""


class Stop:
    """Whether Ctrl-C (or SIGTERM, or a closed terminal) has asked for the end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def main() -> int:
    """Run the portal; return the exit code."""
    began = time.monotonic()
    stop = Stop()
    try:
        port = chosen_port(os.environ.get("PORT") or "8000")
        data = Path(os.environ.get("PORTAL_DATA") or ROOT / "var").resolve()
        with only_one_on(data), reserved(port) as listener, tempfile.TemporaryDirectory() as scratch:
            environment = {**os.environ, "PORT": str(port), "PORTAL_DATA": str(data)}
            # To try the portal out, nobody should need a phone; every page says that it is off.
            environment.setdefault("REQUIRE_SECOND_FACTOR", "0")
            accounts = prepare(environment, Path(scratch), stop)
            return 0 if stop.asked else serve(environment, listener, accounts, stop, began)
    except CannotStartError as error:
        say(f"\n{error}")
        return 1


def chosen_port(text: str) -> int:
    """The port that was asked for."""
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= HIGHEST_PORT:
        msg = f"PORT is {text!r}; write a number up to {HIGHEST_PORT}, for example: PORT=8001 make run"
        raise CannotStartError(msg)
    return int(text)


def reserved(port: int) -> socket.socket:
    """A socket that listens on the port from now on, to be handed to the web server.

    Taken before anything else, so that a taken port is told at once, nobody takes it while the database is being
    prepared, and no other program's answer is mistaken for the portal's.
    """
    try:
        return _listen(port)
    except PermissionError as error:
        msg = f"Port {port} is reserved for the system administrator. Choose another: PORT=8001 make run"
        raise CannotStartError(msg) from error
    except OSError as error:
        msg = f"Port {port} is taken by another program. Choose another: PORT={_free_after(port)} make run"
        raise CannotStartError(msg) from error


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _free_after(port: int) -> int:
    for number in range(port + 1, HIGHEST_PORT):
        with contextlib.suppress(OSError), _listen(number):
            return number
    return 8001


@contextlib.contextmanager
def only_one_on(data: Path) -> Iterator[None]:
    """Two portals on one data folder would both migrate it and both keep its clock.

    The kernel drops the lock with this process, so a crash leaves nothing to remove by hand.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "running.lock").open("a")
    except OSError as error:
        msg = f"The data folder {data} cannot be written ({error.strerror}). Another: PORTAL_DATA=… make run"
        raise CannotStartError(msg) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = (
                f"The portal is already running on {data}.\nEnd that one with Ctrl-C, or run a second one on "
                "data of its own: PORTAL_DATA=var2 PORT=8001 make run"
            )
            raise CannotStartError(msg) from error
        yield


def prepare(environment: dict[str, str], scratch: Path, stop: Stop) -> dict:
    """Database and static files, side by side; return what to print about the demonstration accounts."""
    report = scratch / "accounts.json"
    python = [sys.executable, "-m", "scripts.prepare"]
    # A page may not take longer than five seconds; a migration may.
    patient = {**environment, "DATABASE_STATEMENT_TIMEOUT_MS": "0"}
    children = [
        processes.start("database", [*python, "database", str(report)], patient),
        processes.start("static", [*python, "static"], environment),
    ]
    output = processes.Output(children)
    try:
        while not stop.asked and any(child.exit_code is None for child in children):
            output.show(0.2)
            _give_up_if_failed(children)
        output.show(0.2)
        _give_up_if_failed(children)
    finally:
        processes.end(children)
    return json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}


def _give_up_if_failed(children: list[processes.Child]) -> None:
    for child in children:
        if child.exit_code:
            msg = f"Preparing the {child.name} failed (exit code {child.exit_code}); why is said above."
            raise CannotStartError(msg)


def serve(environment: dict[str, str], listener: socket.socket, accounts: dict, stop: Stop, began: float) -> int:
    """Run web, worker and beat until asked to stop; 1 when one of them ended by itself."""
    commands = programs(Path(environment["PORTAL_DATA"]), listener.fileno())
    children = [
        processes.start(name, command, environment, [listener.fileno()] if name == "web" else [])
        for name, command in commands
    ]
    listener.close()
    output = processes.Output(children)
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    ready = False
    try:
        while not stop.asked:
            output.show(0.2)
            for child in children:
                if child.exit_code is not None:
                    return report_death(child, output)
            if not ready and answers(f"http://127.0.0.1:{environment['PORT']}/readyz"):
                ready = True
                welcome(environment, accounts, time.monotonic() - began)
            elif not ready and time.monotonic() > deadline:
                say(f"\nThe portal did not answer within {READY_WITHIN_SECONDS} s; what it said is above.")
                return 1
        say("\nStopping; the worker finishes what it has begun.")
        return 0
    finally:
        processes.end(children)


def programs(data: Path, listener: int) -> Iterator[tuple[str, list[str]]]:
    """The three programs of the portal, by the name their lines are shown under."""
    (data / "beat").mkdir(exist_ok=True)
    web = [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"fd://{listener}"]
    web += ["--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    celery = [sys.executable, "-m", "celery", "-A", "portal", "--quiet"]
    yield "web", web
    yield "worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    yield "beat", [*celery, "beat", "--schedule", str(data / "beat" / "schedule"), "--loglevel", "WARNING"]


def answers(url: str) -> bool:
    """Whether the portal says it is ready."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own loopback address
            return response.status == 200  # noqa: PLR2004 - HTTP's word for yes
    except (urllib.error.URLError, OSError):
        return False


def report_death(child: processes.Child, output: processes.Output) -> int:
    """Say which program ended, and what it said last."""
    output.show(0.5)
    say(f"\n{child.name} ended by itself with exit code {child.exit_code}; the others are stopped too.")
    if child.last_lines:
        say(f"What {child.name} said last:")
        for line in child.last_lines:
            say(f"    {line}")
    return 1


def welcome(environment: dict[str, str], accounts: dict, seconds: float) -> None:
    """The address, the accounts, and how to end it."""
    site = (environment.get("SITE_URL") or f"http://localhost:{environment['PORT']}").rstrip("/")
    say(f"\nThe portal is ready after {seconds:.0f} s:  {site}/\n")
    if accounts.get("people"):
        say(f"  Sign in as one of these; the password of each is  {accounts['password']}")
        for email, description in accounts["people"]:
            say(f"    {email:<28} {description}")
    if not environment.get("EMAIL_URL"):
        say(f"  Mail is captured, not sent:  {site}/dev/mail/")
    if environment.get("REQUIRE_SECOND_FACTOR") == "0":
        say("  Second factors are not asked for here, and every page says so.")
        say("  To see them:  REQUIRE_SECOND_FACTOR=1 make run")
    say(f"  Data: {environment['PORTAL_DATA']}   `make demo-reset` begins anew.")
    say("  Ctrl-C ends web, worker and beat.\n")


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
