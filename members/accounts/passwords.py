"""How long a password must be, and what it must not be beside common: no rules of composition.

NIST SP 800-63B-4, 3.1.1.2.
"""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.folding import fold

LONGEST = 256
# Alone it must be long; with a second factor a guess opens nothing (NIST SP 800-63B-4, 3.1.1.2).
SHORTEST_ALONE, SHORTEST_WITH_FACTOR = 15, 8


def is_short(password: str) -> bool:
    """Whether a password is too short to open an account alone, counted in characters as people see them."""
    return len(unicodedata.normalize("NFC", password)) < SHORTEST_ALONE


def shortest_for(user: Any) -> int:
    """How long a password of this person must be; nobody yet counts as without a second factor."""
    has_factor = getattr(user, "pk", None) is not None and user.has_second_factor
    return SHORTEST_WITH_FACTOR if has_factor else SHORTEST_ALONE


class LongEnough:
    """Fifteen characters, or eight beside a second factor."""

    def validate(self, password: str, user: Any = None) -> None:
        shortest = shortest_for(user)
        if len(unicodedata.normalize("NFC", password)) < shortest:
            words = ngettext("Use at least %(limit)d character.", "Use at least %(limit)d characters.", shortest)
            raise ValidationError(words % {"limit": shortest}, code="password_too_short")

    def get_help_text(self) -> str:
        return ""


class NotTooLong:
    """A limit far above any pass phrase, so that nobody makes the server hash megabytes."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            words = ngettext("Use at most %(limit)d character.", "Use at most %(limit)d characters.", LONGEST)
            raise ValidationError(words % {"limit": LONGEST}, code="password_too_long")

    def get_help_text(self) -> str:
        return ""


class NotObvious:
    """Refuses what a stranger tries first: one thing repeated, or only the names of person, place and site."""

    fewest_different = 5
    fewest_of_its_own = 6

    def validate(self, password: str, user: Any = None) -> None:
        plain = unicodedata.normalize("NFC", password).casefold()
        if len(set(plain)) < self.fewest_different or _repeats(plain):
            raise ValidationError(
                _("This repeats the same few characters. Choose several words instead."),
                code="password_repeats",
            )
        rest = fold(password)
        for word in sorted(_known_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest.replace(" ", "")) < self.fewest_of_its_own:
            raise ValidationError(
                _("This is made of your name or the name of this site. Add words that only you would think of."),
                code="password_obvious",
            )

    def get_help_text(self) -> str:
        return ""


def _repeats(text: str) -> bool:
    """Whether the text is a shorter piece written again and again, like "shared.shared.shared."."""
    return len(text) > 1 and text in (text + text)[1:-1]


def _known_words(user: Any) -> set[str]:
    """Words of three letters or more that belong to the site or to the person."""
    known = [settings.COMMUNITY["name"], settings.SITE_URL, "password", "qwerty"]
    known += [getattr(user, "name", "") or "", getattr(user, "email", "") or ""]
    bare = "".join(letter if letter.isalnum() else " " for letter in fold(" ".join(known)))
    return {word for word in bare.split() if len(word) > 2}  # noqa: PLR2004 -- as the docstring says
