"""`manage.py erasures`: the ledger of erased accounts, to be kept apart from the backups it corrects."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.models import Departure, Erasure
from members.rights.leaving import erase_again


class Command(BaseCommand):
    """Print the ledger, or carry one out on a restored database."""

    help = "Print who was erased (digests that name nobody), or erase them again after restoring a backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", metavar="FILE", help='a ledger printed before; "-" reads it from the pipe')

    def handle(self, *args: Any, **options: Any) -> None:
        if options["apply"]:
            found = erase_again(ledger=_read(options["apply"]), at=timezone.now())
            self.stdout.write(f"{found} accounts erased again")
            return
        for digest, credit in Erasure.objects.order_by("pk").values_list("digest", "credit"):
            self.stdout.write(f"{digest} {credit}")


def _read(source: str) -> dict[str, str]:
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    ledger = {}
    for number, line in enumerate(text.splitlines(), start=1):
        digest, _space, credit = line.strip().partition(" ")
        if credit not in Departure.Credit.values:
            msg = f"Line {number} is not from a ledger: {line[:80]!r}"
            raise CommandError(msg)
        ledger[digest] = credit
    return ledger
