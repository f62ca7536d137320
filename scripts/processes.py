"""Child processes that never outlive what started them, with their output under a name."""

import collections
import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For preexec_fn: when the starter is killed with no chance to tidy up, the kernel ends the child.

    Linux only; elsewhere a starter that is killed with -9 leaves its children to the person who did that.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A program of ours in a process group of its own, so that it is ended with all it started."""

    name: str
    process: subprocess.Popen
    last_lines: collections.deque[str] = field(default_factory=lambda: collections.deque(maxlen=20))

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def kill_group(self) -> None:
        """End the child and all it started; nothing happens when they are gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def start(name: str, command: Sequence[str], environment: Mapping[str, str], hand_over: Sequence[int] = ()) -> Child:
    """Start a child whose output `Output` can show line by line; it inherits the descriptors in `hand_over`."""
    process = subprocess.Popen(
        command,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=tuple(hand_over),
        preexec_fn=die_with_parent,  # noqa: PLW1509 - runs before this program has started a thread
    )
    return Child(name, process)


class Output:
    """Shows what the children say, each line under the child's name, without a thread."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.selector = selectors.DefaultSelector()
        self.width = max(len(child.name) for child in children)
        for child in children:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, (child, bytearray()))

    def show(self, seconds: float) -> None:
        """Print the lines that arrive within so many seconds; return at once after the first batch."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            child, unfinished = key.data
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self.selector.unregister(key.fileobj)
            for line in _whole_lines(unfinished, chunk):
                child.last_lines.append(line)
                print(f"{child.name:<{self.width}} | {line}", flush=True)


def _whole_lines(unfinished: bytearray, chunk: bytes) -> Iterator[str]:
    unfinished.extend(chunk)
    while (end := unfinished.find(b"\n")) >= 0:
        yield unfinished[:end].decode("utf-8", "replace").rstrip("\r")
        del unfinished[: end + 1]
    if not chunk and unfinished:
        yield unfinished.decode("utf-8", "replace")
        unfinished.clear()


def end(children: Sequence[Child], patience: float = 10.0) -> None:
    """Ask all to stop, wait, and kill whatever of their groups is still there.

    Only the programs themselves are asked: each ends what it started in its own order, and Celery's pool would
    take a signal of its own for a crash.
    """
    for child in children:
        if child.exit_code is None:
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(child.exit_code is None for child in children):
        time.sleep(0.05)
    for child in children:
        # Also when the child itself has gone: what it started may have been left in its group.
        child.kill_group()
        child.process.wait()
        child.process.stdout.close()
