"""What templates are given of people and things: small frozen values, never a model instance.

A card holds only what its viewer may see, decided by whoever made it. A template can therefore neither start
a query nor show a field by mistake.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

HUES = 6
# Kinds that are named beside the person everywhere: members must see who studies and who sells.
LABELLED_KINDS = frozenset({"researcher", "provider"})


def initials_of(name: str) -> str:
    """One or two capital letters for an avatar; "?" for a name without any letter.

    Scripts without capitals (Arabic, Chinese, ...) give one letter: two would join or read as a word.
    """
    letters = [letter for word in name.split() if (letter := _first_letter(word))]
    if not letters:
        return "?"
    first = letters[0]
    if first.upper() == first.lower() or len(letters) == 1:
        return first.upper()[:1]
    return first.upper()[:1] + letters[1].upper()[:1]


def _first_letter(word: str) -> str:
    composed = unicodedata.normalize("NFC", word)
    return next((character for character in composed if unicodedata.category(character).startswith("L")), "")


def hue_of(key: str) -> int:
    """A colour number from 1 to HUES that stays the same for the same key, in every process."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[0] % HUES + 1


@dataclass(frozen=True, kw_only=True)
class PersonCard:
    """A person as one viewer may see them.

    `url` is empty when the profile is not visible: the name is then plain text. `key` (a handle or an id)
    keeps the colour when the name changes. `mark` is a jurisdiction mark: national, state, county, local or
    partner.
    `kind` is practitioner, researcher or provider; `kind_label` its translated name. `photo` is the address of a
    square picture; initials stand where there is none, or none that this viewer may see.
    """

    name: str
    key: str = ""
    url: str = ""
    initials: str = ""
    hue: int = 0
    mark: str = ""
    role: str = ""
    organisation: str = ""
    kind: str = ""
    kind_label: Any = ""
    photo: str = ""

    def __post_init__(self) -> None:
        if not self.initials:
            object.__setattr__(self, "initials", initials_of(self.name))
        if not self.hue:
            object.__setattr__(self, "hue", hue_of(self.key or self.name))

    @property
    def shows_kind(self) -> bool:
        """Whether the kind stands beside the name: always for researchers and providers."""
        return self.kind in LABELLED_KINDS and bool(self.kind_label)

    @property
    def place_of_work(self) -> str:
        """Role and organisation in one line, whichever of them there are."""
        return ", ".join(part for part in (self.role, self.organisation) if part)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A state in words. `tone`: "" (needs something), good, info, bad or plain."""

    label: Any
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True)
class EntryCard:
    """One thing in a list: `components/entry.html`. `meta` stands above the title, `foot` below the text."""

    title: str
    url: str
    dek: str = ""
    mark: str = ""
    meta: Sequence[Any] = ()
    flags: Sequence[Flag] = ()
    foot: Sequence[Any] = ()


@dataclass(frozen=True, kw_only=True)
class MeetingCard:
    """A meeting in a list: `components/meeting_line.html`. `start` is aware, `zone` the meeting's own."""

    title: str
    url: str
    start: datetime
    zone: ZoneInfo
    end: datetime | None = None
    kind: Any = ""
    note: Any = ""
    flags: Sequence[Flag] = ()


@dataclass(frozen=True, kw_only=True)
class FileCard:
    """A file or a link in `components/files.html`. `meta`: format and size in words ("XLSX, 210 KB")."""

    title: str
    url: str
    meta: Any = ""
    icon: str = "file-text"


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One place in `components/subnav.html`."""

    label: Any
    url: str
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something to do next: a button-like link. `tone`: "" (primary), 2 (secondary) or call."""

    label: Any
    url: str
    tone: str = "2"
    icon: str = ""
