"""How often one visitor may ask for names of organisations: enough to type, too little to copy the list.

Counted in the ordinary cache, which may forget: the names are no secret, only nobody's to collect.
"""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MOST_A_MINUTE = 60
MINUTE = 60


def may_ask(request: HttpRequest) -> bool:
    """Count this request; False beyond the limit of its minute."""
    visitor = get_adapter().get_client_ip(request)
    key = f"members.suggest:{visitor}:{int(time.time() // MINUTE)}"
    if cache.add(key, 1, timeout=MINUTE):
        return True
    try:
        return cache.incr(key) <= MOST_A_MINUTE
    except ValueError:  # forgotten in between
        return True
