"""A stage, a mail server and mails for tests of faults; and the figures they find."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.outbox.models import Mail
from portal.outbox.operations import message_id
from tests.faults.stage import Stage, stage
from tests.harness import programs, services
from tests.harness.smtp_sink import SmtpSink, smtp_sink

POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
# Each database fails in its own way.
collect_ignore = ["test_sqlite.py"] if POSTGRES else ["test_postgres.py"]

RAW = json.dumps(
    {"subject": "News", "from": "portal@portal.example", "reply_to": [], "headers": {}, "text": "Text.", "html": ""}
)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """The mail server of the programs."""
    with smtp_sink() as running:
        yield running


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[services.Service | None]:
    """A Redis of the test's own, or None for the filesystem broker: as the run has it, unless the test says which."""
    which = getattr(request, "param", "redis" if os.environ.get("REDIS_URL") else "filesystem")
    if which == "filesystem":
        yield None
        return
    if programs.redis_server() is None:
        pytest.skip("Redis was not found")
    with services.redis_server() as running:
        yield running


@pytest.fixture
def on_stage(tmp_path: Path, sink: SmtpSink, broker: services.Service | None) -> Iterator[Stage]:
    """Programs that share the test's database, the broker and the mail server."""
    more = {"REDIS_URL": broker.url} if broker else {}
    with stage(tmp_path, EMAIL_URL=sink.url, **more) as running:
        yield running


@pytest.fixture
def mails(transactional_db: None) -> Callable[[int], None]:
    """Write so many mail rows that are due."""

    def write(count: int, prefix: str = "mail") -> None:
        now = timezone.now()
        Mail.objects.bulk_create(
            Mail(
                key=f"{prefix}:{number}",
                message_id=message_id(f"{prefix}:{number}"),
                renderer="raw",
                raw=RAW,
                address=f"{prefix}{number}@reader.example",
                created_at=now,
                due_at=now,
            )
            for number in range(count)
        )

    return write


@pytest.fixture
def figure() -> Callable[..., None]:
    """Print what was found, and keep it for `make faults`, which writes docs/faults.md (scripts/faults.py)."""

    def keep(table: str, what: str, **values: Any) -> None:
        database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
        row = {"what": what, "database": database, **{name.replace("_", " "): value for name, value in values.items()}}
        print(f"FIGURE {table}:", json.dumps(row))
        path = os.environ.get("FAULTS_FIGURES")
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"table": table, "row": row}) + "\n")

    return keep


def broker_name(broker: services.Service | None) -> str:
    """For the figures."""
    return "Redis" if broker else "filesystem"
