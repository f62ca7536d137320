"""Every check that needs no test run, one line for each; the output of a check is shown when it fails."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The check asks what a real deployment would be told, so it is given what a real deployment has.
PRODUCTION = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "a-long-and-varied-value-that-exists-only-for-this-check-0123456789",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "PRIVATE_MEDIA_ROOT": "var/cache/lint/private",
    "PORTAL_DATA": "var/cache/lint",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


def steps() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Each check: what it is for, the command, and the environment it needs beside the usual one."""
    python = [sys.executable]
    module = [*python, "-m"]
    yield "Python style", [*module, "ruff", "check", "."], {}
    yield "Python format", [*module, "ruff", "format", "--check", "."], {}
    yield "templates", [*module, "djlint", "--lint", "--quiet", "templates"], {}
    yield (
        "who imports whom",
        [*python, "-c", "from importlinter.cli import lint_imports_command as l; l()"],
        {},
    )
    yield "types", [*module, "ty", "check", "--no-progress", *typed()], {}
    schema = ["--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    yield "compose file", [*module, "check_jsonschema", *schema], {}
    data = {"PORTAL_DATA": "var/cache/lint"}
    yield "migrations", [*python, "manage.py", "makemigrations", "--check", "--dry-run"], data
    deploy = ["check", "--deploy", "--fail-level", "WARNING"]
    yield "production settings", [*python, "-W", "error", "manage.py", *deploy], PRODUCTION


def typed() -> list[str]:
    """The modules where types pay: what features offer each other."""
    names = ("operations", "queries", "rules")
    apps = ("portal", "members", "cases", "kits", "workinggroups")
    return sorted(str(path) for app in apps for name in names for path in Path(app).rglob(f"{name}.py"))


def main() -> int:
    """Run all checks, also after one failed; 1 when any did."""
    os.chdir(ROOT)
    failed = []
    for name, command, extra in steps():
        began = time.monotonic()
        done = subprocess.run(
            command,
            env={**os.environ, **extra},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(
            f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)",
            flush=True,
        )
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout, flush=True)
    print(f"lint: {'all is well' if not failed else 'failed: ' + ', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
