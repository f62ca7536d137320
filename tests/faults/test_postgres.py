"""PostgreSQL is unplugged or crashes: pages say 503, senders wait, and both go on when it is back."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from portal.outbox.models import Mail
from tests.faults.amounts import so_many
from tests.faults.stage import database_url, stage, wait_until
from tests.faults.wire import Wire, wire
from tests.harness import programs, services
from tests.harness.smtp_sink import SmtpSink

AWAY = "The database is away"
pytestmark = pytest.mark.slow


@pytest.fixture
def plug(transactional_db: None) -> Iterator[Wire]:
    """Between the programs and the database; the test itself keeps a connection of its own."""
    with wire(int(connection.settings_dict["PORT"])) as running:
        yield running


def test_pages_answer_503_and_are_back_with_it(plug: Wire, tmp_path: Path, figure: Callable[..., None]) -> None:
    with stage(tmp_path, DATABASE_URL=database_url("127.0.0.1", plug.port)) as running:
        web = running.web()
        assert web.get("/glossary/").status == 200
        assert web.get("/readyz").status == 200
        plug.cut()
        for cookie in ("", "sessionid=abcdefghijklmnopqrstuvwxyz"):
            away = web.get("/glossary/", Cookie=cookie)
            assert away.status == 503
            assert away.headers["retry-after"] == "5"
            assert "will be back in a moment" in away.body
            assert "default-src 'none'" in away.headers["content-security-policy"]
        assert web.get("/healthz").status == 200
        ready = web.get("/readyz")
        assert (ready.status, '"database": "unavailable"' in ready.body) == (503, True)
        plug.mend()
        began = time.monotonic()
        wait_until(lambda: web.get("/glossary/").status == 200, "pages are back", web.program)
    figure(
        AWAY, "PostgreSQL unplugged: 503, and back after it is plugged in", seconds=round(time.monotonic() - began, 1)
    )


@pytest.mark.faults
def test_unplugged_ten_times_while_mails_are_sent(
    plug: Wire, tmp_path: Path, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None]
) -> None:
    sink.delay_seconds = 0.01
    mails(300)
    with stage(tmp_path, DATABASE_URL=database_url("127.0.0.1", plug.port), EMAIL_URL=sink.url) as running:
        program = running.sender()
        for _ in range(10):
            until = sink.attempts + 15
            wait_until(lambda until=until: sink.attempts >= until, "mails flow", program)
            plug.cut()
            time.sleep(0.5)
            plug.mend()
        unsent = Mail.objects.exclude(state=Mail.State.SENT)
        wait_until(lambda: not unsent.exists(), "all are sent", program)
    taken = sink.taken()
    lost, duplicates = 300 - len(taken), sum(taken.values()) - len(taken)
    figure(AWAY, "PostgreSQL unplugged ten times over 300 mails", lost=lost, duplicates=duplicates)
    assert lost == 0
    assert duplicates <= 10


def _told(server: services.Service, question: str) -> list[str]:
    """What another PostgreSQL answers, a line for each row."""
    said = subprocess.run(
        [programs.postgres() / "psql", server.url, "-Atc", question], capture_output=True, text=True, check=True
    )
    return said.stdout.split()


@pytest.fixture
def another(transactional_db: None) -> Iterator[services.Service]:
    """A PostgreSQL that may crash, with the tables of the test's own."""
    binaries, known = programs.postgres(), connection.settings_dict
    source = database_url(known["HOST"], int(known["PORT"]))
    with services.postgres() as server:
        dump = subprocess.run([binaries / "pg_dump", "--no-owner", source], capture_output=True, check=True)
        subprocess.run([binaries / "psql", "-q", server.url], input=dump.stdout, capture_output=True, check=True)
        yield server


def crash(server: services.Service) -> None:
    """What `pg_ctl stop -m immediate` does, and then it is started again and recovers."""
    server.stop(signal.SIGQUIT)
    server.start()


def test_crashed_and_recovered_ten_times_while_things_are_written_and_told(
    another: services.Service, tmp_path: Path, sink: SmtpSink, figure: Callable[..., None]
) -> None:
    """Each thing is written with its mail in one transaction; a ledger has what was committed."""
    crashes, things = so_many(10, 2), so_many(1000, 100)
    sink.delay_seconds = 0.004
    ledger = tmp_path / "ledger"
    ledger.touch()
    with stage(tmp_path, DATABASE_URL=another.url, EMAIL_URL=sink.url) as running:
        running.sender()
        writer = running.start("writer", "tests.faults.enqueuer", str(ledger), str(things))
        for number in range(crashes):
            until = things * (number + 1) // (crashes + 2)
            wait_until(
                lambda until=until: len(ledger.read_text().split()) >= until, "things are written", *running.programs
            )
            crash(another)
        wait_until(lambda: writer.process.poll() is not None, "all is written", *running.programs)
        unsent = "SELECT key FROM outbox_mail WHERE state <> 'sent'"
        wait_until(lambda: not _told(another, unsent), "all are sent", *running.programs)
        written = Counter(_told(another, "SELECT title FROM follows_channel WHERE kind = 'thing'"))
        mailed = Counter(_told(another, "SELECT key FROM outbox_mail"))
        message_ids = set(_told(another, "SELECT message_id FROM outbox_mail"))
    taken = sink.taken()
    found = {
        "crashes": crashes,
        "committed": things,
        "commits_lost": len(set(ledger.read_text().split()) - set(written)),
        "half_written": len(written - mailed) + len(mailed - written),
        "mails_lost": len(message_ids - set(taken)),
        "duplicates": sum(taken.values()) - len(taken),
    }
    figure(AWAY, "PostgreSQL crashes (immediate) and recovers", **found)
    assert (found["commits_lost"], found["half_written"], found["mails_lost"]) == (0, 0, 0)
    assert found["duplicates"] <= crashes
