"""`@handle` in a text: found when it is posted, shown as a name to those who may see the person.

Both work on the text between the tags of the finished HTML, and neither inside links and code, so that what is
shown as a mention is what was told as one.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.core.cards import PersonCard
from portal.core.markdown import to_html

# So many people one post may name: more is an announcement.
MOST = 20
HANDLE_LENGTH = 80
_MENTION = re.compile(r"(?<![\w@./&#+-])@([a-z0-9_]+(?:-+[a-z0-9_]+)*)", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r"(<[^>]*>)")
_OPENS = re.compile(r"<(a|code|pre)[\s>]")
_CLOSES = re.compile(r"</(a|code|pre)>")


def handles_in(text: str) -> list[str]:
    """The handles that a Markdown text names, each once, in the order of their first appearance."""
    found = (match[1].lower() for piece, free in _pieces(to_html(text)) if free for match in _MENTION.finditer(piece))
    return list(dict.fromkeys(handle for handle in found if len(handle) <= HANDLE_LENGTH))


def shown(text: str, people: Mapping[str, PersonCard | None]) -> SafeString:
    """The text as HTML in which the handles that `people` knows are names.

    A card for somebody whom the reader may see, None for somebody whose name is not for this reader.
    """
    html = to_html(text)
    if not people:
        return html
    put = _putting(people)
    return mark_safe(  # noqa: S308 -- sanitised HTML, and names escaped by format_html
        "".join(_MENTION.sub(put, piece) if free else piece for piece, free in _pieces(html))
    )


def without_handle(text: str, handle: str) -> str:
    """The Markdown text with somebody's handle made unknown, wherever it stands."""
    return re.sub(rf"@{re.escape(handle)}(?![\w-])", "@former-member", text, flags=re.IGNORECASE)


def _putting(people: Mapping[str, PersonCard | None]) -> Callable[[re.Match[str]], str]:
    def put(match: re.Match[str]) -> str:
        handle = match[1].lower()
        if handle not in people:
            return match[0]
        card = people[handle]
        if card is None:
            return format_html('<span class="mention">@{}</span>', _("a member"))
        if not card.url:
            return format_html('<span class="mention">@<bdi>{}</bdi></span>', card.name)
        return format_html('<a class="mention" href="{}">@<bdi>{}</bdi></a>', card.url, card.name)

    return put


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """The HTML in pieces, tags and texts; a text is free when it stands in neither a link nor code."""
    depth = 0
    for piece in _TAG.split(html):
        if piece.startswith("<"):
            depth += bool(_OPENS.match(piece)) - bool(_CLOSES.match(piece))
            yield piece, False
        else:
            yield piece, depth == 0
