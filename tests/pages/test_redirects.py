"""Addresses that people bookmarked keep leading somewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from tests.factories.pages import home, make_article, make_landing

pytestmark = pytest.mark.django_db


def test_a_page_that_changes_its_address_is_found_at_the_old_one(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    section = make_landing(slug="old")
    make_article(parent=section, slug="below")
    section.slug = "new"
    with django_capture_on_commit_callbacks(execute=True):
        section.save_revision().publish()
    for old, new in (("/old/", "/new/"), ("/old/below/", "/new/below/"), ("/old/?from=mail", "/new/")):
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new)


def test_a_page_that_is_moved_is_found_at_the_old_address(
    staff: Any, client_of: Callable[[Any], Client], client: Client
) -> None:
    page, section = make_article(slug="moving"), make_landing(slug="section")
    url = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk])
    client_of(staff).post(url)
    assert client.get("/moving/")["Location"] == "/section/moving/"


def test_staff_write_down_a_redirect(staff: Any, client_of: Callable[[Any], Client], client: Client) -> None:
    page = make_article(slug="here")
    data = {"old_path": "/programme2007", "site": "", "is_permanent": "", "redirect_page": page.pk, "redirect_link": ""}
    client_of(staff).post("/cms/redirects/add/", data)
    answer = client.get("/programme2007/")
    assert (answer.status_code, answer["Location"]) == (302, "/here/")


def test_a_redirect_may_lead_to_an_address_of_the_portal(client: Client) -> None:
    Redirect.objects.create(old_path="/library", redirect_link="/cases/", is_permanent=True)
    assert client.get("/library/")["Location"] == "/cases/"


def test_an_address_that_exists_is_never_redirected(client: Client) -> None:
    page = make_article(slug="here")
    Redirect.objects.create(old_path="/here", redirect_link="/elsewhere/")
    assert client.get(page.address).status_code == 200


@pytest.mark.parametrize("path", ["/nothing/", "/nothing/?q=x", "/%C3%A9/", "/a/" * 40])
def test_what_leads_nowhere_is_an_ordinary_404(path: str, client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 404
    assert len(queries) <= 8


def test_the_root_of_the_tree_and_the_slug_of_home_are_no_addresses(client: Client) -> None:
    assert client.get("/home/").status_code == 404
    assert client.get("/root/").status_code == 404
    assert home().address == "/"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_for_reading(method: str, client: Client) -> None:
    assert getattr(client, method)(make_article().address).status_code == 405
