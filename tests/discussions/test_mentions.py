"""`@handle` in a text: what is one, and what readers are shown of it."""

import pytest

from portal.core.cards import PersonCard
from portal.discussions.mentions import handles_in, shown

RENSKE = PersonCard(name="Renske Oduya", key="renske-oduya", url="/members/renske-oduya/")


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@renske-oduya", ["renske-oduya"]),
        ("Ask @renske-oduya.", ["renske-oduya"]),
        ("(@renske-oduya, @otto)", ["renske-oduya", "otto"]),
        ("@Renske-Oduya's table", ["renske-oduya"]),
        ("**@otto** and _@otto_", ["otto"]),
        ("- @otto\n- @anna", ["otto", "anna"]),
        ("> @otto said", ["otto"]),
        ("one@otto", []),
        ("otto@agency.example", []),
        ("@", []),
        ("@-otto", []),
        ("@@otto", []),
        ("`@otto`", []),
        ("    @otto", []),
        ("```\n@otto\n```\n@anna", ["anna"]),
        ("[@otto](https://agency.example/)", []),
        ("https://agency.example/@otto", []),
        ("\\@otto", ["otto"]),
        ("&#64;otto", ["otto"]),
        (f"@{'x' * 81}", []),
        ("", []),
    ],
)
def test_a_handle_is_found_where_a_reader_would_see_one(text: str, handles: list[str]) -> None:
    assert handles_in(text) == handles


def test_a_handle_that_is_known_is_shown_as_a_name() -> None:
    assert shown("Ask @Renske-Oduya.", {"renske-oduya": RENSKE}) == (
        '<p>Ask <a class="mention" href="/members/renske-oduya/">@<bdi>Renske Oduya</bdi></a>.</p>\n'
    )


def test_what_is_found_is_what_is_shown() -> None:
    text = "@otto `@otto` [@otto](https://agency.example/) x@otto\n\n    @otto\n\n@otto"
    assert shown(text, {"otto": RENSKE}).count("Renske Oduya") == 2


def test_somebody_whom_the_reader_may_not_see_has_no_name() -> None:
    html = shown("Ask @renske-oduya.", {"renske-oduya": None})
    assert "renske" not in html.lower()
    assert "@a member" in html


def test_somebody_without_a_page_is_named_without_a_link() -> None:
    html = shown("Ask @otto.", {"otto": PersonCard(name="Former member")})
    assert html == '<p>Ask <span class="mention">@<bdi>Former member</bdi></span>.</p>\n'


def test_an_unknown_handle_stays_as_it_was_written() -> None:
    assert shown("Ask @nobody.", {"otto": RENSKE}) == "<p>Ask @nobody.</p>\n"


def test_a_name_is_text_and_nothing_else() -> None:
    card = PersonCard(name='<img src=x onerror="alert(1)">', key="x", url='/members/x/"onclick="alert(1)')
    html = shown("@x", {"x": card})
    assert "<img" not in html
    assert '"onclick' not in html
