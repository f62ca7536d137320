"""Calendar files over HTTP: revalidated by ETag, so that subscribed calendars cost nothing while nothing changed."""

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header


def calendar_response(request: HttpRequest, body: bytes, *, filename: str) -> HttpResponse:
    """The file, or 304 when the client has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=filename)
    response["ETag"] = etag
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response)


def subscribe_url(path: str) -> str:
    """The address that calendar programs subscribe to instead of downloading once."""
    return f"webcal://{settings.SITE_URL.split('//', 1)[-1]}{path}"
