"""Text made comparable: without case, accents and letters that few keyboards have.

Search looks for folded words in folded text, so that "stefanita" finds "Ștefăniță" on every database alike.
"""

import unicodedata

# Letters that Unicode does not decompose.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)


def fold(text: str) -> str:
    """The text in lower case and without marks, words separated by single spaces."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return " ".join(kept.translate(_PLAIN).replace("’", "'").split())
