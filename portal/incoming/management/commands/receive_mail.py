import logging
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.incoming.reading import SIZE_LIMIT
from portal.incoming.receiving import receive

log = logging.getLogger("portal.incoming")


class Command(BaseCommand):
    """Take in one mail from standard input, as a mail server hands it to a program."""

    help = "Read one mail from standard input: a report of failed delivery or a reply (docs/operations.md)."
    # A mail server starts it for each mail, and tries again later where it fails.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipient", default="", help="whom the envelope names; without it the headers are asked")
        parser.add_argument("--sender", default=None, help="the envelope's sender; empty for a report of failure")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(SIZE_LIMIT + 1)
        while len(raw) > SIZE_LIMIT and sys.stdin.buffer.read(1 << 20):
            pass  # the server must not find the pipe closed; what is too large is not looked at
        try:
            outcome = receive(raw, recipient=options["recipient"], sender=options["sender"], at=timezone.now())
        except Exception as error:
            log.exception("a mail could not be taken in; the mail server will try again")
            msg = "not taken in, try again later"
            raise CommandError(msg, returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(outcome.value)
