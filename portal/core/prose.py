"""Text that people write in Markdown, shown safely: raw HTML is escaped, and what comes out is sanitised again."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "h3", "h4", "a", "code", "sup", "hr"}
ATTRIBUTES = {"a": {"href", "id", "class", "aria-label"}, "sup": {"class"}}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": True, "typographer": False}).enable("linkify")
# Only what begins with http:// becomes a link: "Grants.gov" is the name of a thing.
_markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False})


@lru_cache(maxsize=512)
def prose(text: str) -> SafeString:
    """HTML for a Markdown text; headings start at the third level, because a page's own stand above."""
    html = _markdown.render(text)
    html = html.replace("<h1>", "<h3>").replace("</h1>", "</h3>").replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    return mark_safe(sanitise(html))  # noqa: S308 -- sanitised on this line


def sanitise(html: str) -> str:
    """Only the tags and attributes listed above, and links that lead to the web, to mail, or within the portal."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
