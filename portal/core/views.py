"""The portal's error pages: plain, helpful, and the same for hidden and for missing."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal.core.policies import PUBLIC


@PUBLIC
def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """500; or 503 with Retry-After when the database is away or locked, which passes by itself."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = "5"
        return response
    return HttpResponse(render_to_string("500.html"), status=500)
