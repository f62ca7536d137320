"""What every request passes: input gate, default deny, caching rules."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.core.policies import may_open, policy_of
from portal.core.rules import is_signed_in

Handler = Callable[[HttpRequest], HttpResponse]

QUERY_LIMIT = 4096
BODY_LIMIT = 25 * 1024 * 1024
_BAD_BYTES = re.compile(rb"[\x00]|\xed[\xa0-\xbf]")


def input_gate(get_response: Handler) -> Handler:
    """Refuse, with 400 or 413, what no person types: NUL bytes, broken UTF-8, endless queries, huge bodies.

    Without it a NUL in a search term is a server error on both databases.
    """

    def gate(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > QUERY_LIMIT:
            return _refused(request, 400)
        for raw in (query, request.META.get("PATH_INFO", "")):
            if not _is_clean(raw):
                return _refused(request, 400)
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return _refused(request, 400)
        if length > BODY_LIMIT:
            return _refused(request, 413)
        return get_response(request)

    return gate


def _is_clean(raw: str) -> bool:
    """Whether the percent-decoded bytes are UTF-8 without NUL or surrogates."""
    data = unquote_to_bytes(raw.encode("utf-8", "surrogateescape"))
    if _BAD_BYTES.search(data):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    # Before sessions and templates with context: the answer must not depend on anything that can fail.
    response = HttpResponse(status=status, content_type="text/plain; charset=utf-8")
    response.content = (
        "This upload is too large. The limit is 25 MB."
        if status == 413  # noqa: PLR2004 -- the status just chosen
        else "This address or form holds characters that cannot be read. Go back and remove them."
    )
    return response


def personal(get_response: Handler) -> Handler:
    """Answer in the language and time zone that the signed-in person chose."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not is_signed_in(request.user):
            return get_response(request)
        if request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.zone):
            return get_response(request)

    return answer


class DefaultDeny:
    """Open a view only for those its policy names; a view without a policy opens for nobody."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        declared = policy_of(view)
        if declared is None and (settings.DEBUG or settings.TESTING):
            msg = f"{view} declares no policy: give it one from portal.core.policies."
            raise ImproperlyConfigured(msg)
        if may_open(request, view):
            return None
        if declared is not None and not is_signed_in(request.user):
            return redirect_to_login(request.get_full_path())
        raise Http404


def private_by_default(get_response: Handler) -> Handler:
    """Keep pages made for one person out of every cache; what an anonymous visitor gets may be revalidated."""

    def mark(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            signed_in = request.user.is_authenticated or response.cookies
            response["Cache-Control"] = "private, no-store" if signed_in else "no-cache"
        patch_vary_headers(response, ("Cookie",))
        return response

    return mark
