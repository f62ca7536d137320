"""Throwaway PostgreSQL and Redis servers on free loopback ports, in a folder that goes with them.

    with postgres() as database, redis_server() as broker:
        ... database.url, broker.url ...

Both end with the process that started them, even when that is killed. Fault tests pause, kill and restart
them.
"""

import contextlib
import os
import pwd
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.processes import die_with_parent
from tests.harness import programs

STARTS_WITHIN_SECONDS = 30


class NotStartedError(Exception):
    """A server ended, or did not answer in time; the message holds what it said."""


@dataclass
class Service:
    """A server of our own."""

    url: str
    port: int
    command: list[str]
    folder: Path
    answers: Callable[[], bool]
    account: pwd.struct_passwd | None = None
    process: subprocess.Popen | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - the runner has no thread; tests start it first
                **_identity(self.account),
            )
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                msg = f"{self.command[0]}:\n{log.read_text(errors='replace')[-2000:]}"
                raise NotStartedError(msg)
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it in good order (SIGINT is PostgreSQL's fast shutdown; Redis takes it as well)."""
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as kill -9 does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        """Let it hold its connections and say nothing."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGCONT)


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def postgres() -> Iterator[Service]:
    """PostgreSQL with an empty database `portal`, for a role that may create more."""
    binaries = programs.postgres()
    if binaries is None:
        msg = "PostgreSQL was not found"
        raise NotStartedError(msg)
    account = _unprivileged()
    with _folder("portal-postgres-", account) as folder:
        password = secrets.token_hex(16)
        _make_cluster(binaries, folder, password, account)
        port = free_port()
        url = f"postgres://portal:{password}@127.0.0.1:{port}/portal"
        # Nothing of this survives the machine, so nothing waits for its disk. Commits do reach the operating
        # system (synchronous_commit stays on): what was committed must be there after a kill -9.
        quick = ("fsync=off", "full_page_writes=off", "jit=off")
        settings = [*quick, "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]
        command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
        command += [part for setting in settings for part in ("-c", setting)]
        where = ["--host=127.0.0.1", f"--port={port}", "--username=portal"]
        service = Service(url, port, command, folder, lambda: _quiet([binaries / "pg_isready", *where]), account)
        service.start()
        try:
            create = [binaries / "createdb", *where, "portal"]
            subprocess.run(create, check=True, capture_output=True, env={**os.environ, "PGPASSWORD": password})
            yield service
        finally:
            service.stop()


@contextlib.contextmanager
def redis_server() -> Iterator[Service]:
    """Redis that keeps nothing on disk."""
    program = programs.redis_server()
    if program is None:
        msg = "Redis was not found"
        raise NotStartedError(msg)
    with _folder("portal-redis-", None) as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command += ["--dir", str(folder)]
        service = Service(f"redis://127.0.0.1:{port}/0", port, command, folder, lambda: _pongs(port))
        service.start()
        try:
            yield service
        finally:
            service.stop()


def _make_cluster(binaries: Path, folder: Path, password: str, account: pwd.struct_passwd | None) -> None:
    """Run initdb for a role with a password: other people on this machine can reach its loopback too."""
    secret = folder / "password"
    secret.write_text(password)
    if account:
        os.chown(secret, account.pw_uid, account.pw_gid)
    command = [binaries / "initdb", "-D", folder / "data", "--username=portal", f"--pwfile={secret}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **_identity(account))
    secret.unlink()
    if made.returncode != 0:
        msg = f"initdb:\n{made.stdout}{made.stderr}"
        raise NotStartedError(msg)


@contextlib.contextmanager
def _folder(prefix: str, account: pwd.struct_passwd | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        if account:
            os.chown(name, account.pw_uid, account.pw_gid)
        yield Path(name)


def _unprivileged() -> pwd.struct_passwd | None:
    """Somebody for PostgreSQL to run as when the tests are run by root, which it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    msg = "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
    raise NotStartedError(msg)


def _identity(account: pwd.struct_passwd | None) -> dict:
    """What makes subprocess run a program as that account."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _quiet(command: list) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _pongs(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
