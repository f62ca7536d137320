"""Fields that Word and LibreOffice fill in themselves: contents, page numbers; and the bookmarks they jump to."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

# Headings of the first level, as links, without page numbers: clauses are cited by number, and a page number that
# nobody has updated is wrong.
CONTENTS = r'TOC \o "1-1" \n \h \z \u'


def _character(kind: str):
    run = OxmlElement("w:r")
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def _instruction(text: str):
    run = OxmlElement("w:r")
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {text} "
    run.append(code)
    return run


def text_run(text: str):
    run = OxmlElement("w:r")
    for index, piece in enumerate(text.split("\t")):
        if index:
            run.append(OxmlElement("w:tab"))
        element = OxmlElement("w:t")
        element.set(qn("xml:space"), "preserve")
        element.text = piece
        run.append(element)
    return run


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field in running text; `shown` stands there until the reader's program has worked it out."""
    for element in (
        _character("begin"),
        _instruction(code),
        _character("separate"),
        text_run(shown),
        _character("end"),
    ):
        paragraph._p.append(element)


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    end.set(qn("w:id"), str(number))
    paragraph._p.append(end)
    # After the paragraph's properties, before its text.
    first = paragraph._p.find(qn("w:r"))
    first.addprevious(start)


def add_contents(document: Document, entries: Sequence[tuple[str, str]]) -> None:
    """The contents field with its entries already in it: pairs of the text and the bookmark it links to."""
    for index, (text, target) in enumerate(entries):
        paragraph = document.add_paragraph(style="toc 1")
        if index == 0:
            for element in (_character("begin"), _instruction(CONTENTS), _character("separate")):
                paragraph._p.append(element)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), target)
        link.append(text_run(text))
        paragraph._p.append(link)
        if index == len(entries) - 1:
            paragraph._p.append(_character("end"))
