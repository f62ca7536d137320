"""How long telling 100,000 people takes, against a plain INSERT ... SELECT of the very rows it writes.

`python -m scripts.bench_notify [--people 100000]`, on a PostgreSQL that it starts itself. Preferences, levels, the
day's six mails and what each may see are decided in the statement; the plain one copies the finished rows. Notices
and mails are both counted. 1 when telling takes more than twice as long.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEOPLE, ROUNDS, LIMIT = 100_000, 3, 2.0
TABLES = ("notifications_notification", "outbox_mail")


def main() -> int:
    """Start a database, then measure in a process that knows it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--here", action="store_true", help="measure on the database of this environment")
    arguments = parser.parse_args()
    if arguments.here:
        return measure(arguments.people)
    from tests.harness import services  # noqa: PLC0415 -- only where a server is started

    with services.postgres() as database:
        known = {"DATABASE_URL": database.url, "DATABASE_STATEMENT_TIMEOUT_MS": "5000"}
        command = [sys.executable, "-m", "scripts.bench_notify", "--here", "--people", str(arguments.people)]
        environment = {**os.environ, **known}
        migrated = {**environment, "DATABASE_STATEMENT_TIMEOUT_MS": "0"}
        migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=migrated, check=True)
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def measure(people: int) -> int:
    """Print each round and the ratio of the medians."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django  # noqa: PLC0415 -- the database is known by now

    django.setup()
    fact, tell = prepared(people)
    took, plain = [], []
    for _ in range(ROUNDS):
        took.append(timed(tell))
        rows = keep()
        plain.append(timed(copy))
        print(f"told {rows[0]} people, {rows[1]} mails: {took[-1]:.2f} s; plain copy {plain[-1]:.2f} s", flush=True)
        empty()
    ratio = statistics.median(took) / statistics.median(plain)
    print(f"fact {fact}: telling takes {ratio:.2f} of a plain INSERT ... SELECT (at most {LIMIT})", flush=True)
    return 0 if ratio <= LIMIT else 1


def prepared(people: int) -> tuple[int, Callable[[], None]]:
    """A kit that everybody follows has a new version; how it is told. Two in three get a mail, the others a summary."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from kits.facts import KitReleased  # noqa: PLC0415
    from kits.notifications import NewRelease  # noqa: PLC0415
    from members.models import User  # noqa: PLC0415
    from portal.follows.models import Follow  # noqa: PLC0415
    from portal.notifications.models import Preference, Wishes  # noqa: PLC0415
    from portal.notifications.operations import notify  # noqa: PLC0415
    from portal.outbox.models import Errand, Fact  # noqa: PLC0415
    from portal.outbox.registry import Envelope  # noqa: PLC0415
    from tests.factories.kits import make_kit  # noqa: PLC0415

    now = timezone.now()
    one = User.objects.create(email="p0@x.example", name="Person", standing="member")
    multiply(one, people, email="'p' || n || '@x' || n % 50 || '.example'")
    kit = make_kit("measured", audience="members")
    follow = Follow.objects.create(channel=kit.channel, user=one, since=now)
    multiply(follow, people, user_id=f"{one.pk} + n")
    wishes = Wishes.objects.create(person=one)
    multiply(wishes, people, person_id=f"{one.pk} + n", preset="('{everything,balanced,quiet}'::text[])[1 + n % 3]")
    choice = Preference.objects.create(person=one, kind=NewRelease.slug, way="mail")
    multiply(choice, people // 2, person_id=f"{one.pk} + n")
    fact = KitReleased(kit_id=kit.pk, release_id=0, title="Kit", version="2", severity="improvement", url="/kits/")
    with transaction.atomic():
        row = Fact.objects.create(name=fact.fact_name, key="measured", payload={}, at=now)
    Errand.objects.all().delete()
    envelope = Envelope(fact_id=row.pk, at=now, by_id=None)
    return row.pk, lambda: notify(kind=NewRelease(), fact=fact, envelope=envelope)


def multiply(row: Any, times: int, **columns: str) -> None:
    """Many rows like this one; `columns` says in SQL what differs for the row number `n`."""
    table, key = row._meta.db_table, row._meta.pk
    names = [field.column for field in row._meta.concrete_fields if field is not key or key.column in columns]
    values = [columns.get(name, f'"{name}"') for name in names]
    into, chosen = ", ".join(f'"{name}"' for name in names), ", ".join(values)
    first = f"{table}.{key.column} = {row.pk}"
    _execute(
        f"INSERT INTO {table} ({into}) SELECT {chosen} FROM {table}, generate_series(1, {times}) AS n WHERE {first}"  # noqa: S608 -- names of our own tables
    )


def timed(work: Callable[[], Any]) -> float:
    """Seconds, after the planner was told what the tables hold."""
    _execute("ANALYZE")
    began = time.monotonic()
    work()
    return time.monotonic() - began


def keep() -> list[int]:
    """Put the rows that were written aside, and empty their tables."""
    counts = []
    for table in TABLES:
        _execute(f"DROP TABLE IF EXISTS kept_{table}", f"CREATE TABLE kept_{table} AS TABLE {table}")
        counts.append(_execute(f"SELECT count(*) FROM kept_{table}"))  # noqa: S608 -- our own two names
    empty()
    return counts


def copy() -> None:
    """The plain statement: the same rows into the same tables, in one transaction as well."""
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        for table in TABLES:
            _execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608 -- our own two names


def empty() -> None:
    """Both tables as they were before."""
    _execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def _execute(*statements: str) -> Any:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


if __name__ == "__main__":
    sys.exit(main())
