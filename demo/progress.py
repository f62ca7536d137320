"""Says what is being loaded, and how long it took."""

import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

Thing = TypeVar("Thing")


class Progress:
    """Writes one line for each step: its name, how many, and the seconds since the step before."""

    def __init__(self, output: TextIO) -> None:
        self.output = output
        self.since = time.monotonic()

    def done(self, what: str) -> None:
        """A step is done."""
        now = time.monotonic()
        self.output.write(f"  {what} ({now - self.since:.1f} s)\n")
        self.output.flush()
        self.since = now

    def each(self, things: Iterable[Thing], what: str) -> Iterator[Thing]:
        """Hand the things on one by one and say how many there were."""
        count = 0
        for thing in things:
            yield thing
            count += 1
        self.done(f"{count} {what}")
