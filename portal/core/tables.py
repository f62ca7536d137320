"""CSV that a spreadsheet opens as data, never as formulas."""

import csv
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

# What a spreadsheet takes for the beginning of a formula, also as full-width letters (ASVS 1.2.10).
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """The value, with an apostrophe before a text that would be calculated; numbers are what they are."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(TRIGGERS) else text


def write_csv(out: TextIO, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a header and the rows, columns in this order; how many rows it were."""
    names, written = list(columns), 0
    writer = csv.writer(out)
    writer.writerow([safe_cell(name) for name in names])
    for row in rows:
        writer.writerow([safe_cell(row[name]) for name in names])
        written += 1
    return written
