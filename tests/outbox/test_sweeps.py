"""What was kept long enough is removed, once, in batches, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone

from portal import env
from portal.outbox import breaker, sweeping
from portal.outbox.models import Errand, Fact, Mail, SweepRun, Trouble
from portal.outbox.operations import record
from portal.outbox.tasks import sweep as task

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def days_ago(days: float) -> Any:
    return NOW - timedelta(days=days)


def run(**options: Any) -> dict[str, int]:
    return {name: count for name, count in sweeping.sweep(now=NOW, **options).items() if count}


@pytest.mark.parametrize("state", ["sent", "suppressed", "bounced"])
def test_mails_that_went_out_go_after_ninety_days(queue: Callable[..., Mail], state: str) -> None:
    when = "sent_at" if state == "sent" else "due_at"
    queue("old", state=state, **{when: days_ago(90.1)})
    queue("young", state=state, created_at=days_ago(100), **{when: days_ago(89.9)})
    queue("waits", created_at=days_ago(91), due_at=days_ago(91))
    assert run() == {"outbox.mails": 1}
    assert run() == {}
    assert set(Mail.objects.values_list("key", flat=True)) == {"young", "waits"}


def test_the_text_of_what_was_given_up_is_forgotten_after_thirty_days(queue: Callable[..., Mail]) -> None:
    queue("old", state="dead", due_at=days_ago(31), raw="private words")
    queue("young", state="dead", due_at=days_ago(29), raw="private words")
    assert run() == {"outbox.given-up-mails": 1}
    assert set(Mail.objects.values_list("key", "state", "raw")) == {
        ("old", "suppressed", ""),
        ("young", "dead", "private words"),
    }


def test_done_errands_go_and_their_facts_stay(kettle_boiled: type, heard: list[Any]) -> None:
    from django.db import transaction

    with transaction.atomic():
        record(kettle_boiled(1), key="kettle:1", by=None, at=days_ago(100))
    assert run() == {}
    Errand.objects.update(state="done")
    assert run() == {"outbox.errands": 1}
    with transaction.atomic():
        record(kettle_boiled(1), key="kettle:1", by=None, at=NOW)
    assert (Fact.objects.count(), Errand.objects.count()) == (1, 0)


def test_sessions_that_ended_go(db: None) -> None:
    for days in (-1, 1):
        session = SessionStore()
        session.create()
        Session.objects.filter(pk=session.session_key).update(expire_date=days_ago(days))
    assert run() == {"sessions": 1}
    assert Session.objects.get().expire_date > NOW


def test_a_destination_that_nobody_writes_to_is_forgotten_and_the_server_is_not(db: None) -> None:
    breaker.failed(Trouble.With.DESTINATION, "tar.example", "TimeoutError: ", days_ago(3))
    breaker.failed(Trouble.With.SERVER, "", "OSError: ", days_ago(3))
    assert run() == {"outbox.troubles": 1}
    assert Trouble.objects.get().what == "server"


def test_it_goes_in_batches_and_can_be_broken_off(queue: Callable[..., Mail], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for number in range(7):
        queue(f"m{number}", state="suppressed", due_at=days_ago(100))
    assert run(enough=lambda: Mail.objects.count() < 4)["outbox.mails"] == 4
    left = Mail.objects.count()
    assert 0 < left < 7
    assert run() == {"outbox.mails": left}
    assert SweepRun.objects.get(name="outbox.mails").removed == 7


def test_the_settings_say_for_how_long(queue: Callable[..., Mail], settings: Any) -> None:
    queue("m", state="suppressed", due_at=days_ago(8))
    settings.RETENTION_DAYS = {"outbox.mails": 7}
    assert run() == {"outbox.mails": 1}


def test_days_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS", "outbox.mails=7, sessions=0")
    assert env.numbers("RETENTION_DAYS") == {"outbox.mails": 7, "sessions": 0}
    monkeypatch.setenv("RETENTION_DAYS", "outbox.mails=soon")
    with pytest.raises(ImproperlyConfigured, match=r"outbox\.mails=soon"):
        env.numbers("RETENTION_DAYS")


def test_one_fault_stops_no_other_sweep(queue: Callable[..., Mail], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_sweeps", dict(sweeping._sweeps))

    @sweeping.sweeps("a.broken", what="Broken", days=0)
    def broken(before: Any) -> Any:
        raise ZeroDivisionError

    @sweeping.sweeps("a.endless", what="Removes nothing", days=0, remove=lambda rows: None)
    def endless(before: Any) -> Any:
        return Mail.objects.all()

    queue("m", state="suppressed", due_at=days_ago(100))
    assert run() == {"outbox.mails": 1}


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"outbox\.mails"):
        sweeping.sweeps("outbox.mails", what="Twice", days=1)(lambda before: Mail.objects.none())


def test_the_command_counts_and_removes(queue: Callable[..., Mail]) -> None:
    queue("m", state="suppressed", due_at=timezone.now() - timedelta(days=100))
    for arguments, left in ((["--count"], 1), ([], 0)):
        output = StringIO()
        call_command("sweep", *arguments, stdout=output)
        assert "outbox.mails: 1 (90 days)" in output.getvalue()
        assert Mail.objects.count() == left


def test_the_task_of_beat_removes_it_too(queue: Callable[..., Mail]) -> None:
    queue("m", state="suppressed", due_at=timezone.now() - timedelta(days=100))
    task()
    assert not Mail.objects.exists()
