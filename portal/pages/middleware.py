"""Redirects of moved pages and of addresses that editors wrote down."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from portal.pages.addresses import address_of
from portal.pages.privacy import readable_by


def redirects(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lead on from an address that is gone. Wagtail's own would name the new address of a private page."""

    def lead_on(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 404:  # noqa: PLR2004
            return response
        found = _redirect_for(request)
        target = _target(found, request) if found else ""
        if found is None or not target:
            return response
        return HttpResponsePermanentRedirect(target) if found.is_permanent else HttpResponseRedirect(target)

    return lead_on


def _redirect_for(request: HttpRequest) -> Redirect | None:
    """The redirect of the whole address, else of its path."""
    full = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    bare = urlsplit(full).path
    return get_redirect(request, full) or (get_redirect(request, bare) if bare != full else None)


def _target(redirect: Redirect, request: HttpRequest) -> str:
    """Where it leads, if its reader may go there."""
    if not redirect.redirect_page_id:
        return redirect.redirect_link
    page = readable_by(Page.objects.filter(pk=redirect.redirect_page_id), request.user).first()
    return address_of(page) if page else ""
