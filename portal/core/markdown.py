"""Markdown that members write, made into HTML that may be shown: no raw HTML, no pictures, one list of tags."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "h3",
        "h4",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ],
)
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto"})
# The page has the first two levels of headings for itself.
FIRST_HEADING, LAST_HEADING = 3, 4
# Pages show the same texts again and again; making one takes about a millisecond for each 2,000 characters.
KEPT = 512


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": False, "linkify": True}).disable("image")
    # Only what begins with http:// becomes a link by itself: "Grants.gov" is the name of a thing.
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    parser.linkify.add("ftp:", None)
    parser.linkify.add("//", None)
    return parser


@lru_cache(maxsize=KEPT)
def to_html(text: str) -> SafeString:
    """The text as sanitised HTML; its headings stand below those of the page it is shown on."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(LAST_HEADING, max(FIRST_HEADING, int(token.tag[1])))}"
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="nofollow noopener ugc"
    )
    return mark_safe(clean)  # noqa: S308 -- sanitised above
