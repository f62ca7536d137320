"""A mail server in a process of its own that takes everything and notes when: nothing of the test slows it down."""

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.services import NotStartedError, free_port

_MOMENT = struct.Struct("d")
STARTS_WITHIN_SECONDS = 20


class _Taker:
    """aiosmtpd's hook."""

    def __init__(self, path: str) -> None:
        self._notes = Path(path).open("ab", buffering=0)  # noqa: SIM115 -- open as long as the process lives

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._notes.write(_MOMENT.pack(time.monotonic()))
        return "250 taken"


@dataclass(frozen=True)
class Count:
    """What the server noted."""

    port: int
    notes: Path

    def taken(self) -> int:
        """How many messages."""
        return self.notes.stat().st_size // _MOMENT.size

    def moments(self) -> list[float]:
        """When each was taken, in seconds of the machine's monotonic clock."""
        return [moment for (moment,) in _MOMENT.iter_unpack(self.notes.read_bytes())]


@contextlib.contextmanager
def counting_sink() -> Iterator[Count]:
    """A running server."""
    with tempfile.TemporaryDirectory(prefix="portal-sink-") as folder:
        notes, port = Path(folder) / "taken", free_port()
        notes.touch()
        command = [sys.executable, "-m", "tests.faults.counting_sink", str(port), str(notes)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
            try:
                if not process.stdout.readline():
                    msg = "the mail server that counts"
                    raise NotStartedError(msg)
                yield Count(port, notes)
            finally:
                process.kill()


def main(port: str, notes: str) -> None:
    """Serve until the parent goes."""
    from scripts.processes import die_with_parent

    die_with_parent()
    Controller(_Taker(notes), hostname="127.0.0.1", port=int(port)).start()
    print("ready", flush=True)
    while os.getppid() != 1:
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
