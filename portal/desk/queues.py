"""What waits for staff: every app registers its own queues in its `desk.py`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Value


@dataclass(frozen=True)
class Item:
    """One thing that waits: what it is, where it is done, since when."""

    title: str
    url: str
    since: datetime | None = None
    detail: str = ""


@dataclass(frozen=True)
class Queue:
    """A queue: `count` and `items` (the oldest first, at most `limit`) are asked for the person who looks.

    With `rows`, what is counted as querysets, all queues are counted in one query and `count` is not asked.
    """

    slug: str
    label: Any
    count: Callable[[Any], int]
    items: Callable[[Any, int], list[Item]]
    url: str = ""
    empty: Any = ""
    rows: Callable[[Any], Sequence[QuerySet[Any]]] | None = None


@dataclass(frozen=True)
class Waiting:
    """A queue as the desk shows it."""

    queue: Queue
    count: int
    items: list[Item] = field(default_factory=list)


_queues: dict[str, Queue] = {}


def register(queue: Queue) -> None:
    """Add a queue to the desk."""
    _queues[queue.slug] = queue


def counts(user: Any) -> list[tuple[Queue, int]]:
    """Every queue with how much waits in it; one query for all that name their rows."""
    branches = [
        rows.order_by().annotate(queue_slug=Value(queue.slug)).values("queue_slug").annotate(waiting=Count("pk"))
        for queue in _queues.values()
        if queue.rows
        for rows in queue.rows(user)
    ]
    counted = [branch.values_list("queue_slug", "waiting") for branch in branches]
    numbers: Counter[str] = Counter()
    for slug, number in counted[0].union(*counted[1:], all=True) if counted else ():
        numbers[slug] += number
    return [(queue, numbers[queue.slug] if queue.rows else queue.count(user)) for queue in _queues.values()]


def waiting(user: Any, *, limit: int = 5) -> list[Waiting]:
    """All queues with their oldest items, those with work first; items of empty queues are not asked for."""
    found = [Waiting(queue, count, queue.items(user, limit) if count else []) for queue, count in counts(user)]
    return sorted(found, key=lambda each: (each.count == 0, str(each.queue.label)))
