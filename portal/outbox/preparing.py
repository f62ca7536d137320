"""Loads what a handful of mails needs in a few queries, just before they are sent.

An owner of mails registers how, and finds what it loaded at `mail.prepared` when it renders:

    @prepares("notification")
    def load(mails: list[Mail]) -> None:
        ...
        mail.prepared = ...

What was loaded is a few mails old at most and never older than FRESH_SECONDS, so that a right that somebody lost
is noticed as if each mail had asked for itself. Where `prepared` is None the renderer asks for itself.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice

from portal.outbox.models import Mail

log = logging.getLogger("portal.outbox")

AT_A_TIME = 50
FRESH_SECONDS = 1.0

Loader = Callable[[list[Mail]], None]
_loaders: dict[str, Loader] = {}


def prepares(renderer: str) -> Callable[[Loader], Loader]:
    """Register what loads the needs of several mails of one renderer."""

    def register(loader: Loader) -> Loader:
        _loaders[renderer] = loader
        return loader

    return register


class Preparation:
    """Which of the mails in hand are prepared, and since when."""

    def __init__(self) -> None:
        self._ready: set[int] = set()
        self._until = 0.0

    def see_to(self, waiting: Sequence[Mail]) -> None:
        """Prepare the first of those that wait and some that follow, unless it was done a moment ago."""
        if waiting[0].pk in self._ready and time.monotonic() < self._until:
            return
        mails = list(islice(waiting, AT_A_TIME))
        self._ready = {each.pk for each in mails}
        prepare(mails)
        self._until = time.monotonic() + FRESH_SECONDS


def prepare(mails: Sequence[Mail]) -> None:
    """Load anew; a fault leaves the mails to themselves, where it stops no other."""
    by_renderer = defaultdict(list)
    for mail in mails:
        mail.prepared = None
        by_renderer[mail.renderer].append(mail)
    for renderer, theirs in by_renderer.items():
        try:
            if renderer in _loaders:
                _loaders[renderer](theirs)
        except Exception:  # one mail among them may be broken
            log.exception("mails of %s are prepared one by one", renderer)
            for mail in theirs:
                mail.prepared = None
