"""Templates write the portal's addresses as they are: people bookmark and cite them. Each must lead somewhere."""

import re

import pytest
from django.urls import Resolver404, resolve

from tests.architecture.source import ROOT, files, name

LINK = re.compile(r"\b(?:href|action)=\"(/[^\"{}?#]*)")
# What the demonstration puts into the tree of pages: about.md is /about/, plan-action-01.md lies below /plan/.
PAGES = {path.stem for path in (ROOT / "demo" / "content" / "pages").glob("*.md")}


def links():
    found = {}
    for path in files("*.html"):
        if "templates" in path.parts:
            for address in LINK.findall(path.read_text(encoding="utf-8")):
                found.setdefault(address, name(path))
    return sorted(found.items())


def test_templates_link_to_addresses():
    assert len(links()) > 5


@pytest.mark.parametrize(("address", "template"), links())
def test_every_address_in_a_template_leads_somewhere(address, template):
    try:
        match = resolve(address)
    except Resolver404:
        pytest.fail(f"{template} links to {address}, which no URLconf knows")
    if match.view_name == "wagtail_serve" and address != "/":
        assert address.strip("/").replace("/", "-") in PAGES, f"{template} links to {address}: no such page"
