"""Production does not start half configured: it names everything that is missing, at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
COMPLETE = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "a-long-and-varied-value-that-exists-only-for-this-test-0123456789",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


def _check(tmp_path: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=ROOT,
        env={**kept, "PORTAL_DATA": str(tmp_path / "data"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_names_everything_it_lacks(tmp_path: Path) -> None:
    done = _check(tmp_path, {"PORTAL_ENV": "production"})
    assert done.returncode != 0
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "PRIVATE_MEDIA_ROOT", "REDIS_URL", "EMAIL_URL"):
        assert name in done.stderr


def test_a_complete_production_has_nothing_to_say(tmp_path: Path) -> None:
    done = _check(
        tmp_path, {**COMPLETE, "PRIVATE_MEDIA_ROOT": str(tmp_path / "private")}, "--deploy", "--fail-level", "DEBUG"
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_private_files_inside_the_public_folder_are_refused(tmp_path: Path) -> None:
    environment = {
        **COMPLETE,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PRIVATE_MEDIA_ROOT": str(tmp_path / "media" / "private"),
    }
    done = _check(tmp_path, environment, "--deploy")
    assert done.returncode != 0
    assert "portal.E001" in done.stderr


def test_without_any_variable_the_portal_starts_on_this_machine_alone(tmp_path: Path) -> None:
    assert _check(tmp_path, {}).returncode == 0
