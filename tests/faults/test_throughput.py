"""Mails per second against what bare smtplib sends to the same server over one kept connection, in the same run.

Counted at a mail server in a process of its own. Each mail of the portal is claimed, its right to be sent asked
again, composed (subject, text, HTML with inlined styles), sent and noted in a commit of its own.
"""

import os
import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from members.models import User
from portal.follows.models import Follow
from portal.notifications.models import Wishes
from portal.outbox.drain import run_errands
from portal.outbox.models import Mail
from portal.outbox.rendering import render
from tests.factories.kits import make_kit, make_release
from tests.faults.counting_sink import Count, counting_sink
from tests.faults.stage import stage, wait_until

# Mails for each measurement, and how often it is repeated: a machine's speed changes from second to second, so both
# are measured by turns and the median of the ratios counts.
MAILS, ROUNDS = int(os.environ.get("FAULTS_MAILS", "800")), 5
ONE_WORKER, TWO_WORKERS = 0.2, 0.35
# What is measured begins and ends somewhat inside: senders look for work a moment apart.
EDGE = 0.1


@pytest.fixture
def a_release_is_told(transactional_db: None) -> Callable[[int], int]:
    """So many followers of a kit are to hear of its release by mail; how many mails wait."""

    def tell(people: int) -> int:
        now = timezone.now()
        rows = [
            User(email=f"reader{number}@reader{number % 7}.example", name=f"Reader {number}", standing="member")
            for number in range(people)
        ]
        readers = User.objects.bulk_create(rows, batch_size=500)
        Wishes.objects.bulk_create(Wishes(person=reader, preset="everything") for reader in readers)
        kit = make_kit("measured", audience="members")
        Follow.objects.bulk_create(Follow(channel=kit.channel, user=reader, since=now) for reader in readers)
        make_release(kit)
        while run_errands():
            pass
        return Mail.objects.unsent().count()

    return tell


def bare(port: int, texts: list[bytes], count: int) -> float:
    """Messages per second over one kept connection, already composed."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.ehlo()
        began = time.monotonic()
        for number in range(count):
            connection.sendmail("portal@portal.example", [f"r{number}@reader.example"], texts[number % len(texts)])
        return count / (time.monotonic() - began)


def ours(sink: Count, mails: int) -> float:
    """Mails per second by the senders that run, counted at the server; they are due once more."""
    before = sink.taken()
    Mail.objects.update(state=Mail.State.QUEUED, sent_at=None, due_at=timezone.now(), lease_until=None)
    wait_until(lambda: sink.taken() - before >= mails, "all are sent", seconds=300)
    unsent = Mail.objects.unsent()
    wait_until(lambda: not unsent.exists(), "all are noted")
    moments = sorted(sink.moments()[before:])
    inner = moments[int(len(moments) * EDGE) : int(len(moments) * (1 - EDGE))]
    return (len(inner) - 1) / (inner[-1] - inner[0])


@contextmanager
def measured(mails: int, tell: Callable[[int], int]) -> Iterator[tuple[Count, list[bytes]]]:
    """A server, and some of the portal's own messages for bare smtplib to send."""
    assert tell(mails) == mails
    sample = Mail.objects.select_related("person").order_by("pk")[:20]
    texts = [message.message().as_bytes(linesep="\r\n") for mail in sample if (message := render(mail))]
    with counting_sink() as sink:
        yield sink, texts


def compared(tmp_path: Path, sink: Count, texts: list[bytes], workers: int, mails: int) -> tuple[float, float, float]:
    """Bare smtplib and so many senders of one process each, by turns: the medians of both, and of their ratios."""
    folder = tmp_path / f"{workers}-workers"
    folder.mkdir()
    Mail.objects.update(state=Mail.State.SUPPRESSED)
    plain, portal = [], []
    more = {"OUTBOX_LEASE_SECONDS": "120", "OUTBOX_BATCH": "100"}
    with stage(folder, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}", **more) as running:
        for _ in range(workers):
            running.sender()
        ours(sink, mails)  # the first time everything is loaded
        for _ in range(ROUNDS):
            plain.append(bare(sink.port, texts, mails))
            portal.append(ours(sink, mails))
    ratios = [mine / theirs for mine, theirs in zip(portal, plain, strict=True)]
    return statistics.median(plain), statistics.median(portal), statistics.median(ratios)


@pytest.mark.faults
def test_mails_per_second(tmp_path: Path, a_release_is_told: Callable[[int], int], figure: Callable[..., None]) -> None:
    with measured(MAILS, a_release_is_told) as (sink, texts):
        found = {workers: compared(tmp_path, sink, texts, workers, MAILS) for workers in (1, 2)}
    for workers, (plain, portal, ratio) in found.items():
        figure(
            "Mails per second",
            f"a release told to its followers, workers: {workers}",
            bare_smtplib=round(plain),
            the_portal=round(portal),
            ratio=round(ratio, 2),
        )
    assert found[1][2] >= ONE_WORKER
    assert found[2][2] >= TWO_WORKERS
