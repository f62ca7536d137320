"""A stage, a mail server and mails for tests of faults; and the figures they find."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from portal.outbox.models import Mail
from tests.faults.amounts import ON_POSTGRES
from tests.faults.letters import letter
from tests.faults.stage import Stage, stage
from tests.harness import programs, services
from tests.harness.smtp_sink import SmtpSink, smtp_sink

# Each database fails in its own way; Redis stands beside PostgreSQL, the filesystem broker beside SQLite.
collect_ignore = ["test_sqlite.py"] if ON_POSTGRES else ["test_postgres.py", "test_brokers.py"]


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

    def write(count: int, prefix: str = "mail", domain: str = "reader.example") -> None:
        Mail.objects.bulk_create(letter(f"{prefix}:{number}", f"{prefix}{number}@{domain}") for number in range(count))

    return write


@pytest.fixture
def post(sink: SmtpSink, settings: Any) -> SmtpSink:
    """The same mail server for what the test itself sends."""
    settings.OUTBOX_TRANSPORT = "portal.outbox.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.controller.port
    settings.EMAIL_TIMEOUT = 1
    return sink


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
