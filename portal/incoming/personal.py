"""What arrived from somebody by mail, and how their address takes ours."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, extracts, holds, on_erasure
from portal.incoming.models import AddressHealth
from portal.incoming.queries import state_of

holds(
    "incoming.Arrival.person",
    ERASED,
    _("Replies that you sent by mail"),
    {"thread": "key", "outcome": "outcome", "told": "sentence", "at": "at"},
)
holds(
    "incoming.ThreadAddress.person",
    ERASED,
    _("Addresses at which you answer threads by mail"),
    kept_back=_("Whoever knows such an address could answer in your name."),
)


@extracts("incoming-address", _("How your address takes our mail"), "address", "score", "paused", "cause", "problem")
def how_the_address_is(person: Any) -> Iterator[dict[str, Any]]:
    """The one row of the address of the account, if anything ever came back from it."""
    row = state_of(person)
    if row is not None:
        yield {
            "address": row.address,
            "score": row.score,
            "paused": row.paused_at,
            "cause": row.cause,
            "problem": row.problem,
        }


@on_erasure
def forget_address(person: Any, shown_as: str) -> None:
    """It is found by the address, not by a key."""
    AddressHealth.objects.filter(address=person.email.lower()).delete()
