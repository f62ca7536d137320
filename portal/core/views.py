"""The portal's error pages: plain, helpful, and the same for hidden and for missing."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.core.doorstep import at_the_door
from portal.core.policies import PUBLIC


@PUBLIC
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; for a visitor below a members' area with who can join, and how, whether or not there is a page."""
    page = "core/doorstep.html" if at_the_door(request) else "404.html"
    return render(request, page, status=404)


@PUBLIC
def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """500; or 503 with Retry-After when the database is away or locked, which passes by itself."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = "5"
        return response
    return HttpResponse(render_to_string("500.html"), status=500)
