"""What happened is written with the change, once, with work for everybody who wants to hear of it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from portal.celery import app
from portal.outbox import registry
from portal.outbox.bell import ring
from portal.outbox.models import Errand, Fact
from portal.outbox.operations import OutsideTransaction, record
from tests.outbox.conftest import AT
from tests.outbox.test_claims import at_the_same_moment


def tell_and_fail(fact: Any, key: str) -> None:
    """A change that breaks after it recorded its fact."""
    with transaction.atomic():
        record(fact, key=key, by=None, at=AT)
        raise ZeroDivisionError


def rings() -> int:
    """How many rings wait in the broker; they are taken out."""
    with app.connection_for_read() as broker:
        return broker.default_channel.queue_purge("celery")


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_the_transaction_of_its_change_is_refused(kettle_boiled: type) -> None:
    with pytest.raises(OutsideTransaction, match=r"tests\.KettleBoiled"):
        record(kettle_boiled(2), key="kettle:1", by=None, at=AT)
    assert not Fact.objects.exists()


@pytest.mark.django_db
def test_the_same_key_twice_is_one_fact_with_one_round_of_errands(kettle_boiled: type, heard: list[Any]) -> None:
    first = record(kettle_boiled(2), key="kettle:1", by=None, at=AT)
    again = record(kettle_boiled(3), key="kettle:1", by=None, at=AT)
    assert again == first
    assert Fact.objects.get().payload == {"litres": 2, "where": "kitchen"}
    assert Errand.objects.count() == 1


@pytest.mark.django_db
def test_every_subscriber_gets_an_errand_of_its_own(kettle_boiled: type, heard: list[Any]) -> None:
    registry.attach(kettle_boiled, "tests.another", lambda fact, envelope: None)
    record(kettle_boiled(2), key="kettle:1", by=None, at=AT)
    assert list(Errand.objects.order_by("subscriber").values_list("subscriber", "state", "due_at")) == [
        ("tests.another", "waiting", AT),
        ("tests.listen", "waiting", AT),
    ]


@pytest.mark.django_db
def test_a_visitor_s_doing_is_nobody_s(kettle_boiled: type, member: Any) -> None:
    assert record(kettle_boiled(1), key="kettle:1", by=AnonymousUser(), at=AT).by is None
    assert record(kettle_boiled(1), key="kettle:2", by=member, at=AT).by == member


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_happened_and_rings_nobody(
    kettle_boiled: type, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.outbox.bell.ring", ring)
    rings()
    with pytest.raises(ZeroDivisionError):
        tell_and_fail(kettle_boiled(2), "kettle:1")
    assert not Fact.objects.exists()
    assert not Errand.objects.exists()
    assert rings() == 0


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_for_a_transaction_after_it_is_committed(
    kettle_boiled: type, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.outbox.bell.ring", ring)
    rings()
    with transaction.atomic():
        for number in range(5):
            with transaction.atomic():
                record(kettle_boiled(number), key=f"kettle:{number}", by=None, at=AT)
        assert rings() == 0
    assert rings() == 1


@pytest.mark.django_db(transaction=True)
def test_an_inner_transaction_that_is_rolled_back_does_not_take_the_ring_with_it(
    kettle_boiled: type, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.outbox.bell.ring", ring)
    rings()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            tell_and_fail(kettle_boiled(1), "kettle:1")
        record(kettle_boiled(2), key="kettle:2", by=None, at=AT)
    assert rings() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_record_one_fact(kettle_boiled: type, heard: list[Any]) -> None:
    def tell() -> int:
        with transaction.atomic():
            return record(kettle_boiled(2), key="kettle:1", by=None, at=AT).pk

    assert len(set(at_the_same_moment(4, tell))) == 1
    assert Fact.objects.count() == Errand.objects.count() == 1


def test_a_fact_must_be_frozen_and_its_name_its_own(kettle_boiled: type) -> None:
    with pytest.raises(TypeError, match="frozen dataclass"):
        registry.fact("tests.Mutable")(type("Mutable", (), {}))
    with pytest.raises(ValueError, match="already"):
        registry.fact("tests.KettleBoiled")(kettle_boiled)


def test_a_stored_fact_is_read_by_newer_code(kettle_boiled: type) -> None:
    payload = {"litres": 2, "colour": "red"}
    assert registry.rebuild("tests.KettleBoiled", payload) == kettle_boiled(2, "kitchen")
