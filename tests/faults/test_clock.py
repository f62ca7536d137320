"""Tasks that come again, late and in any order, two clocks at once, and a machine whose clock is set."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from members.models import User
from portal.celery import app
from portal.follows.models import Follow
from portal.notifications.models import Notification, Wishes
from portal.outbox import leases
from portal.outbox.drain import drain
from portal.outbox.models import Errand, Mail
from tests.factories.kits import make_kit, make_release
from tests.faults.amounts import so_many
from tests.faults.stage import Stage, wait_until
from tests.faults.test_kills import outcome
from tests.harness.services import Service
from tests.harness.smtp_sink import SmtpSink

TIMES = "Tasks twice, late and in any order; clocks that are set"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def released() -> Callable[[int, str], None]:
    """A kit with so many followers has a new version: each of them is to hear of it once."""

    def release(followers: int, slug: str) -> None:
        now = timezone.now()
        people = User.objects.bulk_create(
            User(email=f"{slug}{number}@reader.example", name=f"Reader {number}", standing="member")
            for number in range(followers)
        )
        Wishes.objects.bulk_create(Wishes(person=person, preset="everything") for person in people)
        kit = make_kit(slug, audience="members")
        Follow.objects.bulk_create(Follow(channel=kit.channel, user=person, since=now) for person in people)
        make_release(kit)

    return release


def in_threads(work: list[Callable[[], Any]], threads: int) -> None:
    """Do the work, in this order, by several threads at once; a fault of one is raised here."""
    left, faults = iter(work), []
    lock = threading.Lock()

    def run() -> None:
        try:
            while True:
                with lock:
                    piece = next(left, None)
                if piece is None:
                    return
                piece()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if faults:
        raise faults[0]


def told_once(sink: SmtpSink) -> dict[str, int]:
    """Every mail row against what the server took, every notice against the people."""
    taken = sink.taken()
    rows = set(Mail.objects.filter(state="sent").values_list("message_id", flat=True))
    notices = list(Notification.objects.values_list("fact", "person"))
    return {
        "mails": len(rows),
        "lost": len(rows - set(taken)),
        "duplicates": sum(taken.values()) - len(taken),
        "notices_twice": len(notices) - len(set(notices)),
    }


def test_every_task_comes_two_to_five_times_shuffled_and_a_day_late(
    post: SmtpSink, mails: Callable[[int], None], released: Callable[[int, str], None], figure: Callable[..., None]
) -> None:
    people, count = so_many(200, 12), so_many(300, 15)
    app.loader.import_default_modules()
    tasks = [task for name, task in sorted(app.tasks.items()) if name.startswith("portal.")]
    chance = random.Random(5)
    released(people, "late")
    mails(count)
    copies = [task for task in tasks for _ in range(so_many(6, 2)) for _ in range(chance.randint(2, 5))]
    chance.shuffle(copies)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        in_threads(copies, threads=3)
        drain()
        found = told_once(post)
    figure(TIMES, f"{len(tasks)} tasks, each two to five times, a day late", calls=len(copies), **found)
    assert found == {"mails": people + count, "lost": 0, "duplicates": 0, "notices_twice": 0}
    assert set(Errand.objects.values_list("state", flat=True)) <= {"done"}


def test_the_clock_is_set_two_hours_forward_and_back_while_mails_are_sent(
    post: SmtpSink,
    mails: Callable[[int], None],
    released: Callable[[int, str], None],
    figure: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two senders at work: what one holds does not seem to be anybody's."""
    monkeypatch.setattr(leases, "_clock", leases.Clock())
    people, count = so_many(200, 10), so_many(400, 50)
    released(people, "set")
    mails(count)
    post.delay_seconds = 0.004
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            try:
                drain(enough=over.is_set)
            except OperationalError:  # SQLite, when both write for too long
                continue

    def flows(mails: int) -> None:
        until = post.attempts + mails
        wait_until(lambda: post.attempts >= until, "mails flow")

    senders = threading.Thread(target=in_threads, args=([send, send], 2))
    senders.start()
    try:
        for hours in (2, -2, 2):
            flows(so_many(100, 8))
            with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
                flows(so_many(60, 5))
        unsent = Mail.objects.unsent()
        wait_until(lambda: not unsent.exists(), "all are sent")
    finally:
        over.set()
        senders.join()
    found = told_once(post)
    figure(TIMES, "clock two hours forward, back and forward under two senders", **found)
    assert found == {"mails": people + count, "lost": 0, "duplicates": 0, "notices_twice": 0}


def test_two_clocks_at_once_and_one_that_was_dead(
    on_stage: Stage,
    sink: SmtpSink,
    mails: Callable[..., None],
    figure: Callable[..., None],
    broker: Service | None,
) -> None:
    """Both ring each second; the sweep finds what was due long ago, once."""
    count = so_many(300, 30)
    mails(count)
    Mail.objects.update(due_at=timezone.now() - timedelta(hours=6))
    on_stage.worker()
    beats = [on_stage.beat("one"), on_stage.beat("two")]
    wait_until(lambda: sink.attempts >= count // 3, "mails flow", *on_stage.programs)
    beats[0].kill()
    on_stage.beat("one")
    mails(20, "later")
    found = outcome(sink, count + 20)
    figure(TIMES, "two beats, one of them killed and started again; mails due for six hours", **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
