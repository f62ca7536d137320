"""What somebody wrote in a reply: without the mail it answers, and without their signature.

In doubt words are kept: a signature too many is a blemish, a lost sentence is a loss.
"""

import re
import unicodedata
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from mailparser_reply.parser import EmailMessage

from portal.core.text import made_storable

# Enough for any answer. The library's patterns take long on long lines: they see the beginning of each.
TEXT_LIMIT, LINE_SEEN = 40_000, 160
LANGUAGES = ["en", "fr", "es", "de", "it", "nl", "pl", "sv"]
_QUOTED = re.compile(r"\s*>")
_RULE = re.compile(r"\s*(?:_{20,}|-{4,}[^-]{3,40}-{4,})\s*")
# What the library does not know: the lines above a quotation in Romanian, and how phones sign in it.
_WROTE = re.compile(
    r"(?:on|le|el|am|il|op|în|pe|la|den|w dniu)\b.{4,150}\b(?:wrote|écrit|escribió|schrieb|scris) ?:?$", re.IGNORECASE
)
_SENT_FROM = re.compile(
    r"(?:sent from|get outlook for|envoyé de|enviado desde|trimis de pe|gesendet von)\b.{0,60}$", re.IGNORECASE
)
_DELIMITER = re.compile(r"--\s*$")
_CLOSING = re.compile(
    r"(?:(?:with |my )?(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)|thank you|best|all the best|"
    r"cheers|sincerely|yours (?:sincerely|faithfully|truly)|cordialement|bien cordialement|merci|"
    r"saludos|un saludo|atentamente|cu (?:stimă|respect)|mulțumesc|mit freundlichen grüßen)[,.!]?$",
    re.IGNORECASE,
)
SIGNATURE_LINES, SIGNATURE_LINE = 10, 80


def marker() -> str:
    """The line of our mails above which people answer, in the active language."""
    return _("Answer above this line to post in the thread.")


@cache
def _markers() -> tuple[str, ...]:
    """The same in every language there is: people change theirs, and forward mails to each other."""
    found = set()
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            found.add(marker())
    return tuple(found)


def said(text: str) -> str:
    """The words of the reply itself; empty when there are none."""
    lines = _clean(text)
    above = _above(lines)
    kept = _without_signature(_unquoted_end(above)) if any(map(str.strip, above)) else []
    if not any(line.strip() for line in kept):
        # Written below the quotation, or between its lines.
        kept = _without_signature(_between_quotations(lines))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()


def _clean(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    text = made_storable(text, max_length=TEXT_LIMIT).replace("\ufffd", "")
    lines = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n").split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    return lines


def _above(lines: list[str]) -> list[str]:
    """The lines above the first quotation."""
    end = next((number for number, line in enumerate(lines) if _starts_quotation(line)), len(lines))
    lines = lines[:end]
    shadow = "\n".join(line.strip()[:LINE_SEEN] for line in lines)
    if not shadow:
        return []
    found = EmailMessage(text=shadow, languages=list(LANGUAGES), keep_hyphen_lists=True).read().replies
    first = found[0] if found else None
    if first is None or first.headers:  # it begins with the quotation
        return [] if first else lines
    return lines[: len(first.content.split("\n"))] if first.content else []


def _between_quotations(lines: list[str]) -> list[str]:
    """The lines that quote nothing, from the first quotation on: what stands above it names whom it quotes."""
    begin = next((number for number, line in enumerate(lines) if _QUOTED.match(line)), 0)
    return [line for line in lines[begin:] if not _is_quoting(line)]


def _starts_quotation(line: str) -> bool:
    return bool(_RULE.fullmatch(line)) or any(each in line for each in _markers()) or bool(_WROTE.match(line.strip()))


def _is_quoting(line: str) -> bool:
    return bool(_QUOTED.match(line)) or _starts_quotation(line)


def _unquoted_end(lines: list[str]) -> list[str]:
    """Without the quoted lines at the end; those between words stay, they say what is answered."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        words, rest = line.strip(), lines[number + 1 :]
        if _DELIMITER.match(line) or _SENT_FROM.match(words):
            return lines[:number] if _DELIMITER.match(line) or not any(map(str.strip, rest)) else lines
        if number and _CLOSING.match(words) and _looks_like_a_card(rest):
            return lines[:number]
    return lines


def _looks_like_a_card(lines: list[str]) -> bool:
    """Name, role, telephone: few short lines that are no sentences."""
    filled = [line.strip() for line in lines if line.strip()]
    return len(filled) <= SIGNATURE_LINES and all(
        len(line) <= SIGNATURE_LINE and not (line.endswith((".", "?", "!")) and line.count(" ") >= 4)  # noqa: PLR2004
        for line in filled
    )
