"""`manage.py drain`: does what is due, as the worker would."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.outbox.drain import drain


class Command(BaseCommand):
    """Run what is due once, or keep running on a machine without Celery."""

    help = "Hand facts to their subscribers and send due mail, as the worker does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="keep running; look again every few seconds")
        parser.add_argument("--pause", type=float, default=5.0, help="seconds between two looks with --loop")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            report = drain()
            self.stdout.write(f"{report.errands} errands, {report.mails} mails")
            if not options["loop"]:
                return
            time.sleep(options["pause"])
