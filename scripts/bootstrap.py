"""Brings .venv in line with a lock file, with visible progress, and only when the lock changed.

Runs under whatever Python 3.11+ the machine has, so it imports nothing but the standard library. A run that
was interrupted leaves no stamp, and the next one goes on from where pip stopped.
"""

import collections
import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
COLLECTING = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)")


def main(lock_name: str = "requirements.txt") -> int:
    """Install the lock into .venv; return the exit code."""
    lock = ROOT / lock_name
    stamp = VENV / f".installed-{lock.stem}"
    with _only_one_at_a_time():
        wanted = _fingerprint(lock)
        if _runs(VENV_PYTHON) and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return 0
        if not _made_venv():
            return 1
        stamp.unlink(missing_ok=True)
        code = _install(lock)
        if code == 0:
            stamp.write_text(_fingerprint(lock), encoding="utf-8")
        return code


def _only_one_at_a_time() -> "_FolderLock":
    """Two terminals that both say `make run` must not install into each other."""
    return _FolderLock(ROOT)


class _FolderLock:
    def __init__(self, folder: Path) -> None:
        self.descriptor = os.open(folder, os.O_RDONLY)

    def __enter__(self) -> None:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another installation is at work in this folder; waiting for it.")
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def _fingerprint(lock: Path) -> str:
    """What the stamp holds: the lock's content, and the Python and place it was installed for."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    version = ""
    if _runs(VENV_PYTHON):
        version = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    return f"{digest}\n{version}"


def _runs(python: Path) -> bool:
    """Whether this interpreter is still there: a system upgrade can take away what .venv points to."""
    if not python.exists():
        return False
    probe = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _made_venv() -> bool:
    """Make .venv unless a working one with pip is there."""
    if _runs(VENV_PYTHON) and _quiet([VENV_PYTHON, "-m", "pip", "--version"]):
        return True
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        minor = f"{sys.version_info.major}.{sys.version_info.minor}"
        _say(
            f"This Python ({sys.executable}) came without its venv module.\n"
            f"On Debian or Ubuntu:  sudo apt install python3-venv   (or python{minor}-venv)\n"
            "Then run the same command again."
        )
        return False
    _say(f"Making .venv with Python {sys.version.split()[0]}")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], cwd=ROOT, check=False)
    return made.returncode == 0


def _quiet(command: list) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _install(lock: Path) -> int:
    """Run pip and show how far it is; on failure show what it said last."""
    total = len(PIN.findall(lock.read_text(encoding="utf-8")))
    _say(f"Installing {total} locked packages from {lock.name}")
    started = time.monotonic()
    # The lock is complete, so pip need not resolve anything; hashes decide what is accepted.
    command = [VENV_PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--no-deps", "--require-hashes", "-r", lock.name]
    last = collections.deque(maxlen=25)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        try:
            _follow(pip, total, last)
        except KeyboardInterrupt:
            pip.wait()
            _say("\nStopped. The same command goes on from here.")
            return 130
    if pip.returncode != 0:
        _say(f"\n{''.join(last)}\nInstalling failed; pip says why above. The same command tries again.")
        return 1
    _say(f"\rInstalled in {time.monotonic() - started:.0f} s" + " " * 40)
    return 0


def _follow(pip: subprocess.Popen, total: int, last: collections.deque) -> None:
    """Turn pip's chatter into one line a package on a terminal, and one line in twenty elsewhere."""
    done = 0
    on_terminal = sys.stdout.isatty()
    for line in pip.stdout:
        last.append(line)
        collecting = COLLECTING.match(line)
        if collecting:
            done += 1
            progress = f"  {min(done, total)}/{total} {collecting[1]}"
            if on_terminal:
                print(f"\r{progress:<60}", end="", flush=True)
            elif done % 20 == 0 or done == total:
                _say(progress)
        elif line.startswith("Installing collected packages"):
            _say(("\r" if on_terminal else "") + f"{'  unpacking':<60}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
