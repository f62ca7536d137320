"""Senders are killed with -9 in mid-batch: no mail is lost, and at most one is sent again for each kill."""

import itertools
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from portal.outbox.models import Mail
from tests.faults.conftest import broker_name
from tests.faults.stage import Program, Stage, wait_until
from tests.harness.smtp_sink import SmtpSink

KILLS = "Senders are killed in mid-batch"
# Celery takes ten seconds to notice a lost sender, and would take no other task meanwhile.
PATIENT = ("--prefetch-multiplier", "30")
BROKERS = pytest.mark.parametrize("broker", ["filesystem", "redis"], indirect=True)


def kill_often(  # noqa: PLR0917
    stage: Stage, sink: SmtpSink, kills: int, mails: int, kill: Callable[[], Any], seed: int = 7
) -> None:
    """Kill whenever a few more mails were taken, at a moment that nobody chose."""
    chance = random.Random(seed)
    for number in range(kills):
        until = sink.attempts + chance.randint(2, max(3, mails // (2 * kills)))
        what = f"mails flow before kill {number + 1} ({sink.attempts} sent, {until} awaited)"
        wait_until(lambda until=until: sink.attempts >= until, what, *stage.programs[-2:])
        time.sleep(chance.random() * 0.02)
        wait_until(kill, "there is a sender to kill", *stage.programs[-2:])


def outcome(sink: SmtpSink, mails: int) -> dict[str, int]:
    """Wait until the database says that all went out; then count what the mail server took."""
    unsent = Mail.objects.exclude(state=Mail.State.SENT)
    wait_until(lambda: not unsent.exists(), f"all {mails} mails are sent")
    taken = sink.taken()
    expected = set(Mail.objects.values_list("message_id", flat=True))
    assert set(taken) <= expected  # a second sending carries the same Message-ID as the first
    return {
        "mails": mails,
        "lost": len(expected - set(taken)),
        "duplicates": sum(taken.values()) - len(taken),
        "most_copies": max(taken.values()),
    }


def assert_none_lost(found: dict[str, int], kills: int) -> None:
    assert found["lost"] == 0
    assert found["duplicates"] <= kills


@pytest.mark.slow
def test_a_sender_killed_20_times_over_500_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """The process that sends is killed; the worker it belongs to starts another."""
    sink.delay_seconds = 0.004
    mails(500)
    on_stage.beat()
    worker = on_stage.worker(*PATIENT)
    kill_often(on_stage, sink, 20, 500, worker.kill_one_child)
    found = outcome(sink, 500)
    figure(KILLS, "the sender of a worker", broker=broker_name(broker), kills=20, **found)
    assert_none_lost(found, 20)


def _kill_and_start_again(start: Callable[[], Program]) -> Callable[[], bool]:
    running = [start()]

    def kill() -> bool:
        running.pop().kill()
        running.append(start())
        return True

    return kill


@pytest.mark.slow
def test_a_whole_worker_killed_3_times_over_60_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None]
) -> None:
    sink.delay_seconds = 0.004
    mails(60)
    on_stage.beat()
    kill_often(on_stage, sink, 3, 60, _kill_and_start_again(on_stage.worker))
    assert_none_lost(outcome(sink, 60), 3)


@pytest.mark.faults
@BROKERS
def test_a_whole_worker_killed_20_times_over_500_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """Worker and sender at once, and a new worker in its place."""
    sink.delay_seconds = 0.004
    mails(500)
    on_stage.beat()
    kill_often(on_stage, sink, 20, 500, _kill_and_start_again(on_stage.worker))
    found = outcome(sink, 500)
    figure(KILLS, "the whole worker", broker=broker_name(broker), kills=20, **found)
    assert_none_lost(found, 20)


@pytest.mark.faults
def test_the_loop_without_celery_killed_20_times_over_500_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None]
) -> None:
    sink.delay_seconds = 0.004
    mails(500)
    kill_often(on_stage, sink, 20, 500, _kill_and_start_again(on_stage.sender))
    found = outcome(sink, 500)
    figure(KILLS, "`manage.py drain --loop`", broker="none", kills=20, **found)
    assert_none_lost(found, 20)


@pytest.mark.faults
@BROKERS
def test_two_workers_of_two_senders_killed_in_turn(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """While one is killed the others go on; nothing that one holds is taken by another."""
    sink.delay_seconds = 0.004
    mails(500)
    on_stage.beat()
    in_turn = itertools.cycle([on_stage.worker(*PATIENT), on_stage.worker(*PATIENT)])
    kill_often(on_stage, sink, 20, 500, lambda: next(in_turn).kill_one_child())
    found = outcome(sink, 500)
    figure(KILLS, "one of two workers' senders in turn", broker=broker_name(broker), kills=20, **found)
    assert_none_lost(found, 20)


@pytest.mark.faults
@BROKERS
def test_a_worker_asked_to_end_20_times_sends_nothing_twice(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """SIGTERM, as every deployment sends it."""
    sink.delay_seconds = 0.1  # slow: what a worker finishes before it ends must leave work for the next
    mails(1200)
    on_stage.beat()
    running, took = [on_stage.worker()], []

    def deploy() -> bool:
        took.append(running.pop().ask_to_end())
        running.append(on_stage.worker())
        return True

    kill_often(on_stage, sink, 20, 400, deploy)
    sink.delay_seconds = 0
    found = {**outcome(sink, 1200), "slowest_end_s": round(max(took))}
    figure(KILLS, "the worker, with SIGTERM", broker=broker_name(broker), kills=20, **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
