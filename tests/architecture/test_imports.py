"""Who may import whom, as pyproject.toml lists it."""

import subprocess
import sys
import tomllib

from django.conf import settings

from tests.architecture.source import ROOT


def test_import_contracts_are_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_app_has_its_place_in_the_layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {name for layer in contracts[0]["layers"] for name in layer.split(" | ")}
    ours = {app for app in settings.INSTALLED_APPS if (ROOT / app.replace(".", "/")).is_dir()}
    assert ours
    assert ours - placed == set()
