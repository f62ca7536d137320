"""Runs the tests of faults in full on PostgreSQL and Redis, a sample on SQLite, and writes docs/faults.md."""

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from scripts import test

REPORT = test.ROOT / "docs" / "faults.md"
INTRODUCTION = """# Faults: what was measured

Written by `make faults` on {date}, Python {python}, {cores} cores, load {load:.0f}; each figure is one run's. The tests
are in `tests/faults`; they fail when a mail is lost, when a kill costs more than one duplicate or all of them more than
0.3 on average, when a second sending carries another Message-ID than the first, when a page is more than 100 ms slower
at the 95th percentile, or when mails go out more slowly than 0.2 (with two workers 0.35) of bare smtplib.

*Lost* and *duplicates* are counted at a mail server that takes 4 ms for each mail. A duplicate comes from a sender that
dies between the server's "250" and its own commit: no sender can close that gap. The kernel needs about 4 ms to take a
killed sender's memory back, and closes its connection only then; until then the server goes on with the mail that was
under way. How far the mean depends on the server is told beside it: for one that takes no time, and one of 25 ms.

The full numbers are run on PostgreSQL with Redis; on SQLite, with the filesystem broker, a sample of each. Time is
shortened where waiting shows nothing: beat's look at what is due comes each second instead of each minute, a lease
lasts three seconds instead of two minutes, and the minutes and hours between two tries are set to have passed. So an
outage of ten seconds stands for one of ten minutes: as many looks of beat fall into it.
"""


def main(arguments: list[str]) -> int:
    """Run, then write; the exit code of the tests. After a failure the report stays as it was."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        os.environ["FAULTS_FIGURES"], os.environ["FAULTS"] = str(figures), "full"
        code = test.main(["--faults", *arguments])
        rows = (
            [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()] if figures.exists() else []
        )
    test.say("\n".join(tables(rows)))
    if code == 0 and not arguments:
        REPORT.write_text(report(rows), encoding="utf-8")
        test.say(f"\nWritten to {REPORT.relative_to(test.ROOT)}")
    return code


def report(rows: list[dict]) -> str:
    """The whole document."""
    when = {"date": f"{datetime.now(UTC):%-d %B %Y}", "python": platform.python_version()}
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[2]}
    return INTRODUCTION.format(**when, **machine) + "\n".join(tables(rows)) + "\n"


def tables(rows: list[dict]) -> list[str]:
    """One table of Markdown for each name, with the columns that its rows have."""
    lines = []
    for name in dict.fromkeys(row["table"] for row in rows):
        found = [row["row"] for row in rows if row["table"] == name]
        columns = list(dict.fromkeys(column for row in found for column in row))
        lines += ["", f"## {name}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
        lines += [f"| {' | '.join(str(row.get(column, '')) for column in columns)} |" for row in found]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
