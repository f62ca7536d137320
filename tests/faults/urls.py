"""The portal's addresses, and two pages that do nothing but what is measured."""

import secrets

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from portal.core.policies import PUBLIC
from portal.outbox.models import Mail
from portal.outbox.operations import message_id, queue_mails
from portal.urls import handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler500"]


@PUBLIC
def ring(request: HttpRequest) -> HttpResponse:
    """Queue a mail that is due tomorrow, which rings the bell."""
    now, key = timezone.now(), f"measured:{secrets.token_hex(16)}"
    tomorrow = now + timezone.timedelta(days=1)
    with transaction.atomic():
        row = {"key": key, "message_id": message_id(key), "renderer": "raw", "address": "measured@reader.example"}
        queue_mails([Mail(**row, created_at=now, due_at=tomorrow)])
    return HttpResponse("rung")


@PUBLIC
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the cache as often as a page with many parts does."""
    for number in range(5):
        cache.get_or_set(f"measured-{number}", number, 60)
    return HttpResponse("asked")


urlpatterns = [path("measured/ring/", ring), path("measured/ask/", ask), *portal_urls]
