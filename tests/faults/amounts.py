"""How much of a scenario is run: all of it by `make faults` on PostgreSQL, a sample elsewhere."""

import os

from django.conf import settings

ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
FULL = os.environ.get("FAULTS") == "full" and ON_POSTGRES


def so_many(full: int, sample: int) -> int:
    """The number of times, mails or people of this run."""
    return full if FULL else sample
