"""`make run` on a fresh machine: finding Python, making .venv, installing once."""

import os
import shutil
import subprocess

import pytest

from scripts import bootstrap
from tests.architecture.source import ROOT

pytestmark = pytest.mark.once


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a space in its name and a lock file that asks for nothing."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n")
    monkeypatch.setattr(bootstrap, "ROOT", folder)
    monkeypatch.setattr(bootstrap, "VENV", folder / ".venv")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", folder / ".venv" / "bin" / "python")
    return folder


def test_installs_once_and_again_when_the_lock_changed(project, capfd):
    assert bootstrap.main() == 0
    assert "Making .venv" in capfd.readouterr().out
    assert bootstrap.main() == 0
    assert capfd.readouterr().out == ""
    (project / "requirements.txt").write_text("# something else\n")
    assert bootstrap.main() == 0
    said = capfd.readouterr().out
    assert "Installing" in said
    assert "Making .venv" not in said


def test_makes_the_environment_anew_when_its_python_is_gone(project, capfd):
    assert bootstrap.main() == 0
    (project / ".venv" / "bin" / "python").unlink()
    assert bootstrap.main() == 0
    assert capfd.readouterr().out.count("Making .venv") == 2


def test_a_failed_installation_says_why_and_is_tried_again(project, capfd):
    (project / "requirements.txt").write_text("./is-not-there.whl\n")
    assert bootstrap.main() == 1
    assert "pip says why above" in capfd.readouterr().out
    assert bootstrap.main() == 1


def test_says_what_to_install_when_the_venv_module_is_missing(project, capfd, monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    assert bootstrap.main() == 1
    assert "sudo apt install python3-venv" in capfd.readouterr().out


def find_python(folder):
    """Run the search where only this folder is on the PATH."""
    (folder / "cat").symlink_to(shutil.which("cat"))
    command = [shutil.which("sh"), ROOT / "scripts" / "find-python"]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_passed_over(tmp_path):
    for name, code in (("python3", 1), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    found = find_python(tmp_path)
    assert (found.returncode, found.stdout.strip()) == (0, str(tmp_path / "python3.12"))


def test_says_what_is_needed_when_no_python_fits(tmp_path):
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "needs Python 3.11 or newer" in found.stderr
    assert "Traceback" not in found.stderr


def test_make_needs_no_absolute_path():
    assert str(ROOT) not in (ROOT / "Makefile").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
