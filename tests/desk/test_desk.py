"""The staff desk: what waits, the queues with work first, for staff alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import User
from portal.desk import queues
from portal.outbox.models import Mail

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
SINCE = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(queues, "_queues", dict(queues._queues))


def people_called(word: str) -> queues.Queue:
    rows = User.objects.filter(name__startswith=word).order_by("pk")
    return queues.Queue(
        slug=f"people-{word.lower()}",
        label=f"People called {word}",
        count=lambda user: rows.count(),
        items=lambda user, limit: [queues.Item(row.name, "/glossary/", SINCE, "<detail>") for row in rows[:limit]],
        url="/glossary/",
        empty="Nobody is.",
    )


def test_queues_with_work_stand_first_and_empty_ones_say_so(staff: Any, client_of: ClientOf) -> None:
    queues.register(people_called("Aaron"))
    queues.register(people_called("Stella"))
    page = client_of(staff).get("/manage/").content.decode()
    assert page.index("People called Stella") < page.index("People called Aaron")
    assert "Nobody is." in page
    assert "&lt;detail&gt;" in page


def test_only_the_oldest_five_are_shown_and_all_are_counted(staff: Any, client_of: ClientOf) -> None:
    queues.register(people_called("Zed"))
    User.objects.bulk_create(User(email=f"z{number}@x.example", name=f"Zed {number}") for number in range(8))
    page = client_of(staff).get("/manage/").content.decode()
    assert "Zed 4" in page
    assert "Zed 5" not in page
    assert '<span class="count count--due">8</span>' in page


def test_the_desk_costs_the_same_for_1_3_and_30_rows(staff: Any, client_of: ClientOf) -> None:
    client, made, costs = client_of(staff), 0, []
    now = timezone.now()
    for wanted in (1, 3, 30):
        Mail.objects.bulk_create(
            Mail(
                key=f"m{number}",
                message_id=f"<{number}@x>",
                renderer="raw",
                address="a@x.example",
                state="dead",
                created_at=now,
                due_at=now,
            )
            for number in range(made, wanted)
        )
        made = wanted
        with CaptureQueriesContext(connection) as captured:
            response = client.get("/manage/")
        costs.append(len(captured))
        assert response.status_code == 200
        assert len(response.content) <= 60_000
    assert len(set(costs)) == 1
    assert costs[0] <= 12


@pytest.mark.parametrize("role", ["visitor", "pending", "suspended", "member", "provider", "lead"])
def test_for_everybody_else_there_is_no_desk(role: str, request: pytest.FixtureRequest, client_of: ClientOf) -> None:
    queues.register(people_called("Stella"))
    response = client_of(request.getfixturevalue(role)).get("/manage/")
    assert response.status_code in {302, 404}
    assert "People called" not in response.content.decode()
