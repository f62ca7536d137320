"""Sets that this process has read before, so that they need not travel and be made into numbers again.

A set is known by the version of its term, which is drawn anew whenever the term is written. Readers learn versions
from the rows themselves, in every request: a set that was replaced, or one that a transaction took back, is asked for
by nobody. What is kept is thus never older than the database, in however many processes.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

MOST_BYTES = 48 * 2**20
_Key = tuple[str, int]  # the tier or the order, the version
_Thing = TypeVar("_Thing")
_FIRST_DRAWN = 2**40  # smaller ones were given by the migration


def new_version() -> int:
    """A version that no term had before."""
    return _FIRST_DRAWN + secrets.randbelow(2**62)


class Kept(Generic[_Thing]):
    """What was used last, as much as fits; safe for several threads."""

    def __init__(self, *, size: Callable[[_Thing], int], most_bytes: int = MOST_BYTES) -> None:
        self._size, self._most, self._bytes, self._lock = size, most_bytes, 0, Lock()
        self._things: OrderedDict[_Key, _Thing] = OrderedDict()

    def find(self, space: str, versions: Iterable[int]) -> dict[int, _Thing]:
        """Those that are here, by version."""
        found = {}
        with self._lock:
            for version in versions:
                thing = self._things.get((space, version))
                if thing is not None:
                    self._things.move_to_end((space, version))
                    found[version] = thing
        return found

    def keep(self, space: str, things: Mapping[int, _Thing]) -> None:
        """Keep these too; what nobody asked for longest makes room."""
        with self._lock:
            for version, thing in things.items():
                if (space, version) not in self._things:
                    self._things[space, version] = thing
                    self._bytes += self._size(thing)
            while self._bytes > self._most:
                _key, thing = self._things.popitem(last=False)
                self._bytes -= self._size(thing)


SETS: Kept[int] = Kept(size=lambda members: 100 + members.bit_length() // 7)
