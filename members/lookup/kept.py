"""Sets that this process has read before, so that they need not travel and be made into numbers again.

A set is known by the version of its term, which is drawn anew whenever the term is written. Readers learn versions
from the rows themselves, in every request: a set that was replaced, or one that a transaction took back, is asked for
by nobody. What is kept is thus never older than the database, in however many processes.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

MOST_BYTES = 48 * 2**20
_Key = tuple[str, int]  # tier, version
_FIRST_DRAWN = 2**40  # smaller ones were given by the migration


def new_version() -> int:
    """A version that no term had before."""
    return _FIRST_DRAWN + secrets.randbelow(2**62)


class Kept:
    """The sets used last, as many as fit; safe for several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes, self._lock = most_bytes, 0, Lock()
        self._sets: OrderedDict[_Key, int] = OrderedDict()

    def find(self, tier: str, versions: Iterable[int]) -> dict[int, int]:
        """Those that are here, by version."""
        found = {}
        with self._lock:
            for version in versions:
                members = self._sets.get((tier, version))
                if members is not None:
                    self._sets.move_to_end((tier, version))
                    found[version] = members
        return found

    def keep(self, tier: str, sets: dict[int, int]) -> None:
        """Keep these too; the ones that nobody asked for longest make room."""
        with self._lock:
            for version, members in sets.items():
                if (tier, version) not in self._sets:
                    self._sets[tier, version] = members
                    self._bytes += _size(members)
            while self._bytes > self._most:
                _key, members = self._sets.popitem(last=False)
                self._bytes -= _size(members)


def _size(members: int) -> int:
    return 100 + members.bit_length() // 7


KEPT = Kept()
