"""What every request passes: input gate, default deny, caching rules."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.core.doorstep import at_the_door
from portal.core.kept import keep
from portal.core.policies import MEMBER, may_open, policy_of
from portal.core.rules import is_signed_in

Handler = Callable[[HttpRequest], HttpResponse]

QUERY_LIMIT = 4096
BODY_LIMIT = 25 * 1024 * 1024
BAD_REQUEST, TOO_LARGE = 400, 413


def input_gate(get_response: Handler) -> Handler:
    """Refuse, with 400 or 413, what no person types: NUL bytes, broken UTF-8, endless queries, huge bodies.

    Without it a NUL in a search term, or in the cookie that names a session, is a server error.
    """

    def gate(request: HttpRequest) -> HttpResponse:
        status = _verdict(request)
        if status is None:
            return get_response(request)
        # A page that asks nothing of session, database or address: none of them can be trusted here.
        return HttpResponse(render_to_string(f"{status}.html"), status=status)

    return gate


def _verdict(request: HttpRequest) -> int | None:
    """The status to refuse the request with; None when it may pass.

    A body of unannounced length passes and is never read: Django takes a missing length for nothing.
    """
    query = request.META.get("QUERY_STRING", "")
    if len(query) > QUERY_LIMIT or not _is_clean(query) or "\x00" in request.path_info:
        return BAD_REQUEST
    # A quoted cookie may spell any byte: "\\000".
    if any("\x00" in value for value in request.COOKIES.values()):
        return BAD_REQUEST
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()):
        return BAD_REQUEST
    if len(length) > len(str(BODY_LIMIT)) or int(length) > BODY_LIMIT:
        return TOO_LARGE
    return None


def _is_clean(query: str) -> bool:
    """Whether the percent-decoded bytes are UTF-8 (so without surrogates) and hold no NUL."""
    data = unquote_to_bytes(query.encode("utf-8", "surrogateescape"))
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


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
    """Open a view only for those its policy names; a view without a policy opens for nobody.

    A visitor is sent to sign in; below a members' area they get the page of `portal.core.doorstep`, as for an
    address where nothing is.
    """

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
        if declared is MEMBER and at_the_door(request):
            raise Http404
        if declared is not None and not is_signed_in(request.user):
            keep(request, view)
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
