"""Nothing that the starter started outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import processes
from tests.architecture.source import ROOT

pytestmark = [
    pytest.mark.once,
    # It also takes Linux to tell a child that its parent was killed.
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

# A program that starts another, tells both numbers, and ignores what it is asked.
STUBBORN_FAMILY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""


def is_running(number):
    """Whether the process lives; one that ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(numbers, seconds=5.0):
    deadline = time.monotonic() + seconds
    while any(map(is_running, numbers)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def show_until(child, output, count):
    deadline = time.monotonic() + 10
    while len(child.last_lines) < count and time.monotonic() < deadline:
        output.show(0.1)
    return list(child.last_lines)


def test_lines_are_shown_under_the_name_of_who_said_them(capfd):
    child = processes.start("web", [sys.executable, "-c", "print('one'); print('two', end='')"], os.environ)
    output = processes.Output([child])
    assert show_until(child, output, 2) == ["one", "two"]
    processes.end([child])
    assert capfd.readouterr().out == "web | one\nweb | two\n"


def test_only_the_last_lines_are_kept():
    child = processes.start("web", [sys.executable, "-c", "for n in range(100): print(n)"], os.environ)
    output = processes.Output([child])
    deadline = time.monotonic() + 10
    while "99" not in child.last_lines and time.monotonic() < deadline:
        output.show(0.1)
    processes.end([child])
    assert list(child.last_lines) == [str(number) for number in range(80, 100)]


def test_ending_kills_what_does_not_listen_and_all_it_started():
    child = processes.start("stubborn", [sys.executable, "-c", STUBBORN_FAMILY], os.environ)
    numbers = [int(number) for number in show_until(child, processes.Output([child]), 1)[0].split()]
    assert all(map(is_running, numbers))
    processes.end([child], patience=0.3)
    assert gone(numbers)


def test_a_starter_that_is_killed_leaves_nobody_behind():
    code = (
        "import os, sys, time; from scripts import processes;"
        "child = processes.start('web', [sys.executable, '-c', 'import time; time.sleep(60)'], os.environ);"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        number = int(starter.stdout.readline())
        assert is_running(number)
        starter.send_signal(signal.SIGKILL)
    assert gone([number])
