"""The service-level agreement as a document to fill in."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from docx.table import Table
from docx.text.paragraph import Paragraph

from kits.documents import palette
from kits.documents.outline import Component
from kits.documents.sla import fields, styles

PLACEHOLDER = re.compile(r"(\{\{.*?\}\})")
A4 = (Cm(21.0), Cm(29.7))


def render(text: Mapping[str, Any], component: Component, *, version: str, released_on: date) -> bytes:
    """The agreement, in the order of `text`; every date in it is the release's."""
    document = docx.Document()
    styles.prepare(document, language=component.language)
    _properties(document, component, version, released_on)
    _page(document)
    _footer(document, component, version)
    _front(document, text)
    for number, section in enumerate(text["sections"], start=1):
        _section(document, section, number)
    _write(document.add_paragraph(style="Guidance"), text["closing"])
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _properties(document: Document, component: Component, version: str, released_on: date) -> None:
    core = document.core_properties
    moment = datetime.combine(released_on, time())
    core.title, core.subject, core.author = component.title, component.subject, component.author
    core.keywords = f"{component.id}, version {version}"
    core.comments = f"Version {version}. {component.licence}"
    core.category, core.language, core.version = "Starter kit", component.language, version
    core.created = core.modified = moment
    core.last_modified_by, core.revision = component.author, 1


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.0)


def _footer(document: Document, component: Component, version: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.style = document.styles["Table text"]
    paragraph.add_run(f"{component.title}, template version {version}. {component.licence} Page ")
    fields.add_field(paragraph, "PAGE", "1")
    paragraph._p.append(fields.text_run(" of "))
    fields.add_field(paragraph, "NUMPAGES", "1")


def _front(document: Document, text: Mapping[str, Any]) -> None:
    document.add_paragraph(text["title"], style="Title")
    _write(document.add_paragraph(style="Subtitle"), text["subtitle"])
    for guidance in (text["warning"], *text["how_to_use"]):
        _write(document.add_paragraph(style="Guidance"), guidance)
    document.add_paragraph(text["contents_title"], style="Contents title")
    entries = []
    for number, section in enumerate(text["sections"], start=1):
        label = section["heading"] if section.get("annex") else f"{number}\t{section['heading']}"
        entries.append((label, _anchor(number)))
    fields.add_contents(document, entries)


def _anchor(number: int) -> str:
    return f"_Toc{number:06d}"


def _section(document: Document, section: Mapping[str, Any], number: int) -> None:
    if section.get("landscape"):
        _turn(document, WD_ORIENT.LANDSCAPE)
    heading = document.add_heading(section["heading"], level=1)
    fields.bookmark(heading, _anchor(number), number)
    if section.get("annex"):
        _unnumbered(heading)
    if number == 1:
        heading.paragraph_format.page_break_before = True
    for guidance in section.get("guidance", ()):
        _write(document.add_paragraph(style="Guidance"), guidance)
    for block in section["blocks"]:
        if "clause" in block:
            _write(document.add_paragraph(style="Clause"), block["clause"])
        else:
            _table(document, block["table"])
    if section.get("landscape"):
        _turn(document, WD_ORIENT.PORTRAIT)


def _turn(document: Document, orientation: WD_ORIENT) -> None:
    """A new page the other way round: eight columns do not fit an upright one."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = orientation
    wide = orientation == WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = reversed(A4) if wide else A4
    section.top_margin = Cm(1.5 if wide else 2.2)
    section.bottom_margin = Cm(1.4 if wide else 2.0)


def _unnumbered(heading: Paragraph) -> None:
    properties = heading._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = 0
    heading.paragraph_format.left_indent = Cm(0)
    heading.paragraph_format.first_line_indent = Cm(0)


def _write(paragraph: Paragraph, text: str) -> None:
    """Running text; what stands in double braces gets the style that marks it as to be filled in."""
    for piece in PLACEHOLDER.split(text):
        if piece:
            paragraph.add_run(piece, style="Placeholder" if PLACEHOLDER.fullmatch(piece) else None)


def _table(document: Document, spec: Mapping[str, Any]) -> None:
    document.add_paragraph(spec["caption"], style="Caption")
    table = document.add_table(rows=1, cols=len(spec["columns"]))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    _describe(table, spec)
    for cell, text in zip(table.rows[0].cells, spec["columns"], strict=True):
        cell.paragraphs[0].style = document.styles["Table heading"]
        cell.paragraphs[0].add_run(text)
        cell._tc.get_or_add_tcPr().append(styles.shading(palette.GREEN))
    _repeat(table)
    for texts in spec["rows"]:
        row = table.add_row()
        if not any(texts[1:]):
            # Room to sign by hand.
            row.height = Cm(1.6)
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].style = document.styles["Table text"]
            _write(cell.paragraphs[0], text)
    for row in table.rows:
        _whole(row)
        for cell, width in zip(row.cells, spec["widths"], strict=True):
            cell.width = Cm(width)
    for column, width in zip(table.columns, spec["widths"], strict=True):
        column.width = Cm(width)


def _describe(table: Table, spec: Mapping[str, Any]) -> None:
    """Lines between rows, room inside cells, and the description that a screen reader gives."""
    rule = palette.RULE.lstrip("#").upper()
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{rule}"/>' for side in ("top", "bottom", "insideH")
    )
    margins = "".join(
        f'<w:{side} w:w="{size}" w:type="dxa"/>'
        for side, size in (("top", 50), ("left", 90), ("bottom", 50), ("right", 90))
    )
    look = 'w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"'
    properties = table._tbl.tblPr
    # In the order in which the format wants them.
    for tag, attributes, content in (
        ("tblBorders", "", lines),
        ("tblLayout", 'w:type="fixed"', ""),
        ("tblCellMar", "", margins),
        ("tblLook", look, ""),
    ):
        element = parse_xml(f"<w:{tag} {nsdecls('w')} {attributes}>{content}</w:{tag}>")
        existing = properties.find(element.tag)
        if existing is not None:
            properties.remove(existing)
        properties.append(element)
    columns = ", ".join(text for text in spec["columns"] if text)
    for tag, value in (("w:tblCaption", spec["caption"]), ("w:tblDescription", f"Columns: {columns}.")):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        properties.append(element)


def _repeat(table: Table) -> None:
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row) -> None:
    """A row is never torn by a page break."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
