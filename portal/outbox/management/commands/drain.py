"""`manage.py drain`: does what is due, as the worker would."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from portal.outbox.drain import drain
from portal.outbox.leases import watch_the_clock

log = logging.getLogger("portal.outbox")


class Command(BaseCommand):
    """Run what is due once, or keep running on a machine without Celery."""

    help = "Hand facts to their subscribers and send due mail, as the worker does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="keep running; look again every few seconds")
        parser.add_argument("--pause", type=float, default=5.0, help="seconds between two looks with --loop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["loop"]:
            self._keep_running(options["pause"])
        else:
            report = drain()
            self.stdout.write(f"{report.errands} errands, {report.mails} mails")

    def _keep_running(self, pause: float) -> None:
        """Until SIGTERM or Ctrl-C, which let the mail in hand be finished; a lost database is waited for."""
        watch_the_clock()
        asked_to_end: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda signum, _frame: asked_to_end.append(signum))
        while not asked_to_end:
            close_old_connections()
            try:
                drain(enough=lambda: bool(asked_to_end))
            except (OperationalError, InterfaceError):
                log.exception("the database is away; what is due waits")
            look_again = time.monotonic() + pause
            while not asked_to_end and time.monotonic() < look_again:
                time.sleep(min(0.2, pause))
