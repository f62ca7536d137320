"""Senders are killed with -9 in mid-batch: no mail is lost, and at most one is sent again for each kill."""

import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from portal.outbox.models import Mail
from tests.faults.amounts import so_many
from tests.faults.conftest import broker_name
from tests.faults.stage import Program, Stage, wait_until
from tests.harness.smtp_sink import SmtpSink

KILLS = "Senders are killed in mid-batch"
# Celery takes ten seconds to notice a lost sender, and would take no other task meanwhile.
PATIENT = ("--prefetch-multiplier", "30")
# A real server takes its time; without it the test would mostly kill between two mails.
TAKES_SECONDS = 0.004
DUPLICATES_FOR_A_KILL = 0.3


def kill_often(  # noqa: PLR0917
    stage: Stage, sink: SmtpSink, kills: int, mails: int, kill: Callable[[], Any], seed: int = 7
) -> None:
    """Kill whenever a few more mails were taken, at a moment within some mails of it that nobody chose."""
    chance = random.Random(seed)
    for number in range(kills):
        until = sink.attempts + chance.randint(2, max(3, mails // (2 * kills)))
        what = f"mails flow before kill {number + 1} ({sink.attempts} sent, {until} awaited)"
        wait_until(lambda until=until: sink.attempts >= until, what, *stage.programs[-2:])
        time.sleep(chance.random() * 4 * max(sink.delay_seconds, 0.005))
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


def most_for_one_kill(sink: SmtpSink) -> int:
    """How many mails at most were cut off by the same kill, to be sent again: a sender has one connection."""
    copies = defaultdict(list)
    for delivery in sink.deliveries:
        copies[delivery.message_id].append(delivery.connection)
    cut_off = Counter(connection for connections in copies.values() for connection in connections[:-1])
    return max(cut_off.values(), default=0)


def assert_none_lost(found: dict[str, int], kills: int) -> None:
    assert found["lost"] == 0
    assert found["duplicates"] <= kills


def kill_senders(  # noqa: PLR0917
    stage: Stage, sink: SmtpSink, figure: Callable[..., None], kills: int, count: int, takes_seconds: float
) -> float:
    """Kill `manage.py drain --loop` so many times; the mean number of duplicates for a kill."""
    sink.delay_seconds = takes_seconds
    kill_often(stage, sink, kills, count, stage.nursery().kill_one_child)
    found = {**outcome(sink, count), "most_for_one_kill": most_for_one_kill(sink)}
    mean = round(found["duplicates"] / kills, 2)
    what = f"`manage.py drain --loop`, server takes {takes_seconds * 1000:.0f} ms"
    figure(KILLS, what, broker="none", kills=kills, **found, mean=mean)
    assert_none_lost(found, kills)
    assert found["most_for_one_kill"] <= 1
    return mean


@pytest.mark.slow
def test_a_sender_killed_at_200_points_over_2000_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None]
) -> None:
    kills, count = so_many(200, 20), so_many(2000, 500)
    mails(count)
    mean = kill_senders(on_stage, sink, figure, kills, count, TAKES_SECONDS)
    if kills >= 50:  # fewer tell nothing of a mean
        assert mean <= DUPLICATES_FOR_A_KILL


@pytest.mark.faults
@pytest.mark.parametrize("takes_seconds", [0, 0.025])
def test_a_sender_killed_while_other_servers_take_its_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], takes_seconds: float
) -> None:
    """One that is quicker and one that is slower than above: how far the mean depends on it is told beside it.

    The kernel closes a killed sender's connection about four milliseconds after the kill, when it has taken its
    memory back; until then the server goes on with the mail that was under way.
    """
    kills, count = so_many(100, 6), so_many(1000, 90)
    mails(count)
    kill_senders(on_stage, sink, figure, kills, count, takes_seconds)


@pytest.mark.faults
def test_the_sender_of_a_worker_killed_10_times_over_300_mails(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """The process that sends is killed; the Celery worker it belongs to starts another."""
    sink.delay_seconds = TAKES_SECONDS
    mails(300)
    on_stage.beat()
    worker = on_stage.worker(*PATIENT)
    kill_often(on_stage, sink, 10, 300, worker.kill_one_child)
    found = outcome(sink, 300)
    figure(KILLS, "the sender of a worker", broker=broker_name(broker), kills=10, **found)
    assert_none_lost(found, 10)


def _kill_and_start_again(start: Callable[[], Program]) -> Callable[[], bool]:
    running = [start()]

    def kill() -> bool:
        running.pop().kill()
        running.append(start())
        return True

    return kill


@pytest.mark.slow
def test_a_whole_worker_killed(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """Worker and sender at once, and a new worker in its place."""
    kills, count = so_many(10, 2), so_many(250, 40)
    sink.delay_seconds = TAKES_SECONDS
    mails(count)
    on_stage.beat()
    kill_often(on_stage, sink, kills, count, _kill_and_start_again(on_stage.worker))
    found = outcome(sink, count)
    figure(KILLS, "the whole worker", broker=broker_name(broker), kills=kills, **found)
    assert_none_lost(found, kills)


@pytest.mark.faults
def test_two_workers_of_two_senders_killed_in_turn(
    on_stage: Stage, sink: SmtpSink, mails: Callable[[int], None], figure: Callable[..., None], broker: Any
) -> None:
    """While one is killed the others go on; nothing that one holds is taken by another."""
    sink.delay_seconds = TAKES_SECONDS
    mails(300)
    on_stage.beat()
    in_turn = itertools.cycle([on_stage.worker(*PATIENT), on_stage.worker(*PATIENT)])
    kill_often(on_stage, sink, 10, 300, lambda: next(in_turn).kill_one_child())
    found = outcome(sink, 300)
    figure(KILLS, "one of two workers' senders in turn", broker=broker_name(broker), kills=10, **found)
    assert_none_lost(found, 10)


@pytest.mark.slow
def test_a_worker_asked_to_end_50_times_sends_nothing_twice(
    on_stage: Stage, sink: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], broker: Any
) -> None:
    """SIGTERM, as every deployment sends it; there are always more mails than a worker can finish."""
    times, rounds = so_many(50, 2), so_many(50, 2)
    sink.delay_seconds = 0.1
    on_stage.beat()
    running, took = [on_stage.worker()], []
    for number in range(rounds):
        mails(60, f"round{number}-")
        until = sink.attempts + random.Random(number).randint(2, 12)
        wait_until(lambda until=until: sink.attempts >= until, f"mails flow in round {number}", *on_stage.programs[-2:])
        took.append(running.pop().ask_to_end())
        running.append(on_stage.worker())
    sink.delay_seconds = 0
    found = {**outcome(sink, 60 * rounds), "slowest_end_s": round(max(took))}
    figure(KILLS, "the worker, with SIGTERM", broker=broker_name(broker), kills=times, **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
