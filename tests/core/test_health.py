"""`/healthz` asks nobody; `/readyz` asks the database, and reports what informs."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from portal.core.signals import readiness


def test_the_process_answers_without_a_database(client: Client) -> None:
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_with_a_database_and_all_migrations(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    report = response.json()
    assert (report["database"], report["migrations"]) == ("ok", "ok")
    assert {"oldest_errand_seconds", "oldest_mail_seconds", "given_up"} <= set(report)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="outbox").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "pending")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_not_ready_while_the_database_is_away(client: Client, fault: type[Exception]) -> None:
    def refuse(*args: Any) -> None:
        raise fault

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unavailable")


@pytest.mark.django_db
def test_what_informs_never_makes_it_fail(client: Client) -> None:
    def confused(sender: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    readiness.connect(confused)
    try:
        assert client.get("/readyz").status_code == 200
    finally:
        readiness.disconnect(confused)
