"""The editors' area for programme staff who are no superusers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, WorkflowPage
from wagtail.test.utils.form_data import rich_text

from portal.pages import setup
from portal.pages.models import ArticlePage, HomePage, LandingPage, ProgrammePage
from tests.factories.pages import home, make_article, make_landing
from tests.pages.conftest import page_form

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/cms/",
        "/cms/pages/search/?q=shared",
        "/cms/pages/search/?q=shared+services",
        "/cms/images/",
        "/cms/images/?q=shared",
        "/cms/documents/",
        "/cms/documents/?q=shared",
        "/cms/redirects/",
        "/cms/redirects/?q=shared",
        "/cms/reports/locked/",
        "/cms/reports/workflow/",
        "/cms/account/",
        "/cms/choose-page/search/?q=shared",
        "/cms/images/chooser/?q=shared",
        "/cms/documents/chooser/?q=shared",
        "/cms/snippets/kits/kit/",
        "/cms/snippets/cases/case/",
    ],
)
def test_staff_find_their_way(path: str, staff: Any, client_of: Callable[[Any], Client]) -> None:
    assert client_of(staff).get(path).status_code == 200


def test_search_finds_a_page_by_a_word_that_is_everywhere(staff: Any, client_of: Callable[[Any], Client]) -> None:
    for number in range(30):
        make_article(title=f"Shared services, part {number}")
    page = client_of(staff).get("/cms/pages/search/?q=shared+services").content.decode()
    assert "There are 30 matching pages" in page


def test_the_area_carries_the_community_s_name(staff: Any, client_of: Callable[[Any], Client], settings: Any) -> None:
    page = client_of(staff).get("/cms/").content.decode()
    assert f"- {settings.COMMUNITY['name']}</title>" in page
    assert f"<h1>{settings.COMMUNITY['name']}</h1>" in re.sub(r"<h1[^>]*>\s*(.*?)\s*</h1>", r"<h1>\1</h1>", page)
    assert "/static/img/mark.svg" in page
    assert "/help/programme-staff/" in page
    assert "/manage/" in page


@pytest.mark.parametrize("kind", [ArticlePage, LandingPage, ProgrammePage])
def test_staff_open_the_form_of_every_kind_of_page(kind: Any, staff: Any, client_of: Callable[[Any], Client]) -> None:
    url = reverse("wagtailadmin_pages:add", args=["pages", kind._meta.model_name, home().pk])
    assert client_of(staff).get(url).status_code == 200


def test_there_is_only_one_home_page(staff: Any, client_of: Callable[[Any], Client]) -> None:
    assert not HomePage.can_create_at(home().get_parent())
    url = reverse("wagtailadmin_pages:edit", args=[home().pk])
    assert client_of(staff).get(url).status_code == 200


def test_staff_create_and_edit_a_draft(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    desk = desk_of(staff)
    assert desk.create(home(), title="Draft", slug="draft").status_code == 302
    page = ArticlePage.objects.get(slug="draft")
    assert (page.live, page.owner) == (False, staff)
    desk.edit(page, title="Draft, second thoughts", body=[("paragraph", rich_text("<p>New words.</p>"))])
    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()
    assert draft.title == "Draft, second thoughts"
    assert "New words." in draft.body[0].value.source


def test_a_landing_page_and_an_action_item_are_made_in_the_same_way(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    desk = desk_of(staff)
    desk.create(home(), "landingpage", title="Plan", slug="new-plan", listing="plan")
    plan = LandingPage.objects.get(slug="new-plan")
    desk.create(plan, "programmepage", title="One", slug="one", part="action", number="1", element="")
    assert ProgrammePage.objects.get(slug="one").number == 1


def test_a_number_is_given_once(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    desk = desk_of(staff)
    desk.create(home(), "programmepage", title="One", slug="one", part="action", number="1", element="")
    again = desk.create(home(), "programmepage", title="Also one", slug="two", part="action", number="1", element="")
    assert "Another page has this number." in again.content.decode()


@pytest.mark.parametrize("slug", ["cases", "members", "cms", "accounts", "plan-b"])
def test_a_page_cannot_stand_on_an_address_of_the_portal(slug: str, staff: Any, desk_of: Callable[[Any], Any]) -> None:
    answer = desk_of(staff).create(home(), slug=slug)
    taken = "needs this address" in answer.content.decode()
    assert taken is (slug in {"cases", "members", "cms"})


def test_below_another_page_the_same_slug_is_free(staff: Any, desk_of: Callable[[Any], Any]) -> None:
    landing = make_landing()
    assert desk_of(staff).create(landing, slug="cases").status_code == 302


@pytest.mark.parametrize("bad", ["a\u202eb", "a\x0bb"])
def test_text_that_cannot_be_stored_is_refused_in_title_and_body(
    bad: str, staff: Any, desk_of: Callable[[Any], Any]
) -> None:
    desk = desk_of(staff)
    in_title = desk.create(home(), title=bad, action="submit")
    in_body = desk.create(home(), action="submit", body=[("heading", {"text": bad, "level": "2"})])
    for answer in (in_title, in_body):
        assert answer.status_code == 200
        assert "cannot be stored" in answer.content.decode()
    assert not ArticlePage.objects.exists()


def test_staff_preview_what_they_write_before_it_is_saved(staff: Any, client_of: Callable[[Any], Client]) -> None:
    client = client_of(staff)
    url = reverse("wagtailadmin_pages:preview_on_add", args=["pages", "articlepage", home().pk])
    assert client.post(url, page_form(title="Only a preview")).json()["is_valid"]
    shown = client.get(url, {"mode": ""}).content.decode()
    assert "<h1>Only a preview</h1>" in shown
    assert not ArticlePage.objects.exists()


@pytest.mark.parametrize("kind", ["home", "landing", "article"])
def test_every_kind_of_page_has_a_preview(kind: str, staff: Any, client_of: Callable[[Any], Client]) -> None:
    page = {"home": home, "landing": make_landing, "article": make_article}[kind]()
    response = client_of(staff).get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert response.status_code == 200
    assert page.summary in response.content.decode()


@pytest.mark.parametrize("view", ["history", "revisions_index"])
def test_history_is_for_staff_alone(
    view: str, staff: Any, member: Any, visitor: Any, client_of: Callable[[Any], Client]
) -> None:
    page = make_article(by=staff)
    url = reverse(f"wagtailadmin_pages:{view}", args=[page.pk])
    assert client_of(staff).get(url).status_code in {200, 302}
    assert client_of(member).get(url).status_code == 404
    assert client_of(visitor).get(url)["Location"].startswith("/accounts/login/")


def test_two_versions_can_be_compared(staff: Any, client_of: Callable[[Any], Client]) -> None:
    page = make_article(by=staff)
    page.summary = "Changed words."
    later = page.save_revision(user=staff)
    url = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", later.pk])
    assert "Changed words." in client_of(staff).get(url).content.decode().replace("</span>", "").replace(
        '<span class="addition">', ""
    )


def test_whoever_is_staff_no_more_edits_no_more(staff: Any, client_of: Callable[[Any], Client]) -> None:
    assert staff.groups.filter(name="Programme staff").exists()
    staff.is_staff = False
    staff.save(update_fields=["is_staff"])
    assert not staff.groups.filter(name="Programme staff").exists()
    assert client_of(staff).get("/cms/").status_code == 404


def test_setting_up_twice_changes_nothing() -> None:
    before = (GroupPagePermission.objects.count(), WorkflowPage.objects.count(), HomePage.objects.count())
    setup.set_up()
    assert (GroupPagePermission.objects.count(), WorkflowPage.objects.count(), HomePage.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_gets_its_page_tree_again(client: Client) -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert HomePage.objects.filter(live=True).count() == 1
    assert client.get("/").status_code == 200


def test_staff_close_a_page_to_visitors(staff: Any, client_of: Callable[[Any], Client], client: Client) -> None:
    page = make_article()
    url = reverse("wagtailadmin_pages:set_privacy", args=[page.pk])
    desk = client_of(staff)
    offered = re.findall(r'value=\\?"(none|login|groups|password)', desk.get(url).content.decode())
    assert set(offered) == {"none", "login", "groups"}
    desk.post(url, {"restriction_type": "login", "password": ""})
    assert client.get(page.address).status_code == 404
    assert desk.get(page.address).status_code == 200


def test_nobody_closes_the_whole_site(staff: Any, client_of: Callable[[Any], Client], client: Client) -> None:
    page = make_article()
    url = reverse("wagtailadmin_pages:set_privacy", args=[home().pk])
    client_of(staff).post(url, {"restriction_type": "login", "password": ""})
    assert client.get("/").status_code == 200
    assert client.get(page.address).status_code == 200
