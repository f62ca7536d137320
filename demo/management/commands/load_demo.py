"""`manage.py load_demo`: fills an empty portal with content; on a filled one it adds only what is missing."""

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from demo.progress import Progress
from portal.outbox.drain import settle_without_mail

# In the order in which they stand on each other.
PARTS = ("people", "joining", "roster", "cases", "groups", "reach", "discussions", "kits", "told", "pages", "mail")


class Command(BaseCommand):
    """Load the demonstration content; every part is idempotent and its dates are relative to today."""

    help = "Load the demonstration content (idempotent)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are members already")

    def handle(self, *args: Any, **options: Any) -> None:
        from members.models import User  # noqa: PLC0415 -- the command line is built before the models are ready

        if options["if_empty"] and User.objects.exists():
            self.stdout.write("The portal has members: its content is left as it is.")
            return
        progress, now = Progress(self.stdout), timezone.now()
        told = import_module("demo.told")
        before = told.last_notice()
        for part in PARTS:
            import_module(f"demo.{part}").load(progress, now)
        # What was loaded happened in the past: notices stand in everybody's list, but nobody is mailed now. Only the
        # four accounts get a summary, to be read at /dev/mail/.
        report = settle_without_mail()
        told.settle(now, after=before)
        progress.done(f"{report.errands} errands of facts, {report.mails} mails left unsent")
