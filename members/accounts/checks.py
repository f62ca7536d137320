"""What Django checks at start about signing in."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def second_factor_is_required(app_configs: Any, **kwargs: Any) -> list[Error]:
    """In production nobody may lead or look after the community on a password alone."""
    if settings.PRODUCTION and not settings.REQUIRE_SECOND_FACTOR:
        return [Error("REQUIRE_SECOND_FACTOR cannot be off in production.", id="portal.E010")]
    return []
