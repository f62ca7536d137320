"""Pages at their addresses, and the files that machines ask for."""

from datetime import timedelta

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail import hooks
from wagtail.documents import get_document_model

from portal.core.policies import PUBLIC
from portal.pages import queries
from portal.pages.home import home_for
from portal.pages.privacy import documents_for

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
def document(request: HttpRequest, document_id: int, document_filename: str) -> FileResponse:
    """`/documents/<id>/<name>`: a file for those who may have it, from the private storage.

    In place of Wagtail's view, which asks a visitor to sign in where there is something to hide.
    """
    documents = get_document_model().objects.filter(pk=document_id)
    found = documents_for(documents, request.user).first()
    if found is None or found.filename != document_filename:
        raise Http404
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename)
    response._csp_replace = {"default-src": ["'none'"], "sandbox": [""]}  # type: ignore[attr-defined]
    return response


@PUBLIC
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: where crawlers find nothing, and where the sitemap is."""
    return render(
        request, "pages/robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain; charset=utf-8"
    )


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
