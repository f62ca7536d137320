"""Reads a mail that anybody may have sent: never raises for what is in it, never follows what it says.

Only what a reply needs is read: who wrote it, its Message-ID, whether a machine wrote it, and its words.
"""

import codecs
import email
import hashlib
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser

SIZE_LIMIT = 10 * 1024 * 1024
PARTS_LIMIT = 200
TEXT_LIMIT = 200_000  # characters of a body that are looked at
# Codecs that are no writing systems, and can be slow or surprising.
NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
# What mail programs add by themselves: nobody meant to send it.
SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/ms-tnef",
    "text/x-vcard",
    "text/vcard",
}
SEALED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}


@dataclass(frozen=True)
class Letter:
    """A mail as the portal reads it."""

    senders: tuple[str, ...]  # the addresses in From, in lower case
    digest: str  # of the Message-ID; of the whole mail where there is none
    message_id: str
    text: str
    left_out: tuple[str, ...] = ()  # names of files that came with it
    is_automatic: bool = False
    is_sealed: bool = False
    is_too_large: bool = False


def parsed(raw: bytes) -> Message:
    """The mail as a tree of parts; of one that is too large, or nested beyond sense, the headers alone."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0][:SIZE_LIMIT]
    if len(raw) > SIZE_LIMIT:
        return email.message_from_bytes(head)
    try:
        message = email.message_from_bytes(raw)
        if sum(1 for _part in message.walk()) > PARTS_LIMIT:
            return email.message_from_bytes(head)
    except (RecursionError, MessageError, ValueError):
        return email.message_from_bytes(head)
    return message


def read(message: Message, raw: bytes) -> Letter:
    """What a reply holds, from the tree of its parts and from its bytes."""
    message_id = header(message, "Message-ID").strip()[:500]
    kinds = {part.get_content_type() for part in message.walk()}
    return Letter(
        senders=tuple(address.lower() for _name, address in _addresses(message, "From")),
        digest=hashlib.sha256(message_id.encode() or raw).hexdigest(),
        message_id=message_id,
        text=_body(message),
        left_out=tuple(_files(message)),
        is_automatic=is_automatic(message),
        is_sealed=bool(kinds & SEALED),
        is_too_large=len(raw) > SIZE_LIMIT,
    )


def header(message: Message, name: str) -> str:
    """A header as text on one line, whatever it holds; empty when it is missing."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, ValueError, MessageError, AssertionError):
        text = str(value)
    return " ".join(text.encode("utf-8", "replace").decode("utf-8", "replace").split())


def recipients(message: Message) -> list[str]:
    """Whom it was for, what the receiving server noted before what the sender wrote."""
    names = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
    return [address for name in names for _name, address in _addresses(message, name)]


def is_automatic(message: Message) -> bool:
    """Whether a machine wrote it: an absence notice, a list, a report. Answering those goes round in circles."""
    submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = header(message, "Precedence").strip().lower()
    return (
        submitted not in {"", "no"}
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or (message.get("Return-Path") is not None and header(message, "Return-Path") in {"", "<>"})
        or any(message.get(name) is not None for name in _MACHINES)
        or message.get_content_type() == "multipart/report"
    )


_MACHINES = ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "List-Unsubscribe")


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    values = [str(value) for value in message.get_all(name, [])][:20]
    try:
        return [pair for pair in getaddresses([" ".join(value.split())[:2000] for value in values]) if pair[1]]
    except (ValueError, TypeError, IndexError):
        return []


def _is_file(part: Message) -> bool:
    if part.is_multipart() or part.get_content_type() in SIGNATURES:
        return False
    disposition = str(part.get("Content-Disposition", "")).partition(";")[0].strip().lower()
    if disposition == "attachment":
        return True
    # Pictures that stand in the text are mostly the marks of signatures.
    is_picture_in_text = part.get_content_maintype() == "image" and (disposition == "inline" or part.get("Content-ID"))
    return part.get_content_maintype() != "text" and not is_picture_in_text


def _files(message: Message) -> list[str]:
    return [_file_name(part) for part in message.walk() if _is_file(part)]


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return " ".join(name.encode("utf-8", "replace").decode().split())[:80] or part.get_content_type()


def _body(message: Message) -> str:
    """The words: the plain text parts, else the HTML ones as text."""
    texts = {"text/plain": [], "text/html": []}
    inside: set[int] = set()  # a mail that is attached is a file, its text is not what this person says
    for part in message.walk():
        if id(part) in inside or part.get_content_type() == "message/rfc822":
            inside |= {id(each) for each in part.walk()}
        elif part.get_content_type() in texts and not _is_file(part):
            texts[part.get_content_type()].append(text_of_part(part))
    plain = "\n".join(texts["text/plain"]).strip()
    return plain or _text_of(" ".join(texts["text/html"]))


def text_of_part(part: Message) -> str:
    """A part's bytes as text: as it declares them, else as what they most likely are."""
    try:
        data = part.get_payload(decode=True) or b""
        declared = (part.get_content_charset() or "utf-8").strip("'\" ")
    except (LookupError, ValueError, TypeError, AssertionError):
        return ""
    for charset in (declared, "utf-8"):
        try:
            if codecs.lookup(charset).name.replace("_", "-") not in NOT_CHARSETS:
                return data.decode(charset)[:TEXT_LIMIT]
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")[:TEXT_LIMIT]


class _Words(HTMLParser):
    """HTML as text, without what mail programs quote."""

    BREAKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "pre", "hr"}
    SKIPPED = {"script", "style", "head", "title", "blockquote"}
    QUOTING = ("gmail_quote", "gmail_signature", "yahoo_quoted", "moz-cite-prefix", "moz-signature", "protonmail_quote")
    REST_IS_QUOTED = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._skipping, self._depth, self._over = "", 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: (value or "").lower() for name, value in attrs}
        self._over = self._over or named.get("id", "") in self.REST_IS_QUOTED
        if self._skipping:
            self._depth += tag == self._skipping
        elif tag in self.SKIPPED or any(name in named.get("class", "") for name in self.QUOTING):
            self._skipping, self._depth = tag, 1
        elif tag in self.BREAKS:
            self.words.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipping:
            self._depth -= 1
            if not self._depth:
                self._skipping = ""
        elif tag in self.BREAKS and not self._skipping and tag != "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping and not self._over:
            self.words.append(" ".join(data.split()) if data.strip() else " ")


def _text_of(html: str) -> str:
    if not html.strip():
        return ""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.words)
