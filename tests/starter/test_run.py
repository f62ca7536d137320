"""`make run`: sentences that help, and the whole of it once on an empty folder."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import demo_reset, run
from tests.architecture.source import ROOT
from tests.harness.services import free_port
from tests.starter.test_processes import gone

pytestmark = pytest.mark.once


def whole_portal(test):
    """Runs once for all such tests, in one process."""
    linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
    return linux(pytest.mark.slow(pytest.mark.xdist_group("starter")(test)))


# The tests' own settings and services are not what somebody who types `make run` has.
NOT_INHERITED = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "SITE_URL", "PORTAL_DATA", "PORT"}


def starter(data, port):
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"PORTAL_DATA": str(data), "PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_taken_port_is_named_with_one_that_is_free():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(run.CannotStartError, match=f"Port {port} is taken") as refusal:
            run.reserved(port)
    offered = int(re.search(r"PORT=(\d+) make run", str(refusal.value))[1])
    with run.reserved(offered) as listener:
        assert listener.getsockname() == ("127.0.0.1", offered)
        with pytest.raises(run.CannotStartError, match="is taken"):
            run.reserved(offered)


@pytest.mark.parametrize("text", ["", "eight thousand", "0", "65536", "-1", "٣"])
def test_what_is_no_port_is_refused_with_an_example(text):
    with pytest.raises(run.CannotStartError, match="PORT=8001 make run"):
        run.chosen_port(text)


def test_two_portals_do_not_share_a_data_folder(tmp_path):
    first = run.only_one_on(tmp_path)
    with first, pytest.raises(run.CannotStartError, match="already running"), run.only_one_on(tmp_path):
        pass
    with run.only_one_on(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(run.CannotStartError, match="cannot be written"), run.only_one_on(tmp_path / "file" / "data"):
        pass


def test_reset_asks_and_leaves_alone_what_it_did_not_write(tmp_path, monkeypatch):
    (tmp_path / "media").mkdir()
    (tmp_path / "portal.sqlite3").touch()
    (tmp_path / "holiday.jpg").touch()
    demo_reset.remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    assert not demo_reset.agreed(tmp_path)
    monkeypatch.setattr("builtins.input", lambda prompt: "yes")
    assert demo_reset.agreed(tmp_path)


@dataclass
class Ended:
    """A run from start to end."""

    text: str
    exit_code: int
    children: set[int]
    home_status: int


def start_and(act, data):
    """Start the portal, open its home page, do something to it, and wait for its end."""
    port = free_port()
    with starter(data, port) as portal:
        said = []
        for line in portal.stdout:
            said.append(line)
            if "Ctrl-C ends" in line:
                break
        assert portal.poll() is None, "".join(said)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as home:
            status = home.status
        children = processes_below(portal.pid)
        act(portal, children)
        said.append(portal.communicate(timeout=60)[0])
    return Ended("".join(said), portal.returncode, children, status)


def press_ctrl_c(portal, children):
    portal.send_signal(signal.SIGINT)


def kill_the_worker(portal, children):
    os.kill(min(number for number in children if b"\0worker\0" in command_of(number)), signal.SIGKILL)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    data = tmp_path_factory.mktemp("data") / "a folder"
    return data, start_and(press_ctrl_c, data)


@whole_portal
def test_the_portal_starts_on_an_empty_folder_and_ctrl_c_ends_all_of_it(first_run):
    ended = first_run[1]
    assert "The portal is ready" in ended.text
    for account in ("practitioner", "lead", "staff", "provider"):
        assert f"{account}@example.org" in ended.text
    assert ended.home_status == 200
    assert len(ended.children) >= 3
    assert gone(ended.children)
    assert ended.exit_code == 0
    assert "Traceback" not in ended.text


@whole_portal
def test_a_second_start_loads_nothing_and_a_dead_program_ends_the_others(first_run):
    ended = start_and(kill_the_worker, first_run[0])
    assert "up to date" in ended.text
    assert "loading" not in ended.text
    assert "worker ended by itself with exit code -9" in ended.text
    assert ended.exit_code == 1
    assert gone(ended.children)


def processes_below(number):
    """The numbers of all that a process started, directly or not."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pid, _, rest = status.read_text().rpartition(")")
            parents[int(pid.split()[0])] = int(rest.split()[1])
    below, found = {number}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in below} - below
        below |= found
    return below - {number}


def command_of(number):
    return Path(f"/proc/{number}/cmdline").read_bytes()
