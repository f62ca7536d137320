"""The gate that every text passes before it is stored or searched.

SQLite stores what PostgreSQL refuses (NUL, over-long text), and both fail on a lone surrogate; so the verdict
is given here, the same for both.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# C0 and C1 control characters but tab, newline and carriage return.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Overrides and isolates reorder what follows them: a way to disguise a name or a file.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def is_storable(value: str) -> bool:
    """Whether both databases store the value and no reader is deceived by it."""
    return not (_CONTROL.search(value) or _SURROGATE.search(value) or _BIDI.search(value))


def clean_text(value: str, *, max_length: int | None = None, lines: bool = True) -> str:
    """The value in normal form (NFC), one kind of line end; ValidationError when it cannot be stored.

    `lines=False` folds line breaks and tabs to single spaces, for names and titles.
    """
    if not is_storable(value):
        raise ValidationError(
            _("This text holds a character that cannot be stored. Remove invisible characters and try again."),
            code="unstorable",
        )
    value = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        value = re.sub(r"\s+", " ", value).strip()
    if max_length is not None and len(value) > max_length:
        raise ValidationError(
            _("Use at most %(limit)d characters; this has %(length)d."),
            code="too_long",
            params={"limit": max_length, "length": len(value)},
        )
    return value


def made_storable(value: str, *, max_length: int) -> str:
    """The value with a mark in place of what cannot be stored: for error texts, which nobody can be asked to mend."""
    for pattern in (_CONTROL, _SURROGATE, _BIDI):
        value = pattern.sub("\ufffd", value)
    return value[:max_length]
