from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.accounts import operations
from members.models import User


class Command(BaseCommand):
    help = (
        "Takes an account's second factor away and ends its sessions; its owner is told by mail. For whoever runs "
        "the machine, when nobody is left who could do it at /manage/second-factor/."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("address", help="E-mail address of the account")
        parser.add_argument("--reason", required=True, help="How you know who asked; kept with the account")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["address"].lower()).first()
        if person is None:
            msg = f"Nobody has an account with the address {options['address']}."
            raise CommandError(msg)
        operations.ask_reset(person=person, reason=options["reason"], by=None, at=timezone.now())
        self.stdout.write(f"The second factor of {person.name} is reset, and they are told.")
