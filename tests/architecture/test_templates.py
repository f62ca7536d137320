"""What the content security policy would refuse, and words that nobody could translate."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, files, name

# The gallery shows components with sample words, to developers only.
TEMPLATES = [path for path in files("*.html") if "templates" in path.parts and path.name != "gallery.html"]
PAGES = [path for path in TEMPLATES if "email" not in path.parts]

REFUSED_BY_CSP = {
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script without src": re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
}
# What is not text: comments, tags of the template language, elements nobody reads.
UNREAD = [
    re.compile(pattern, re.DOTALL | re.IGNORECASE)
    for pattern in (
        r"{%\s*comment\b.*?{%\s*endcomment\s*%}",
        r"{#.*?#}",
        r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}",
        r"{%.*?%}",
        r"{{.*?}}",
        r"<!--.*?-->",
        r"<(script|style)\b.*?</\1>",
    )
]
SPOKEN_ATTRIBUTE = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description|label)\s*=\s*\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
# The same in every language.
NAMES = {"Guildhall", "DOCTYPE", "html", "iCalendar", "ics", "CSV", "JSON", "PDF", "DEBUG"}


def test_there_are_templates():
    assert PAGES


@pytest.mark.parametrize("what", REFUSED_BY_CSP)
def test_templates_hold_nothing_inline(what):
    found = [
        f"{name(path)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path in PAGES
        for text in [_without_template_tags(path)]
        for match in REFUSED_BY_CSP[what].finditer(text)
    ]
    assert found == []


def _without_template_tags(path: Path) -> str:
    """A tag inside an element ends no element: {% if a > b %} must not look like the end of one."""
    return re.sub(r"{[%{#].*?[%}#]}", lambda match: _blank(match[0]), path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _blank(text: str) -> str:
    """As many lines, no words."""
    return "\n" * text.count("\n")


def untranslated(path: Path) -> Iterator[str]:
    """The words a reader of this template would see in English whatever the language."""
    text = path.read_text(encoding="utf-8")
    for pattern in UNREAD:
        text = pattern.sub(lambda match: _blank(match[0]), text)
    spoken = SPOKEN_ATTRIBUTE.sub(r'> \1 <x y="', text)
    visible = re.sub(r"<[^<>]*>", lambda match: _blank(match[0]), spoken, flags=re.DOTALL)
    for number, line in enumerate(html.unescape(visible).splitlines(), 1):
        words = [word for word in WORD.findall(line) if word not in NAMES]
        if words:
            yield f"{name(path)}:{number}: {' '.join(words)}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_visible_word_can_be_translated(path):
    assert list(untranslated(path)) == []


def test_untranslated_words_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.architecture.test_templates.name", lambda path: path.name)
    sample = tmp_path / "sample.html"
    sample.write_text(
        '{% load i18n %}<p class="a">{% translate "Fine" %} {{ also.fine }}</p>\n'
        "<p>{% blocktranslate trimmed %}Fine\ntoo{% endblocktranslate %}</p>\n"
        '<img alt="Not fine"><a href="/fine/">Neither</a>'
    )
    assert list(untranslated(sample)) == ["sample.html:4: Not fine Neither"]


def test_mails_have_a_text_part():
    mails = [path for path in (ROOT / "templates").rglob("email/*.html") if path.parent.parent.name != "templates"]
    assert [name(path) for path in mails if not path.with_suffix(".txt").exists()] == []
