"""What members write in Markdown is shown as text, never as something else."""

from html.parser import HTMLParser

import pytest

from portal.core.markdown import SCHEMES, TAGS, to_html


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """The elements a browser would find, with their attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))  # type: ignore[method-assign]
    parser.feed(html)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://tracker.example/pixel.png)",
        "<a href='https://x.example' onclick='alert(1)'>a</a>",
        "<svg/onload=alert(1)>",
        '<iframe src="https://x.example"></iframe>',
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    for tag, attributes in elements(to_html(text)):
        assert tag in TAGS
        assert set(attributes) <= {"href", "rel", "start"}
        assert attributes.get("href", "https:").split(":", 1)[0] in SCHEMES


def test_headings_stand_below_those_of_the_page() -> None:
    assert to_html("# One\n\n###### Six") == "<h3>One</h3>\n<h4>Six</h4>\n"


def test_lists_tables_and_links_are_kept() -> None:
    html = to_html("- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\nSee https://agency.example/ and **this**.")
    for part in ("<li>a</li>", "<td>1</td>", "<strong>this</strong>"):
        assert part in html
    assert '<a href="https://agency.example/" rel="nofollow noopener ugc">' in html


@pytest.mark.parametrize(
    "text",
    [
        "See Grants.gov.",
        "Write to a.person@agency.example.",
        "At www.agency.example.",
        "//agency.example",
        "ftp://a.example",
    ],
)
def test_only_a_whole_web_address_becomes_a_link_by_itself(text: str) -> None:
    assert to_html(text) == f"<p>{text}</p>\n"


def test_nothing_gives_nothing() -> None:
    assert to_html("") == ""
