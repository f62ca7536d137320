"""Redis is flushed, restarted, silenced and taken away in mid-run: no mail is lost or sent twice."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db.models import QuerySet

from portal.outbox.models import Mail
from tests.faults.stage import Stage, wait_until
from tests.faults.test_kills import outcome
from tests.harness.services import Service
from tests.harness.smtp_sink import SmtpSink

# Ten minutes would be waited for ten minutes: the sweep comes each second here instead of each minute, so that an
# outage of ten seconds takes as many sweeps away as one of ten minutes does in production.
OUTAGE_SECONDS = 10
TROUBLE = "Redis is in trouble while mails are sent"
RESUMED_WITHIN_SECONDS = 60


def flush(server: Service) -> None:
    client = redis.Redis.from_url(server.url)
    for _ in range(3):
        client.flushall()
        time.sleep(0.3)
    client.close()


def restart(server: Service) -> None:
    server.kill()
    server.start()


def silence(server: Service) -> None:
    server.pause()
    time.sleep(7)  # longer than the five seconds that the worker waits for an answer
    server.resume()


def take_away(server: Service) -> None:
    server.kill()
    time.sleep(OUTAGE_SECONDS)
    server.start()


def in_trouble(
    stage: Stage, sink: SmtpSink, mails: Callable[..., None], server: Service, trouble: Callable[[Service], None]
) -> dict[str, Any]:
    """Send, make trouble in mid-run, then see that the sweep, which nobody rings for, is heard again."""
    sink.delay_seconds = 0.02
    mails(150)
    stage.beat()
    stage.worker()
    wait_until(lambda: sink.attempts >= 20, "mails flow", *stage.programs)
    trouble(server)
    mended = time.monotonic()
    wait_until(lambda: not unsent().exists(), "what was begun is finished", *stage.programs)
    mails(20, "later")
    wait_until(lambda: not unsent().exists(), "later mails are swept up", *stage.programs)
    waited = time.monotonic() - mended
    return {"resumed_after_s": round(waited, 1), **outcome(sink, 170)}


def unsent() -> QuerySet[Mail]:
    return Mail.objects.exclude(state=Mail.State.SENT)


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["redis"], indirect=True)
def test_redis_is_flushed(
    on_stage: Stage, sink: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], broker: Service
) -> None:
    found = in_trouble(on_stage, sink, mails, broker, flush)
    figure(TROUBLE, "flushed three times", **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
    assert found["resumed_after_s"] <= RESUMED_WITHIN_SECONDS


@pytest.mark.faults
@pytest.mark.parametrize("broker", ["redis"], indirect=True)
@pytest.mark.parametrize("trouble", [restart, silence, take_away])
def test_redis_is_in_trouble(  # noqa: PLR0917
    on_stage: Stage,
    sink: SmtpSink,
    mails: Callable[..., None],
    figure: Callable[..., None],
    broker: Service,
    trouble: Callable[[Service], None],
) -> None:
    found = in_trouble(on_stage, sink, mails, broker, trouble)
    said = {
        restart: "killed and restarted",
        silence: "accepts, and is silent for 7 s",
        take_away: "unreachable for ten sweeps (ten minutes in production)",
    }
    figure(TROUBLE, said[trouble], **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
    assert found["resumed_after_s"] <= RESUMED_WITHIN_SECONDS
