"""`/`: the front for visitors, what needs them for members."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from members.seen import see_card
from portal.core.rules import is_member, is_signed_in
from portal.pages import needs
from portal.pages.front import front, with_figures
from portal.pages.models import HomePage


def home_for(user: Any) -> HomePage | None:
    """The home page, with the figures that a visitor reads; None before the first migration is complete."""
    pages = HomePage.objects.filter(live=True).order_by("pk")
    return (pages if is_member(user) else with_figures(pages, user)).first()


def response(page: HomePage, request: HttpRequest) -> HttpResponse:
    """The home page for whoever asks."""
    request.is_preview = False  # type: ignore[attr-defined]
    if is_member(request.user):
        return TemplateResponse(request, "pages/today.html", for_member(page, request))
    return TemplateResponse(request, "pages/home.html", {"page": page, **for_visitor(page, request)})


def for_visitor(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    """The front; somebody whose request is being looked at is told so."""
    if not hasattr(page, "members"):
        counted = with_figures(HomePage.objects.filter(pk=page.pk), request.user).first()
        for figure in ("members", "countries", "cases", "groups", "asked"):
            setattr(page, figure, getattr(counted, figure, 0))
    now, user = timezone.now(), request.user
    return {"front": front(page, user, now), "now": now, "pending": is_signed_in(user) and not is_member(user)}


def for_member(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    """What needs the member. The masthead's own card comes from the profile that was read anyway."""
    now = timezone.now()
    profile = needs.profile_of(request.user, now)
    context = {"page": page, "today": needs.today(request.user, profile, now)}
    return {**context, "me": see_card(profile, request.user)} if profile else context
