"""Reads: whether notices go to an address."""

from typing import Any

from django.db.models import Exists, QuerySet

from portal.incoming.models import AddressHealth


def is_paused(address_field: str) -> Exists:
    """For `annotate` and `filter`: whether the address that a row holds gets no notices."""
    return Exists(AddressHealth.objects.paused().of(address_field))


def state_of(user: Any) -> AddressHealth | None:
    """What came back from somebody's address, for their own eyes; None when nothing did."""
    return AddressHealth.objects.visible_to(user).filter(address=user.email.lower()).first()


def paused_addresses(user: Any) -> QuerySet[AddressHealth]:
    """For staff: the addresses that get no notices, the longest paused first."""
    return AddressHealth.objects.visible_to(user).paused().order_by("paused_at", "pk")
