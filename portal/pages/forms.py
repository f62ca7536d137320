"""The form of a page in Wagtail."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

from portal.core.text import clean_text
from portal.pages.addresses import address_of

PAGES = "wagtail_serve"


def is_taken(address: str) -> bool:
    """Whether another view of the portal answers at this address."""
    try:
        return resolve(address).url_name != PAGES
    except Resolver404:
        return False


class EditorialPageForm(WagtailAdminPageForm):
    """Refuses addresses that the portal needs itself, and titles that cannot be stored."""

    def clean_title(self) -> str:
        return clean_text(self.cleaned_data["title"], lines=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        slug, parent = cleaned.get("slug"), self.parent_page
        if slug and parent and parent.depth > 1 and is_taken(f"{address_of(parent)}{slug}/"):
            self.add_error("slug", ValidationError(_("The portal needs this address for something else.")))
        return cleaned
