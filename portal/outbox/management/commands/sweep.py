"""`manage.py sweep`: removes what was kept long enough, as the worker does each hour."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.outbox.sweeping import all_sweeps, sweep


class Command(BaseCommand):
    """Remove it, or only count it; one line for each sweep."""

    help = "Remove what was kept long enough: mails that went out, ended sessions and whatever the apps declare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", action="store_true", help="only say how much it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        rows = {each.name: each.due(now).count() for each in all_sweeps()} if options["count"] else sweep(now=now)
        for each in all_sweeps():
            if each.name in rows:
                self.stdout.write(f"{each.name}: {rows[each.name]} ({each.kept_days} days)")
