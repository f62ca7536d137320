"""What a browser sends from the page on which a meeting is written, and what it shows."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from django.utils import timezone

FUTURE = (timezone.now() + timedelta(days=20)).date().isoformat()


def form(*rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A whole page as a browser sends it."""
    data = {
        "title": "Identity across agencies",
        "kind": "teleconference",
        "local_date": FUTURE,
        "local_time": "17:00",
        "zone": "Europe/London",
        "minutes": "60",
        "purpose": "",
        "location_note": "",
        "join_url": "",
        "version": "1",
        "rows-TOTAL_FORMS": str(len(rows)),
        "rows-INITIAL_FORMS": "0",
        **fields,
    }
    for number, row in enumerate(rows):
        for name in ("title", "minutes", "kind", "owner", "notes", "paper_url", "item"):
            data[f"rows-{number}-{name}"] = row.get(name, "inform" if name == "kind" else "")
    return data


def shown_rows(response: Any) -> list[tuple[str, str]]:
    """Titles and minutes in the fields of the page."""
    text = response.content.decode()
    titles = re.findall(r'name="rows-\d+-title"(?: value="([^"]*)")?', text)
    minutes = re.findall(r'name="rows-\d+-minutes"(?: value="([^"]*)")?', text)
    return [(unescape(title), number) for title, number in zip(titles, minutes, strict=True)]


A, B, C = ({"title": title, "minutes": minutes} for title, minutes in (("A", "5"), ("B", "10"), ("C", "20")))
