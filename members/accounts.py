"""How allauth makes and names accounts here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the name of an account; mail goes through the outbox like everything else."""

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names to make."""
