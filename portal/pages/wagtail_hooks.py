"""The editors' area: who may publish a page, the way to the desk and to help."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.models import Page

from portal.core.four_eyes import is_last_hand

REFUSED = gettext_lazy(
    "Your text is saved as a draft. It was not published: you made the last change, so somebody else has to publish "
    "it. Submit it for review."
)


@hooks.register("before_publish_page")
def ask_for_a_second_person(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The editor's own button publishes without asking the page, so it is asked here."""
    if not is_last_hand(request.user, page.get_latest_revision()):
        return None
    messages.error(request, REFUSED)
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_bulk_action")
def ask_for_a_second_person_for_each(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> HttpResponse | None:
    """Publishing several pages at once: all of them, or none."""
    if action_type != "publish" or request.method != "POST":
        return None
    own = [
        page for page in objects if isinstance(page, Page) and is_last_hand(request.user, page.get_latest_revision())
    ]
    if not own:
        return None
    names = ", ".join(page.get_admin_display_title() for page in own)
    messages.error(request, _("Nothing was published. You made the last change to: %(pages)s.") % {"pages": names})
    return redirect("wagtailadmin_explore_root" if action.next_url == request.path else action.next_url)


@hooks.register("construct_page_action_menu")
def offer_what_is_allowed(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """No button that would only be refused: for a new page, and for one's own last change."""
    page = context.get("page")
    if page is None or is_last_hand(request.user, page.get_latest_revision()):
        menu_items[:] = [item for item in menu_items if item.name != "action-publish"]


@hooks.register("register_admin_menu_item")
def way_to_the_desk() -> MenuItem:
    """Back to what waits for staff."""
    return MenuItem(gettext_lazy("Staff desk"), reverse("desk:desk"), name="desk", icon_name="tasks", order=50)


@hooks.register("register_help_menu_item")
def way_to_help() -> MenuItem:
    """Our own words on how to publish."""
    label = gettext_lazy("How we publish")
    return MenuItem(label, "/help/programme-staff/", name="how-we-publish", icon_name="help", order=10)
