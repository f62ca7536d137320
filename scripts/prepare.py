"""Brings the data to where the portal can start: `database` or `static`, run side by side by run.py."""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main(what: str, *arguments: str) -> int:
    """Prepare one of the two; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    if what == "database":
        database(report=Path(arguments[0]))
    else:
        static_files()
    return 0


def database(*, report: Path) -> None:
    """Migrate, fill an empty database with the demonstration content, and report who can sign in."""
    migrate()
    call_command("createcachetable", verbosity=0)
    if is_empty():
        load_demonstration()
    report.write_text(json.dumps(demonstration_accounts()), encoding="utf-8")


def migrate() -> None:
    """Apply what is missing, saying how far it is."""
    executor = MigrationExecutor(connection)
    total = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not total:
        say("up to date")
        return
    began = time.monotonic()
    say(f"applying {total} migrations")
    call_command("migrate", interactive=False, verbosity=1, stdout=_Progress(total))
    say(f"migrated in {time.monotonic() - began:.0f} s")


class _Progress:
    """Takes what `migrate` prints and passes on each fortieth step."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def write(self, text: str) -> None:
        if text.startswith("  Applying"):
            self.done += 1
            if self.done % 40 == 0:
                say(f"  {self.done}/{self.total}")

    def flush(self) -> None:
        """Nothing is held back."""


def _loading() -> Path:
    """A file that is there while demonstration content is being loaded, and after that was interrupted."""
    return Path(settings.DATA_DIR) / "demonstration-loading"


def is_empty() -> bool:
    """Nobody is a member yet, or the last loading did not come to its end."""
    return _loading().exists() or not get_user_model().objects.exists()


def load_demonstration() -> None:
    """Load the demonstration content; it is idempotent, so an interrupted loading is completed."""
    began = time.monotonic()
    say("empty: loading the demonstration content")
    _loading().touch()
    call_command("load_demo")
    _loading().unlink()
    say(f"demonstration content loaded in {time.monotonic() - began:.0f} s")


def demonstration_accounts() -> dict:
    """The password and the accounts of the demonstration that this database holds; empty without any."""
    from demo import accounts  # noqa: PLC0415 - its models need django.setup()

    held = set(get_user_model().objects.values_list("email", flat=True))
    people = [(person.email, str(person.description)) for person in accounts.ACCOUNTS if person.email in held]
    return {"password": accounts.PASSWORD, "people": people}


def static_files() -> None:
    """Collect, name by content and compress the static files, unless none has changed since."""
    stamp = Path(settings.STATIC_ROOT) / ".collected-from"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    began = time.monotonic()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted, encoding="utf-8")
    say(f"files collected and compressed in {time.monotonic() - began:.0f} s")


def fingerprint() -> str:
    """Changes whenever a static file of the portal or of a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
