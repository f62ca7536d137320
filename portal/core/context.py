"""What every template knows of the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The community's name and address: data, so that another community can run the same software."""
    return {
        "site": settings.COMMUNITY,
        "site_url": settings.SITE_URL,
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "nav": request.path.strip("/").split("/", 1)[0],
        "captures_mail": settings.CAPTURE_MAIL,
        "theme": getattr(getattr(request, "user", None), "theme", ""),
    }
