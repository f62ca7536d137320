"""The programs that tests use when the machine has them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_POSTGRES = 14  # what Django 5.2 supports


def chromium() -> str | None:
    """A Chromium that Playwright can drive; CHROMIUM names one in a place of its own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def soffice() -> str | None:
    """LibreOffice."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def redis_server() -> str | None:
    """Redis, or Valkey, which speaks the same."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def postgres() -> Path | None:
    """The folder with initdb and postgres: the one on the PATH, else the newest where Debian puts them."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    return next((folder for folder in folders if _is_new_enough(folder)), None)


def _major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdecimal() else 0


def _is_new_enough(folder: Path) -> bool:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return False
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+", said)
    return version is not None and int(version[0]) >= OLDEST_POSTGRES
