"""What waits for staff: every app registers its own queues in its `desk.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Item:
    """One thing that waits: what it is, where it is done, since when."""

    title: str
    url: str
    since: datetime | None = None
    detail: str = ""


@dataclass(frozen=True)
class Queue:
    """A queue: `count` and `items` (the oldest first, at most `limit`) are asked for the person who looks."""

    slug: str
    label: Any
    count: Callable[[Any], int]
    items: Callable[[Any, int], list[Item]]
    url: str = ""
    empty: Any = ""


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


def waiting(user: Any, *, limit: int = 5) -> list[Waiting]:
    """All queues with their oldest items, those with work first; items of empty queues are not asked for."""
    found = []
    for queue in _queues.values():
        count = queue.count(user)
        found.append(Waiting(queue, count, queue.items(user, limit) if count else []))
    return sorted(found, key=lambda each: (each.count == 0, str(each.queue.label)))
