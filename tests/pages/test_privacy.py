"""A private page does not exist for those who may not read it: not at its address, in no list, behind no redirect."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, Page

from portal.pages.models import ArticlePage
from portal.pages.privacy import readable_by
from portal.taxonomy.models import Challenge
from tests.factories.pages import close_to, home, make_article, make_landing, make_programme

pytestmark = pytest.mark.django_db

SECRET = "CNRY-members-only"
ROLES = ["visitor", "pending", "suspended", "member", "provider", "lead", "staff", "superuser"]
MEMBERS = {"member", "provider", "lead", "staff", "superuser"}


def plain(response: Any) -> str:
    """A page without the token of its forms, which is another one each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.fixture
def secrets() -> list[ArticlePage]:
    """Private pages of every kind and place: alone, below a private page, in the plan."""
    alone = make_article(title=f"{SECRET}-alone", slug="cnry-alone", summary=f"{SECRET} summary")
    close_to(alone)
    section = make_landing(title=f"{SECRET}-section", slug="cnry-section")
    close_to(section)
    below = make_article(title=f"{SECRET}-below", slug="cnry-below", parent=section)
    challenges = list(Challenge.objects.all())
    action = make_programme("action", 3, title=f"{SECRET}-action", slug="cnry-action", challenges=challenges)
    close_to(action)
    challenge = make_programme("challenge", 1, title=f"{SECRET}-challenge", slug="finance-funding")
    close_to(challenge)
    return [alone, section, below, action, challenge]


@pytest.mark.parametrize("role", ROLES)
def test_members_read_them_and_nobody_else(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client], secrets: list[ArticlePage]
) -> None:
    client = client_of(request.getfixturevalue(role))
    answers = {client.get(page.address).status_code for page in secrets}
    assert answers == ({200} if role in MEMBERS else {404})


@pytest.mark.parametrize("role", ["visitor", "pending"])
def test_hidden_and_missing_look_the_same(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client], secrets: list[ArticlePage]
) -> None:
    client = client_of(request.getfixturevalue(role))
    hidden, missing = client.get("/cnry-alone/"), client.get("/none-there/")
    assert hidden.status_code == missing.status_code == 404
    assert plain(hidden).replace("cnry-alone", "none-there") == plain(missing)
    assert hidden.headers.keys() == missing.headers.keys()
    assert client.get("/cnry-alone").status_code == client.get("/none-there").status_code


@pytest.mark.parametrize("role", ["visitor", "pending", "member"])
def test_no_listing_names_them_to_others(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client], secrets: list[ArticlePage]
) -> None:
    plan = make_landing(title="Plan", slug="plan", listing="plan")
    make_programme("action", 4, parent=plan, challenges=list(Challenge.objects.all()))
    hidden = make_programme("action", 5, parent=plan, title=f"{SECRET}-in-plan")
    close_to(hidden)
    shelf = make_landing(title="Shelf", slug="shelf")
    close_to(make_article(parent=shelf, title=f"{SECRET}-on-shelf"))
    open_challenge = make_programme("challenge", 2, slug="political-support", challenges=list(Challenge.objects.all()))
    client = client_of(request.getfixturevalue(role))
    paths = ["/", "/plan/", "/shelf/", open_challenge.address, "/sitemap.xml", "/plan/action-4/"]
    naming = [path for path in paths if SECRET in client.get(path).content.decode()]
    assert naming == ([] if role != "member" else ["/plan/", "/shelf/", open_challenge.address, "/plan/action-4/"])


def test_no_link_in_a_text_leads_others_there(
    secrets: list[ArticlePage], client: Client, member: Any, client_of: Callable[[Any], Client]
) -> None:
    target, open_one = secrets[0], make_article(slug="open-one")
    this, that = (f'<a linktype="page" id="{page.pk}">there</a>' for page in (target, open_one))
    link = f"<p>See {this} and {that}.</p>"
    items = [
        {"label": "Hidden", "page": target.pk, "document": None, "url": ""},
        {"label": "Shown", "page": open_one.pk, "document": None, "url": ""},
    ]
    body = [{"type": "paragraph", "value": link}, {"type": "links", "value": {"heading": "More", "items": items}}]
    page = make_article(body=body)
    shown = client.get(page.address).content.decode()
    assert "cnry-alone" not in shown
    assert shown.count('href="/open-one/"') == 2
    assert "Hidden" not in shown
    assert "cnry-alone" in client_of(member).get(page.address).content.decode()


def test_a_redirect_does_not_tell_a_new_address(
    secrets: list[ArticlePage], client: Client, member: Any, client_of: Callable[[Any], Client]
) -> None:
    Redirect.objects.create(old_path="/old-place", redirect_page=secrets[0].page_ptr)
    assert client.get("/old-place/").status_code == 404
    assert client_of(member).get("/old-place/")["Location"] == "/cnry-alone/"


@pytest.mark.parametrize(("belongs", "status"), [(True, 200), (False, 404)])
def test_a_page_for_a_group_is_for_its_people(
    belongs: bool, status: int, member: Any, client_of: Callable[[Any], Client]
) -> None:
    group = Group.objects.create(name="Guidance group")
    page = make_article()
    close_to(page, groups=(group,))
    if belongs:
        member.groups.add(group)
    assert client_of(member).get(page.address).status_code == status


def test_every_restriction_on_the_way_has_to_be_met(member: Any, client_of: Callable[[Any], Client]) -> None:
    group = Group.objects.create(name="Guidance group")
    section = make_landing()
    close_to(section, groups=(group,))
    page = make_article(parent=section)
    close_to(page)
    assert client_of(member).get(page.address).status_code == 404
    member.groups.add(group)
    assert client_of(member).get(page.address).status_code == 200


def test_a_neighbour_with_a_similar_place_in_the_tree_stays_open() -> None:
    pages = [make_article() for _ in range(12)]
    close_to(pages[0])
    readable = readable_by(Page.objects.filter(pk__in=[page.pk for page in pages]), AnonymousUser())
    assert readable.count() == 11


def test_an_alias_is_as_private_as_what_it_stands_for(client: Client) -> None:
    source = make_article(slug="source")
    close_to(source)
    source.create_alias(update_slug="alias", parent=home())
    assert client.get("/alias/").status_code == 404


def test_an_alias_of_an_open_page_is_open(client: Client) -> None:
    make_article(slug="source").create_alias(update_slug="alias", parent=home())
    assert client.get("/alias/").status_code == 200


def test_the_home_page_cannot_be_closed() -> None:
    assert home().specific.private_page_options == []


def test_a_draft_is_nowhere_for_anybody_but_its_editors(
    client: Client, staff: Any, client_of: Callable[[Any], Client]
) -> None:
    shelf = make_landing(slug="shelf")
    draft = make_article(parent=shelf, title="CNRY-draft", live=False)
    for reader in (client, client_of(staff)):
        assert reader.get(draft.address).status_code == 404
        assert "CNRY-draft" not in reader.get("/shelf/").content.decode()
    assert "CNRY-draft" not in client.get("/sitemap.xml").content.decode()


def test_the_title_of_a_draft_above_is_not_in_the_trail(client: Client) -> None:
    above = make_landing(title="CNRY-above", live=False)
    page = make_article(parent=above)
    shown = client.get(page.address)
    assert shown.status_code == 200
    assert "CNRY-above" not in shown.content.decode()


def test_a_private_document_is_named_and_served_to_members_alone(
    client: Client, member: Any, client_of: Callable[[Any], Client], settings: Any
) -> None:
    closed = Collection.get_first_root_node().add_child(name="Members")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type=CollectionViewRestriction.LOGIN)
    document = get_document_model()(title="CNRY-minutes", collection=closed)
    document.file.save("minutes.txt", ContentFile(b"secret words"))
    page = make_article(body=[{"type": "download", "value": {"document": document.pk, "title": ""}}])
    assert "CNRY-minutes" not in client.get(page.address).content.decode()
    assert client.get(document.url).status_code == 404
    inside = client_of(member)
    assert "CNRY-minutes" in inside.get(page.address).content.decode()
    served = inside.get(document.url)
    assert b"".join(served.streaming_content) == b"secret words"
    assert "sandbox" in served["Content-Security-Policy"]
    assert served["Content-Disposition"] == 'attachment; filename="minutes.txt"'
    assert client.get(f"/media/{document.file.name}").status_code == 404
    assert document.file.path.startswith(str(settings.PRIVATE_MEDIA_ROOT))


def test_wagtail_s_own_log_in_form_is_no_second_door(client: Client) -> None:
    answer = client.get("/_util/login/?next=/plan/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/plan/")
    assert client.post("/_util/login/", {"username": "a@b.example", "password": "x"}).status_code == 302
