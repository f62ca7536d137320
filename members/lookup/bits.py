"""Sets of people as whole numbers: bit n stands for the profile with the key n.

Python's integers do the set work: `&`, `|`, `& ~` and `bit_count()` over a hundred thousand people take a few
microseconds, and give the same answer on every database. As bytes a set is one bit for each key; a small set of
large keys is four bytes for each member instead, which is shorter, and slower to read.
"""

from array import array
from collections.abc import Iterable, Iterator
from sys import byteorder

_DENSE, _SPARSE = b"d", b"s"
KEY_BYTES = 4
WORTH_IT = 8  # how many times shorter the slower way has to be


def of(keys: Iterable[int]) -> int:
    """The set of these keys."""
    wanted = list(keys)
    if not wanted:
        return 0
    octets = bytearray(max(wanted) // 8 + 1)
    for key in wanted:
        octets[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(octets, "little")


def keys(members: int) -> Iterator[int]:
    """The keys of a set, smallest first."""
    octets = members.to_bytes((members.bit_length() + 7) // 8, "little")
    for index, octet in enumerate(octets):
        if octet:
            base = index << 3
            for bit in _BITS[octet]:
                yield base + bit


_BITS = [tuple(bit for bit in range(8) if octet >> bit & 1) for octet in range(256)]


class Holder:
    """Asks of one key after another whether it is in a set, without copying the set each time."""

    def __init__(self, members: int) -> None:
        self._octets = members.to_bytes((members.bit_length() + 7) // 8, "little")

    def __contains__(self, key: int) -> bool:
        index = key >> 3
        return index < len(self._octets) and bool(self._octets[index] >> (key & 7) & 1)


def write(members: int) -> bytes:
    """The set as bytes; the empty set is no bytes at all."""
    if not members:
        return b""
    length = (members.bit_length() + 7) // 8
    if WORTH_IT * KEY_BYTES * members.bit_count() < length:
        return _SPARSE + _words(array("I", keys(members)))
    return _DENSE + members.to_bytes(length, "little")


def read(stored: bytes | memoryview) -> int:
    """The set that was written."""
    raw = bytes(stored)
    if not raw:
        return 0
    if raw[:1] == _DENSE:
        return int.from_bytes(raw[1:], "little")
    found = array("I")
    found.frombytes(raw[1:])
    if byteorder == "big":
        found.byteswap()
    return of(found)


def union(several: Iterable[bytes | memoryview]) -> int:
    """The set of everybody who is in one of the sets that were written; many small ones cost no more than one."""
    dense, small = 0, array("I")
    for stored in several:
        raw = bytes(stored)
        if raw[:1] == _SPARSE:
            small.frombytes(raw[1:])
        else:
            dense |= read(raw)
    if byteorder == "big":
        small.byteswap()
    return dense | of(small)


def _words(numbers: array) -> bytes:
    if byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def write_list(several: array) -> bytes:
    """Keys in their order as bytes."""
    return _words(array("I", several))


def list_of(stored: bytes | memoryview) -> array:
    """The keys that were written, in their order."""
    found = array("I")
    found.frombytes(bytes(stored))
    if byteorder == "big":
        found.byteswap()
    return found
