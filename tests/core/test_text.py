"""The input gate: what is stored is the same on every database, and nothing typed is lost silently."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.core.text import clean_text, is_storable

HOSTILE = ["\x00", "a\x00b", "\ud800", "x\udfffy", "\x07", "\x9b", "abc\u202ecba", "\u2066hidden"]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_one_database_would_refuse_is_refused_everywhere(value: str) -> None:
    with pytest.raises(ValidationError, match="cannot be stored"):
        clean_text(value)


@pytest.mark.parametrize("value", ["O’Brien", "Țara", "محمد", "李雷", "👩🏽‍🏫", "tab\there", "two\nlines", "Zalgo ̴̡a"])
def test_what_people_type_is_stored(value: str) -> None:
    assert is_storable(value)


def test_text_is_composed_and_line_ends_are_one_kind() -> None:
    assert clean_text("e\u0301\r\nx\ry") == "é\nx\ny"


def test_names_are_one_line_without_stray_space() -> None:
    assert clean_text("  Ada\n\tLovelace ", lines=False) == "Ada Lovelace"


def test_too_long_text_is_refused_with_both_numbers() -> None:
    with pytest.raises(ValidationError) as caught:
        clean_text("x" * 11, max_length=10)
    assert caught.value.messages == ["Use at most 10 characters; this has 11."]


@given(st.text())
def test_clean_text_either_refuses_or_gives_text_that_passes_again(value: str) -> None:
    try:
        cleaned = clean_text(value)
    except ValidationError:
        return
    assert clean_text(cleaned) == cleaned


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/glossary/?q=%00", 400),
        ("/glossary/?q=%ed%a0%80", 400),
        ("/glossary/?q=%ff", 400),
        ("/glossary/?" + "a" * 5000, 400),
        ("/glossary/?q=" + "+".join(["word"] * 300), 400),
        ("/glossary/%00/", 400),
        ("/glossary/?after=" + "9" * 21, 200),
    ],
)
def test_requests_nobody_types_get_a_4xx_and_never_a_500(path: str, status: int) -> None:
    assert Client().get(path).status_code == status


def test_a_body_beyond_the_limit_is_refused_before_it_is_read() -> None:
    response = Client().post(
        "/accounts/login/",
        data=b"x",
        content_type="application/octet-stream",
        headers={"Content-Length": "31457280"},
    )
    assert response.status_code == 413
    assert "25 MB" in response.content.decode()


@pytest.mark.django_db
def test_a_write_past_the_form_meets_the_same_gate(member: object) -> None:
    member.name = "a\x00b"  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        member.save()  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        type(member).objects.filter(pk=member.pk).update(name="x" * 500)  # type: ignore[attr-defined]
