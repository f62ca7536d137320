"""Facts reach every subscriber; a fault in one stops no other, and is tried again, then given up."""

import itertools
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from portal.outbox import registry
from portal.outbox.drain import ERRAND_TRIES, drain, run_errands
from portal.outbox.models import Errand, Fact, Mail
from portal.outbox.operations import record
from tests.outbox.conftest import AT, due_again

pytestmark = pytest.mark.django_db
NEAR = timedelta(seconds=20)


def test_a_subscriber_is_told_what_happened_when_and_by_whom(
    kettle_boiled: type, heard: list[Any], member: Any
) -> None:
    row = record(kettle_boiled(2), key="kettle:1", by=member, at=AT)
    assert drain().errands == 1
    assert heard == [(kettle_boiled(2), registry.Envelope(fact_id=row.pk, at=AT, by_id=member.pk))]
    assert drain().errands == 0
    assert len(heard) == 1


def test_the_fault_of_one_stops_no_other(kettle_boiled: type, heard: list[Any]) -> None:
    def fail(fact: Any, envelope: Any) -> None:
        msg = f"no tea for {fact.litres}"
        raise ValueError(msg)

    registry.attach(kettle_boiled, "tests.a_fails_first", fail)
    for number in range(3):
        record(kettle_boiled(number), key=f"kettle:{number}", by=None, at=AT)
    assert drain().finished
    assert [fact.litres for fact, _envelope in heard] == [0, 1, 2]
    failed = Errand.objects.filter(subscriber="tests.a_fails_first").order_by("pk")
    assert [errand.problem for errand in failed] == [f"ValueError: no tea for {number}" for number in range(3)]
    assert {errand.state for errand in failed} == {Errand.State.WAITING}


def test_tries_are_1_5_15_and_60_minutes_apart_and_the_fifth_is_the_last(kettle_boiled: type) -> None:
    calls = []

    def fail(fact: Any, envelope: Any) -> None:
        calls.append(fact)
        raise ValueError

    registry.attach(kettle_boiled, "tests.fails", fail)
    record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    errand = Errand.objects.get()
    for minutes in (1, 5, 15, 60):
        drain()
        errand.refresh_from_db()
        assert abs(errand.due_at - timezone.now() - timedelta(minutes=minutes)) < NEAR
        assert errand.state == Errand.State.WAITING
        drain()  # not due yet
        due_again(errand)
    drain()
    errand.refresh_from_db()
    assert (errand.state, errand.attempts, len(calls)) == (Errand.State.DEAD, ERRAND_TRIES, ERRAND_TRIES)
    due_again(errand)
    drain()
    assert len(calls) == ERRAND_TRIES


def test_half_of_a_failed_errand_is_nothing(kettle_boiled: type) -> None:
    def half(fact: Any, envelope: Any) -> None:
        Mail.objects.create(key="half", message_id="<half@x>", renderer="raw", created_at=AT, due_at=AT)
        raise ValueError

    registry.attach(kettle_boiled, "tests.half", half)
    record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    run_errands()
    assert not Mail.objects.exists()


def test_a_fault_whose_words_no_database_stores_is_put_off_like_any_other(
    kettle_boiled: type, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nor can such words travel between the parallel runners of the tests, which they would as logged output.
    monkeypatch.setattr(logging.getLogger("portal.outbox"), "disabled", True)

    def fail(fact: Any, envelope: Any) -> None:
        msg = "bytes \x00 and half a pair \ud800"
        raise ValueError(msg)

    registry.attach(kettle_boiled, "tests.a_fails", fail)
    record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    drain()
    assert len(heard) == 1
    assert Errand.objects.get(subscriber="tests.a_fails").problem == "ValueError: bytes \ufffd and half a pair \ufffd"


def test_a_subscriber_that_this_worker_does_not_know_yet_is_waited_for(kettle_boiled: type) -> None:
    """During a deployment, older workers meet the errands of newer code: marking them done would lose them."""
    row = record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    errand = Errand.objects.create(fact=row, subscriber="tests.newer", due_at=AT)
    drain()
    errand.refresh_from_db()
    assert (errand.state, errand.attempts) == (Errand.State.WAITING, 1)
    assert errand.problem == "UnknownSubscriber: Nobody here is called tests.newer."
    told = []
    registry.attach(kettle_boiled, "tests.newer", lambda fact, envelope: told.append(fact))
    due_again(errand)
    drain()
    assert told == [kettle_boiled(1)]


def test_what_is_begun_is_finished_and_the_rest_stays_due_when_it_is_enough(
    kettle_boiled: type, heard: list[Any]
) -> None:
    for number in range(4):
        record(kettle_boiled(number), key=f"kettle:{number}", by=None, at=AT)
    report = drain(enough=lambda: len(heard) >= 2)
    assert (report.errands, report.finished) == (2, False)
    assert Errand.objects.filter(state=Errand.State.WAITING, lease_until=None).count() == 2
    assert drain().finished
    assert len(heard) == 4


def test_a_fact_that_errands_record_is_told_in_the_same_run(kettle_boiled: type, heard: list[Any]) -> None:
    def boil_again(fact: Any, envelope: Any) -> None:
        if fact.litres < 3:
            record(kettle_boiled(fact.litres + 1), key=f"kettle:{fact.litres + 1}", by=None, at=AT)

    registry.attach(kettle_boiled, "tests.again", boil_again)
    record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    drain()
    assert sorted(fact.litres for fact, _envelope in heard) == [1, 2, 3]
    assert Fact.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_fault_after_the_commit_does_not_undo_what_is_done(kettle_boiled: type) -> None:
    told = []

    def tell(fact: Any, envelope: Any) -> None:
        told.append(fact)
        transaction.on_commit(lambda: 1 / 0)

    registry.attach(kettle_boiled, "tests.tells", tell)
    with transaction.atomic():
        record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    drain()
    errand = Errand.objects.get()
    due_again(errand)
    drain()
    errand.refresh_from_db()
    assert (errand.state, len(told)) == ("done", 1)


def test_work_for_which_there_was_no_time_is_not_called_finished(kettle_boiled: type, heard: list[Any]) -> None:
    record(kettle_boiled(1), key="kettle:1", by=None, at=AT)
    answers = itertools.chain([False], itertools.repeat(True))
    report = drain(enough=lambda: next(answers))
    assert (report.errands, report.finished) == (0, False)
    assert drain().errands == 1
