"""The portal's own programs as real processes, on the test's database, for tests that kill them.

Every program gets the portal's settings through its environment, as in production; only the web takes
`tests.faults.settings`, which adds two pages and needs no collected static files.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from tests.harness.services import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
# Ends with the test run, even when that is killed; a launcher, since threads of the tests forbid preexec_fn.
_LAUNCH = "import os, sys; from scripts.processes import die_with_parent as d; d(); os.execv(sys.argv[1], sys.argv[1:])"


class TookTooLongError(AssertionError):
    """Something that a program should have brought about did not happen in time."""


@dataclass
class Program:
    """One program and all that it starts."""

    process: subprocess.Popen
    log: Path

    def kill(self) -> None:
        """As a power cut would: the program and all its children, with no chance to tidy up."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def kill_one_child(self) -> bool:
        """Kill one of its workers; False when it has none just now."""
        children = _children(self.process.pid)
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[0], signal.SIGKILL)
        return bool(children)

    def ask_to_end(self) -> float:
        """SIGTERM, as a deployment sends it; how many seconds it took to end."""
        began = time.monotonic()
        self.process.terminate()
        wait_until(lambda: self.process.poll() is not None, "it ends when it is asked to", self)
        return time.monotonic() - began

    def said(self) -> str:
        """What it printed."""
        return self.log.read_text(errors="replace")

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass
class Stage:
    """Where programs of a test run: their environment, and all of them that were started."""

    folder: Path
    environment: dict[str, str]
    programs: list[Program] = field(default_factory=list)

    def start(self, name: str, *command: str, **environment: str) -> Program:
        """Start `python -m` of the command, in a process group of its own."""
        log = self.folder / f"{len(self.programs):02}-{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH, sys.executable, "-m", *command],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.programs.append(Program(process, log))
        return self.programs[-1]

    def worker(self, *more: str) -> Program:
        """A Celery worker with one sender: a kill interrupts at most one mail."""
        options = ("--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
        return self.start("worker", "celery", "-A", "portal", "--quiet", "worker", *options, *more)

    def beat(self, name: str = "") -> Program:
        """The clock that sweeps."""
        schedule = str(self.folder / f"beat-schedule{name}")
        return self.start("beat", "celery", "-A", "portal", "--quiet", "beat", "--schedule", schedule)

    def sender(self) -> Program:
        """`manage.py drain --loop`, for a machine without Celery."""
        return self.start("sender", "manage", "drain", "--loop", "--pause", "0.2")

    def nursery(self, senders: int = 1) -> Program:
        """So many senders like the one above, each replaced by a fresh one as soon as it is killed."""
        return self.start("nursery", "tests.faults.nursery", str(senders))

    def web(self, **environment: str) -> "Web":
        """gunicorn, once it answers."""
        port = free_port()
        command = ("gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
        settings = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings", "SITE_URL": f"http://localhost:{port}"}
        program = self.start("web", *command, "--workers", "1", "--threads", "4", **{**settings, **environment})
        web = Web(program, port)
        wait_until(lambda: web.get("/healthz").status == 200, "the web answers", program)
        return web

    def end(self) -> None:
        """Kill whatever still runs."""
        for program in self.programs:
            program.kill()


@dataclass(frozen=True)
class Reply:
    """An answer of the web; status 0 when there was none."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float


@dataclass(frozen=True)
class Web:
    """A running gunicorn."""

    program: Program
    port: int

    def get(self, path: str, **headers: str) -> Reply:
        """Ask it something, over a connection of its own."""
        began = time.perf_counter()
        asked = http.client.HTTPConnection("localhost", self.port, timeout=30)
        try:
            asked.request("GET", path, headers={"Connection": "close", **headers})
            response = asked.getresponse()
            body = response.read().decode()
        except OSError:
            return Reply(0, {}, "", time.perf_counter() - began)
        finally:
            asked.close()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, body, time.perf_counter() - began)


def wait_until(condition: Callable[[], Any], what: str, *programs: Program, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something to become true; TookTooLongError tells what the programs said."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            said = "\n".join(f"--- {program.log.name}\n{program.said()[-3000:]}" for program in programs)
            msg = f"within {seconds} s: {what}\n{said}"
            raise TookTooLongError(msg)
        time.sleep(0.01)


@contextlib.contextmanager
def stage(folder: Path, **environment: str) -> Iterator[Stage]:
    """A stage whose programs are killed at the end."""
    data = folder / "portal data"
    data.mkdir()
    inherited = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}}
    known = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_DATA": str(data),
        "OUTBOX_SWEEP_SECONDS": "1",
        "OUTBOX_LEASE_SECONDS": "3",
        "OUTBOX_BATCH": "10",
        "PYTHONWARNINGS": "ignore",
        **_database(data),
    }
    running = Stage(folder, {**inherited, **known, **environment})
    try:
        yield running
    finally:
        running.end()


def _database(data: Path) -> dict[str, str]:
    """The test's own database, for programs that know the portal's settings only."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        (data / "portal.sqlite3").symlink_to(known["NAME"])
        return {}
    return {"DATABASE_URL": database_url(known["HOST"], int(known["PORT"]))}


def database_url(host: str, port: int) -> str:
    """The test's PostgreSQL database as reached through an address."""
    known = connection.settings_dict
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{host}:{port}/{known['NAME']}"


def _children(pid: int) -> list[int]:
    """The processes that a process started, from whichever of its threads."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in listed.read_text().split()]
    return found
