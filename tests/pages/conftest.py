"""The editors' area as staff use it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from portal.pages.models import EditorialPage


def page_form(page: EditorialPage | None = None, **fields: Any) -> dict[str, str]:
    """What the form of an article sends; `action` is the button's name without "action-"."""
    action = fields.pop("action", "")
    body = fields.pop("body", None)
    usual: dict[str, Any] = {
        "title": page.title if page else "A new article",
        "slug": page.slug if page else "a-new-article",
        "summary": page.summary if page else "What it is about.",
        "lead_image": "",
        "lead_image_alt": "",
        "seo_title": "",
        "go_live_at": "",
        "expire_at": "",
        "body": streamfield(body if body is not None else [("paragraph", rich_text("<p>Words.</p>"))]),
        "comments": inline_formset([]),
    }
    data = nested_form_data(usual | fields)
    return {**data, f"action-{action}": "on"} if action else data


@pytest.fixture
def desk_of(client_of: Callable[[Any], Client]) -> Callable[[Any], "Desk"]:
    """The editors' area for somebody."""
    return lambda user: Desk(client_of(user))


class Desk:
    """What a person does with pages under /cms/."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def create(self, parent: EditorialPage, kind: str = "articlepage", **fields: Any) -> Any:
        url = reverse("wagtailadmin_pages:add", args=["pages", kind, parent.pk])
        return self.client.post(url, page_form(**fields))

    def edit(self, page: EditorialPage, **fields: Any) -> Any:
        return self.client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), page_form(page, **fields))

    def press(self, page: EditorialPage, button: str) -> Any:
        """Press a button of the page's own form without changing anything."""
        return self.edit(page, action=button, **unchanged(page))

    def approve(self, page: EditorialPage) -> Any:
        state = type(page).objects.get(pk=page.pk).current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
        return self.client.post(url)

    def said(self, response: Any) -> str:
        """The messages on the page that one is led to."""
        return " ".join(str(message) for message in self.client.get(response["Location"]).context["messages"])


def unchanged(page: EditorialPage) -> dict[str, Any]:
    """The fields of the latest draft as its form would send them."""
    draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    body = [(block.block_type, rich_text(block.value.source)) for block in draft.body]
    fields = {"title": draft.title, "slug": draft.slug, "summary": draft.summary, "body": body}
    return fields | {f"body-{number}-id": block.id for number, block in enumerate(draft.body)}
