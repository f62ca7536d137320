"""Makes words fit for mail: one line for a subject, a name for a header, text that is pleasant to read."""

import re
import textwrap

from portal.core.text import made_storable

SUBJECT_LENGTH = 180
NAME_LENGTH = 60
TEXT_WIDTH = 72
# What mail programs take for the end of a message: everything below is left out of a quoted answer.
SIGNATURE_MARK = "-- "

# Invisible or reordering characters: a way to make one name look like another, or to hide a line.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ufffd]")
# What turns a name into an address, a link or a second header.
_STRUCTURE = re.compile(r"[@:/\\<>\"(),;\[\]=?]")
_DOT_OF_A_HOST = re.compile(r"(?<=\w)\.(?=\w{2})")
_HANGING = re.compile(r"(?:[-*•] |\d+[.)] |\d{1,2}:\d{2} {1,2})")


def one_line(text: str, *, limit: int = SUBJECT_LENGTH) -> str:
    """The text on one line, without what nobody sees; cut at a word when it is longer than `limit`."""
    line = " ".join(made_storable(text, max_length=10 * limit).replace("\ufffd", " ").split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def display_name(text: str, *, otherwise: str = "") -> str:
    """The text as a name in an address header: no line break, no @, nothing a mail program would make a link of."""
    plain = _DOT_OF_A_HOST.sub(" ", _STRUCTURE.sub(" ", _INVISIBLE.sub("", one_line(text))))
    return " ".join(plain.split())[:NAME_LENGTH].strip() or otherwise


def readable(text: str, *, width: int = TEXT_WIDTH) -> str:
    """Plain text with lines of a width that can be read, addresses whole, and never two empty lines together.

    The last line that is "--" begins what answers leave out; one that somebody typed does not.
    """
    given = [line.rstrip() for line in text.strip().splitlines()]
    ends = [number for number, line in enumerate(given) if line == SIGNATURE_MARK.rstrip()]
    lines: list[str] = []
    for number, line in enumerate(given):
        if number in ends:
            lines.append(SIGNATURE_MARK if number == ends[-1] else "—")
        elif line.strip():
            lines.extend(_wrapped(line, width))
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines).strip("\n") + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """One line as several; what follows a dash, a number or a time hangs under the words behind it."""
    if len(line) <= width:
        return [line]
    words = line.lstrip()
    indent = line[: len(line) - len(words)]
    mark = _HANGING.match(words)
    hanging = indent + " " * (len(mark[0]) if mark else 0)
    return textwrap.wrap(
        line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
