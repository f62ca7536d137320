"""What was rolled back is told to nobody; what was committed is, whoever died before the bell was rung."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from portal.outbox.models import Errand, Fact, Mail
from tests.faults.amounts import so_many
from tests.faults.stage import ROOT, Stage, wait_until
from tests.faults.test_kills import outcome
from tests.harness.smtp_sink import SmtpSink

COMMITS = "Work is rolled back, or its process dies right after the commit"
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Forks a process for each event, which does its work in one transaction and dies without a word: before the commit,
# or before the first hook that runs after it.
DIES = """
import os, sys
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from kits.facts import KitReleased
from portal.outbox.operations import queue_mails, record
from tests.faults.letters import letter

def work(number, commit):
    key, now = f"crash:{number}", timezone.now()
    with transaction.atomic():
        if commit:
            transaction.on_commit(lambda: os._exit(9))
        fact = KitReleased(kit_id=0, release_id=0, title="None", version="1", severity="x", url="/")
        record(fact, key=key, by=None, at=now)
        queue_mails([letter(key)])
        if not commit:
            os._exit(8)

for number in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        work(number, sys.argv[2] == "commit")
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == (9 if sys.argv[2] == "commit" else 8), status
"""


def events(stage: Stage, count: int, ending: str) -> None:
    """So many processes that die at that point."""
    command = [sys.executable, "-c", DIES, str(count), ending]
    subprocess.run(command, cwd=ROOT, env=stage.environment, timeout=300, check=True)


def test_nobody_hears_of_what_was_rolled_back_and_everybody_of_what_was_committed(
    on_stage: Stage, sink: SmtpSink, figure: Callable[..., None]
) -> None:
    times = so_many(200, 4)
    events(on_stage, times, "roll back")
    assert (Fact.objects.count(), Mail.objects.count()) == (0, 0)
    figure(COMMITS, "process dies before the commit", times=times, mails=0)
    events(on_stage, times, "commit")
    waiting = Errand.objects.filter(state=Errand.State.WAITING)
    assert Fact.objects.count() == times
    assert waiting.exists()
    on_stage.beat()
    on_stage.worker()
    wait_until(lambda: not waiting.exists(), "the sweep finds the errands", *on_stage.programs)
    found = outcome(sink, times)
    figure(COMMITS, "process dies between commit and bell", times=times, **found)
    assert (found["lost"], found["duplicates"]) == (0, 0)
    assert set(Errand.objects.values_list("state", flat=True)) == {"done"}
