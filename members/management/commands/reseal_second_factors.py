from typing import Any

from django.core.management.base import BaseCommand

from members.accounts.mfa import reseal


class Command(BaseCommand):
    help = "Seals the keys of second factors with the present SECRET_KEY, so that SECRET_KEY_FALLBACKS can be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal()} second factors are sealed with the present key.")
