"""The portal's addresses, and some behind which something is broken."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal.core.policies import PUBLIC
from portal.urls import handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler500"]


@PUBLIC
def breaks(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    raise ZeroDivisionError


@PUBLIC
def database_away(request: HttpRequest) -> HttpResponse:
    """What Django raises when the server has gone."""
    raise OperationalError


@PUBLIC
def connection_lost(request: HttpRequest) -> HttpResponse:
    """What Django raises when it had gone before the question."""
    raise InterfaceError


urlpatterns = [
    path("broken/fault/", breaks),
    path("broken/database/", database_away),
    path("broken/connection/", connection_lost),
    *portal_urls,
]
