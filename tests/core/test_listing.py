"""Pages by a cursor: every row once in its order, and 404 for a place that the list did not name."""

import base64
import json
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Length
from django.http import Http404, QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from members.models import User
from portal.core.listing import (
    COUNT_CAP,
    Page,
    capped_count,
    decode_cursor,
    encode_cursor,
    keyset_page,
    query_url,
    toggle_url,
)

ORDERS = [("pk",), ("-date_joined", "-pk"), ("name", "pk"), ("-is_staff", "name", "-pk"), ("-letters", "pk")]


def people(count: int) -> Any:
    User.objects.bulk_create(
        User(email=f"p{number}@x.example", name=f"N {number % 3}", is_staff=number % 2 == 0) for number in range(count)
    )
    return User.objects.annotate(letters=Length("name") + Value(0))


@pytest.mark.django_db
@pytest.mark.parametrize("order", ORDERS)
def test_every_row_comes_once_in_its_order(order: tuple[str, ...]) -> None:
    rows = people(23)
    seen, params = [], QueryDict(mutable=True)
    for _ in range(5):
        found, cursor = keyset_page(rows, order=order, params=params, size=5)
        seen += [row.pk for row in found]
        params["after"] = cursor
    assert cursor == ""
    assert seen == list(rows.order_by(*order).values_list("pk", flat=True))


@pytest.mark.django_db
def test_rows_that_come_in_meanwhile_shift_nothing() -> None:
    rows = people(6)
    first, cursor = keyset_page(rows, order=("-pk",), params=QueryDict(), size=3)
    people_later = User.objects.create(email="late@x.example", name="Late")
    second, _cursor = keyset_page(rows, order=("-pk",), params=QueryDict(f"after={cursor}"), size=3)
    assert people_later not in second
    assert not set(first) & set(second)


def cursor_of(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.django_db
def test_whatever_the_cursor_says_it_is_a_page_or_404() -> None:
    rows = people(3)

    @given(order=st.sampled_from(ORDERS), values=st.lists(json_values, min_size=1, max_size=3))
    @settings(max_examples=300, deadline=None)
    def check(order: tuple[str, ...], values: list[Any]) -> None:
        params = QueryDict(mutable=True)
        params["after"] = cursor_of(values)
        try:
            keyset_page(rows, order=order, params=params)
        except Http404:
            return

    check()


@given(st.text(max_size=60))
def test_whatever_is_no_cursor_is_404(text: str) -> None:
    try:
        assert len(decode_cursor(text, 2)) == 2
    except Http404:
        return


def test_endless_nesting_is_404() -> None:
    with pytest.raises(Http404):
        decode_cursor(base64.urlsafe_b64encode(b"[" * 3000).decode(), 1)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"])), min_size=1, max_size=4))
def test_a_cursor_holds_what_was_put_in(values: list[str]) -> None:
    assert decode_cursor(encode_cursor(values), len(values)) == values


@pytest.mark.django_db
def test_counting_stops_at_a_thousand(django_assert_num_queries: Any) -> None:
    User.objects.bulk_create(User(email=f"p{number}@x.example", name="N") for number in range(COUNT_CAP + 5))
    with django_assert_num_queries(1):
        assert capped_count(User.objects.order_by("name")) == COUNT_CAP + 1
    assert Page(rows=[], total=COUNT_CAP + 1).capped
    assert not Page(rows=[], total=COUNT_CAP).capped


def test_addresses_keep_what_was_chosen_and_drop_the_place() -> None:
    params = QueryDict("level=state&level=city&q=a+b&after=xyz")
    assert query_url(params, q=None) == "?level=state&level=city"
    assert query_url(params, after="new") == "?level=state&level=city&q=a+b&after=new"
    assert toggle_url(params, "level", "city") == "?level=state&q=a+b"
    assert toggle_url(params, "level", "county") == "?level=state&level=city&level=county&q=a+b"
    assert query_url(QueryDict("after=x")) == "?"
