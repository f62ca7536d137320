"""Default deny, held to the matrix: every address has a policy and a row, and nobody gets more than the row says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from portal.core.policies import Policy, policy_of

MATRIX = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))
ROWS = MATRIX["rows"]
FOREIGN = {row["prefix"]: row["policy"] for row in MATRIX["foreign"]}
ROLES = ("visitor", "pending", "suspended", "member", "provider", "lead", "staff", "superuser")


def _walk(patterns: list[Any], prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, route, inner)
        else:
            yield route, f"{namespace}{entry.name}", entry


ADDRESSES = list(_walk(get_resolver().url_patterns))
OWN = [(route, name) for route, name, _entry in ADDRESSES if not route.startswith((*FOREIGN, "^", "media/"))]


def test_every_view_declares_a_policy() -> None:
    bare = [route for route, _name, entry in ADDRESSES if not isinstance(policy_of(entry.callback), Policy)]
    assert bare == []


def test_every_address_of_ours_has_its_row() -> None:
    named = {row["address"] for row in ROWS}
    assert sorted({name for _route, name in OWN} - named) == []


def test_no_row_outlives_its_address() -> None:
    assert sorted({row["address"] for row in ROWS} - {name for _route, name in OWN}) == []


@pytest.mark.parametrize("prefix", FOREIGN)
def test_a_library_s_addresses_stand_under_one_policy(prefix: str) -> None:
    names = {policy_of(entry.callback).name for route, _name, entry in ADDRESSES if route.startswith(prefix)}
    assert names == {FOREIGN[prefix]}


def _expected(row: dict[str, Any], role: str) -> Any:
    may = row["may"]
    if role in may:
        return may[role]
    # Who is signed in stands before no door: for them it is the ordinary 404.
    otherwise = 404 if may["visitor"] == "door" and role not in {"visitor", "suspended"} else may["visitor"]
    if role == "superuser":
        return may.get("staff", may.get("member", otherwise))
    if role in {"member", "provider", "lead", "staff"}:
        return may.get("member", otherwise)
    return otherwise


def _answer(client: Client, url: str) -> Any:
    response = client.get(url)
    if response.streaming:
        b"".join(response.streaming_content)  # a file stays open until it was read
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "in"
    if response.status_code == 404 and any(page.name == "core/doorstep.html" for page in response.templates):
        return "door"
    return response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_nobody_gets_more_or_less_than_the_matrix_says(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client], stage: dict[str, Any]
) -> None:
    client = client_of(request.getfixturevalue(role))
    wrong = []
    for row in ROWS:
        kwargs = {key: stage.get(value, value) for key, value in row.get("sample", {}).items()}
        got, expected = _answer(client, reverse(row["address"], kwargs=kwargs)), _expected(row, role)
        if got != expected:
            wrong.append(f"{row['address']}: {got}, the matrix says {expected}")
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["visitor", "pending", "suspended", "member", "lead", "provider"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_editors_and_administrators_areas_open_for_nobody_else(
    role: str, method: str, request: pytest.FixtureRequest, client_of: Callable[[Any], Client]
) -> None:
    client = client_of(request.getfixturevalue(role))
    opened = []
    for route, name, _entry in ADDRESSES:
        if not route.startswith(("cms/", "django-admin/")):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if getattr(client, method)(url).status_code not in {302, 404, 405}:
            opened.append(url)
    assert opened == []
