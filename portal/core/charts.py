"""Where the marks of a chart stand: pure arithmetic, so that templates only draw."""

import math
from decimal import Decimal

Number = int | float | Decimal

# Dots have a radius; at 0 and 100 half of each would hang over the edge of its column.
INSET = 4.0


def scale(value: Number, low: Number, high: Number) -> float:
    """Percent of the way from `low` to `high`, kept within 0 and 100; 50 when both ends are the same.

    Raises ValueError for what is not a finite number.
    """
    position, start, end = float(value), float(low), float(high)
    if not all(map(math.isfinite, (position, start, end))):
        msg = "A chart needs finite numbers."
        raise ValueError(msg)
    if start == end:
        return 50.0
    return min(100.0, max(0.0, (position - start) / (end - start) * 100))


def dumbbell_positions(
    before: Number, after: Number, *, low: Number | None = None, high: Number | None = None
) -> tuple[float, float]:
    """Percent positions of the dots of one before-and-after row.

    Each row has its own scale from zero to the larger value, so length compares before with after and never
    one measure with another. `low` and `high` fix the scale, e.g. 0 and 100 for percentages.
    """
    start = min(0, before, after) if low is None else low
    end = max(0, before, after) if high is None else high
    room = 100 - 2 * INSET
    first, second = (round(INSET + scale(value, start, end) * room / 100, 2) for value in (before, after))
    return first, second
