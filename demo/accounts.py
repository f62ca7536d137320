"""The accounts that `make run` prints: one for each kind of person the portal is for."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PASSWORD = "guildhall demo 2026"  # noqa: S105 -- printed at start; these accounts exist in demonstrations only


@dataclass(frozen=True)
class Account:
    """Who signs in, and what to try as this person."""

    email: str
    description: Any


ACCOUNTS = (
    Account("practitioner@example.org", _("a practitioner: browse cases and peers, answer a meeting")),
    Account("lead@example.org", _("a working-group lead: post an agenda, see who will be told")),
    Account("staff@example.org", _("programme staff: the desk at /manage/, cases and pages in /cms/")),
    Account("provider@example.org", _("a provider: a member whose label is always shown")),
)
