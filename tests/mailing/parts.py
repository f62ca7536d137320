"""What a mail is made of, as its reader's program takes it apart."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

URL = re.compile(r"https?://[^\s<>\"]+")
LONGEST_LINE = 998
VOID = {"meta", "br", "img", "hr", "link", "input"}
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "div", "table", "tbody", "tr", "td", "h1", "h2", "p"}
TAGS |= {"a", "b", "br", "span", "ul", "ol", "li", "s"}
# What Markdown becomes.
TAGS |= {"h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "blockquote", "hr", "del", "thead", "th"}
ATTRIBUTES = {"lang", "dir", "charset", "name", "content", "class", "style", "role", "width", "align", "href", "rel"}
ATTRIBUTES |= {"cellpadding", "cellspacing", "border", "aria-hidden", "start"}


@dataclass
class Element:
    """A link or a heading: its tag, where it leads, whether a person wrote that, and its words."""

    tag: str
    href: str = ""
    typed: bool = False
    words: str = ""


@dataclass
class Reader(HTMLParser):
    """Goes through the HTML as a screen reader would, and notes what does not belong there."""

    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    lang: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag not in TAGS or set(known) - ATTRIBUTES:
            self.foreign.append(f"{tag} {sorted(known)}")
        if tag == "html":
            self.lang = known.get("lang", "")
        if tag == "table":
            self.tables.append(known)
        if tag in {"a", "h1", "h2", "h3"}:
            self.elements.append(Element(tag, known.get("href", ""), "ugc" in known.get("rel", "")))
        if tag not in VOID:
            self._open.append(tag)
        if known.get("aria-hidden") == "true":
            self._hidden = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if len(self._open) < self._hidden:
            self._hidden = 0

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        if "head" in self._open or self._hidden or not data.strip():
            return
        self.words.append(" ".join(data.split()))
        for tag in {"a", "h1", "h2", "h3"} & set(self._open):
            element = next(each for each in reversed(self.elements) if each.tag == tag)
            element.words = f"{element.words} {data.strip()}".strip()

    def links(self) -> list[Element]:
        return [element for element in self.elements if element.tag == "a"]


@dataclass
class Parts:
    """A mail taken apart; `wire` is what the server was handed."""

    wire: bytes
    message: EmailMessage
    text: str
    html: str
    read: Reader


def taken_apart(message: Any) -> Parts:
    """A Django message, as it goes over the wire and comes out again."""
    wire = message.message().as_bytes(linesep="\r\n")
    parsed = message_from_bytes(wire, policy=default)
    text, html = (parsed.get_body((kind,)).get_content() for kind in ("plain", "html"))
    reader = Reader()
    reader.feed(html)
    reader.close()
    return Parts(wire, parsed, text.replace("\r\n", "\n"), html, reader)


KNOWN_HEADERS = {
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Precedence",
    "In-Reply-To",
    "References",
    "Reply-To",
}


def faults(parts: Parts, to: str) -> list[str]:
    """What is wrong with a mail, whatever it is about; empty for a good one."""
    message, found = parts.message, []
    names = list(message.keys())
    if len(names) != len(set(names)) or set(names) - KNOWN_HEADERS:
        found.append(f"headers: {names}")
    if message["To"] != to:
        found.append(f"to: {message['To']}")
    defects = [(name, value.defects) for name, value in message.items() if getattr(value, "defects", ())]
    if message.defects or defects:
        found.append(f"defects: {message.defects} {defects}")
    if max(map(len, parts.wire.split(b"\r\n"))) > LONGEST_LINE or b"\n" in parts.wire.replace(b"\r\n", b""):
        found.append("a line is too long, or ends alone")
    if not parts.text.strip() or not parts.html.strip():
        found.append("a body is missing")
    if parts.read.foreign:
        found.append(f"foreign HTML: {parts.read.foreign}")
    ours, typed = ("https://portal.example/", "mailto:"), ("https://", "http://", "mailto:")
    outside = [link.href for link in parts.read.links() if not link.href.startswith(typed if link.typed else ours)]
    if outside:
        found.append(f"links elsewhere: {outside}")
    return found
