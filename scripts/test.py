"""Runs the tests on every database there is, and says plainly what was left out.

SQLite always, with everything; then PostgreSQL with Redis, without the tests whose point is the page or a
file. With CI=true nothing may be missing. Arguments go to pytest: make test ARGS='-k agenda -n 0'.
"""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness import programs, services

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS_COLLECTED = 5
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")


@dataclass
class Plan:
    """What this machine lets us run."""

    faults: bool
    fuzz: bool = False
    left_out: list[str] = field(default_factory=list)
    unavailable_marks: list[str] = field(default_factory=list)
    has_postgres: bool = False
    has_redis: bool = False


def main(arguments: list[str]) -> int:
    """Run all that can be run; return the exit code for all of it."""
    plan = look_around(faults="--faults" in arguments)
    plan.fuzz = "--fuzz" in arguments
    arguments = [argument for argument in arguments if argument not in {"--faults", "--fuzz"}]
    for sentence in plan.left_out:
        say(f"Left out: {sentence}")
    if plan.left_out and os.environ.get("CI") == "true":
        say("CI=true leaves nothing out: install what is missing (`bash .ci/run` does on Debian).")
        return 1
    total: Counter[str] = Counter()
    codes = [run("SQLite", plan, {}, [], arguments, total)]
    if plan.has_postgres:
        with contextlib.ExitStack() as stack:
            environment = {"DATABASE_URL": stack.enter_context(services.postgres()).url}
            if plan.has_redis:
                environment["REDIS_URL"] = stack.enter_context(services.redis_server()).url
            name = "PostgreSQL and Redis" if plan.has_redis else "PostgreSQL"
            codes.append(run(name, plan, environment, ["browser", "documents", "once"], arguments, total))
    for sentence in plan.left_out:
        say(f"Left out: {sentence}")
    return conclude(codes, total)


def look_around(*, faults: bool) -> Plan:
    """Find what the machine has, and name what goes untested without the rest."""
    plan = Plan(faults=faults, has_postgres=bool(programs.postgres()), has_redis=bool(programs.redis_server()))
    if not plan.has_postgres:
        plan.left_out.append(f"PostgreSQL {programs.OLDEST_POSTGRES} or newer was not found; SQLite only.")
    if not plan.has_redis:
        plan.left_out.append("Redis was not found; the filesystem broker and the database cache only.")
    if not programs.chromium():
        plan.left_out.append("Chromium was not found; no journeys in a browser.")
        plan.unavailable_marks.append("browser")
    if not programs.soffice():
        plan.left_out.append("LibreOffice was not found; the kit's files are not opened in it.")
        plan.unavailable_marks.append("documents")
    return plan


def run(  # noqa: PLR0917 - one call for each database, read side by side above
    name: str,
    plan: Plan,
    environment: dict[str, str],
    without: list[str],
    arguments: list[str],
    total: Counter[str],
) -> int:
    """Run pytest once, showing its output as it comes; add its counts to the total."""
    say(f"\n=== {name}")
    marks = [] if plan.faults else ["not faults"]
    marks += ["fuzz"] if plan.fuzz else ["not fuzz"]
    marks += [f"not {mark}" for mark in dict.fromkeys([*without, *plan.unavailable_marks])]
    command = [sys.executable, "-m", "pytest", *(["tests/faults"] if plan.faults else [])]
    command += ["-m", " and ".join(marks)] if marks else []
    command += ["-n", "0"] if plan.faults else ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadgroup"]
    command += ["--color=yes"] if sys.stdout.isatty() else []
    ambient = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    began = time.monotonic()
    tail = b""
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env={**ambient, **environment}, stdout=subprocess.PIPE
    ) as pytest:
        while chunk := os.read(pytest.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            tail = (tail + chunk)[-4000:]
    count(closing_line(tail.decode("utf-8", "replace")), pytest.returncode, total)
    say(f"=== {name}: {time.monotonic() - began:.0f} s, exit code {pytest.returncode}")
    return pytest.returncode


def count(line: str, code: int, total: Counter[str]) -> None:
    """Add what a closing line counts; a run that broke off before it could count is one failure."""
    found = COUNTS.findall(line)
    for number, word in found:
        total["failed" if word.startswith("error") else word] += int(number)
    if not found and code not in {0, NO_TESTS_COLLECTED}:
        total["failed"] += 1


def closing_line(output: str) -> str:
    """The last line of pytest that counts tests."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    return next((line for line in reversed(plain.splitlines()) if re.search(r" in \d+\.\d+s", line)), "")


def conclude(codes: list[int], total: Counter[str]) -> int:
    """Print one line for all runs, and turn their exit codes into one."""
    ran = total["passed"] + total["failed"]
    good = {0, NO_TESTS_COLLECTED} if ran else {0}
    failed = next((code for code in codes if code not in good), 0)
    say(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return failed


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
