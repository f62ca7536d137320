"""A list of invented people as a programme office might have kept it: five have not come, one of them is claimed."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from demo.progress import Progress
from members.models import Import, Record, User
from members.roster import claiming, importing, reading

FILE = Path(__file__).parent / "content" / "roster.csv"
SOURCE = "Participants of an invented spring workshop"


@transaction.atomic
def load(progress: Progress, now: datetime) -> None:
    """Bring the list in as staff would, once."""
    if Import.objects.filter(source=SOURCE).exists():
        progress.done("a list of people, there already")
        return
    staff, claimant = (User.objects.get(email=f"{name}@example.org") for name in ("staff", "practitioner"))
    found = reading.read(FILE.read_bytes())
    batch = importing.look_over(reading=found, source=SOURCE, filename=FILE.name, by=staff, at=now - timedelta(days=9))
    importing.apply(batch=batch, also=(), by=staff, at=now - timedelta(days=9))
    record = Record.objects.get(source=SOURCE, key="2")
    claiming.claim(
        record=record,
        wish="mine",
        note="That was my title before I moved to the shared service. Siobhan Tregarth chaired the workshop.",
        by=claimant,
        at=now - timedelta(days=1),
    )
    progress.done(f"a list of {Record.objects.filter(source=SOURCE).count()} people who have not come yet")
