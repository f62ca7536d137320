"""Pages at their addresses, and the files that machines ask for."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail import hooks

from portal.core.policies import PUBLIC
from portal.pages import queries
from portal.pages.home import home_for

# RFC 9116 asks for a date after which the file must not be believed, less than a year ahead.
SECURITY_TXT_HOLDS = timedelta(days=180)


@PUBLIC
def page(request: HttpRequest, path: str) -> HttpResponse:
    """Every address that no other view answers: an editorial page that the reader may see, else the ordinary 404."""
    found = queries.page_at(path, request.user) if path else home_for(request.user)
    if found is None:
        raise Http404
    for hook in hooks.get_hooks("before_serve_page"):
        answer = hook(found, request, [], {})
        if isinstance(answer, HttpResponse):
            return answer
    return found.serve(request)


@PUBLIC
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: where crawlers find nothing, and where the sitemap is."""
    return render(request, "pages/robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain; charset=utf-8")


@PUBLIC
def security(request: HttpRequest) -> HttpResponse:
    """`/.well-known/security.txt`: whom to tell of a weakness (RFC 9116)."""
    context = {
        "contact": settings.COMMUNITY["contact"],
        "site_url": settings.SITE_URL,
        "expires": (timezone.now() + SECURITY_TXT_HOLDS).replace(microsecond=0),
        "languages": ", ".join(code.split("-")[0] for code, _name in settings.LANGUAGES),
    }
    return render(request, "pages/security.txt", context, content_type="text/plain; charset=utf-8")
