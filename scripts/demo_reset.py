"""Begins the demonstration anew: removes database, files, mail and broker under PORTAL_DATA, loads again.

`make demo-reset` asks first; `make demo-reset YES=1` does not. Never touches a PostgreSQL database.
"""

import os
import shutil
import sys
from pathlib import Path

from scripts import run

ROOT = Path(__file__).resolve().parent.parent
# What the portal itself writes there. Anything else in the folder is somebody's, and stays.
WRITTEN_BY_THE_PORTAL = (
    "portal.sqlite3",
    "portal.sqlite3-wal",
    "portal.sqlite3-shm",
    "media",
    "private",
    "mail",
    "broker",
    "beat",
    "demonstration-loading",
)


def main() -> int:
    """Ask, remove, load; return the exit code."""
    data = Path(os.environ.get("PORTAL_DATA") or ROOT / "var").resolve()
    if os.environ.get("DATABASE_URL"):
        run.say(
            "DATABASE_URL is set, and demo-reset only empties the SQLite database of a data folder.\n"
            "Drop and create that database yourself, then `make run` fills it."
        )
        return 1
    try:
        with run.only_one_on(data):
            if not agreed(data):
                run.say("Nothing was changed.")
                return 1
            remove(data)
            return load(data)
    except run.CannotStartError as error:
        run.say(str(error))
        return 1


def agreed(data: Path) -> bool:
    """Whether the person wants all of it gone."""
    if os.environ.get("YES") == "1":
        return True
    run.say(f"This removes the database, the files and the captured mail in {data}, and all that was added.")
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except (EOFError, KeyboardInterrupt):
        run.say("")
        return False


def remove(data: Path) -> None:
    """Take away what the portal wrote."""
    for name in WRITTEN_BY_THE_PORTAL:
        path = data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def load(data: Path) -> int:
    """Fill the empty folder again and say who can sign in."""
    os.environ["PORTAL_DATA"] = str(data)
    from scripts import prepare  # noqa: PLC0415 - reads the settings, which read PORTAL_DATA

    report = data / "demonstration-accounts.json"
    prepare.main("database", str(report))
    report.unlink()
    run.say("Done. `make run` starts the portal.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
