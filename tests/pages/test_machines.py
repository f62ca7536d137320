"""What crawlers and security researchers ask for."""

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.cases import published
from tests.factories.kits import make_kit
from tests.factories.pages import make_article, make_landing
from tests.factories.workinggroups import make_group

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def addresses(client: Client) -> list[str]:
    tree = ET.fromstring(client.get("/sitemap.xml", headers={"host": "127.0.0.1"}).content)  # noqa: S314
    return [element.text or "" for element in tree.findall("s:url/s:loc", NAMES)]


def test_the_sitemap_holds_what_a_visitor_may_read(client: Client, settings: Any) -> None:
    section = make_landing(slug="section")
    make_article(parent=section, slug="below")
    published(slug="open-case")
    published(slug="closed-case", audience="members")
    make_kit("open-kit")
    make_kit("closed-kit", audience="members")
    make_group(slug="open-group")
    make_group(slug="closed-group", audience="members")
    found = {address.removeprefix(settings.SITE_URL) for address in addresses(client)}
    wanted = {"/", "/section/", "/section/below/", "/cases/", "/cases/open-case/", "/kits/", "/kits/open-kit/"}
    wanted |= {"/groups/", "/groups/open-group/", "/meetings/", "/glossary/", "/glossary/baseline/"}
    assert wanted <= found
    assert [address for address in found if "closed" in address] == []


def test_every_address_in_the_sitemap_opens_for_a_visitor(client: Client, settings: Any) -> None:
    make_article(slug="article")
    published(slug="case")
    make_kit("kit")
    make_group(slug="group")
    paths = [address.removeprefix(settings.SITE_URL) for address in addresses(client)]
    few = [path for path in paths if not path.startswith("/glossary/")] + ["/glossary/"]
    assert len(few) >= 9
    assert {path: client.get(path).status_code for path in few} == dict.fromkeys(few, 200)


def test_robots_are_told_where_nothing_is_and_where_the_sitemap_is(client: Client, settings: Any) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /cms/" in text
    assert "Disallow: /\n" not in text


def test_security_txt_says_whom_to_tell_and_until_when(client: Client, settings: Any) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(re.findall(r"^([\w-]+): (.+)$", answer.content.decode(), re.MULTILINE))
    assert lines["Contact"] == f"mailto:{settings.COMMUNITY['contact']}"
    assert lines["Canonical"] == f"{settings.SITE_URL}/.well-known/security.txt"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timezone.now() < expires < timezone.now() + timedelta(days=366)
