"""What naughty strings are held against: the verdict by rule, without a database, and what of a page would run."""

import re
from html.parser import HTMLParser

from django.core.exceptions import ValidationError

from portal.core.text import clean_text

OUR_SCRIPTS = re.compile(r"/static/js/[a-z-]+\.js\Z")


def kept(text: str, *, limit: int | None, lines: bool) -> str | None:
    """What is stored of a text; None where it is refused: what no person types, what is too long, or nothing."""
    try:
        return clean_text(text.strip(), max_length=limit, lines=lines) or None
    except ValidationError:
        return None


class Executable(HTMLParser):
    """What of a page would run, lead astray or change its frame: nothing of it may come from what was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in {"iframe", "object", "embed", "base", "style", "plaintext", "math", "xmp", "noscript", "template"}:
            self.found.append(tag)
        if tag == "script" and not OUR_SCRIPTS.match(said.get("src", "")):
            self.found.append(f"script {said}")
        self.found += [f"{tag} {name}" for name in said if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data|vbscript):", said.get(name, ""), re.IGNORECASE):
                self.found.append(f"{tag} {name}={said[name]}")
        if tag == "meta" and said.get("http-equiv", "").lower() == "refresh":
            self.found.append("refresh")


def harmless(page) -> None:
    assert page.status_code < 500
    parser = Executable()
    parser.feed(page.content.decode())
    assert parser.found == []
