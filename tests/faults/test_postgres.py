"""PostgreSQL is unplugged: pages say 503, senders wait, and both go on when it is back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from portal.outbox.models import Mail
from tests.faults.stage import database_url, stage, wait_until
from tests.faults.wire import Wire, wire
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
