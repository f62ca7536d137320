"""The look of the agreement: named styles, clause numbers that renumber themselves, one language throughout."""

from __future__ import annotations

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.styles.style import BaseStyle

from kits.documents import palette

# One list for headings ("1") and clauses ("1.1"), so that moving a section renumbers everything in it.
NUMBERING = 90


def prepare(document: Document, *, language: str) -> None:
    """Set up every style the agreement uses; `language` is a code such as en-GB."""
    _language(document, language)
    _modern(document)
    _numbering(document)
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, palette.SANS, 10.5, palette.INK)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    _font(styles["Title"], palette.SERIF, 30, palette.GREEN)
    _without_border(styles["Title"])
    _font(styles["Subtitle"], palette.SERIF, 15, palette.INK_2)
    styles["Subtitle"].font.italic = False
    heading = styles["Heading 1"]
    _font(heading, palette.SERIF, 16, palette.GREEN)
    heading.font.bold = False
    heading.paragraph_format.space_before = Pt(20)
    heading.paragraph_format.space_after = Pt(6)
    heading.paragraph_format.keep_with_next = True
    _numbered(heading, 0)
    clause = styles.add_style("Clause", WD_STYLE_TYPE.PARAGRAPH)
    clause.base_style = normal
    # Enough room above to stand off from a table.
    clause.paragraph_format.space_before = Pt(6)
    clause.paragraph_format.space_after = Pt(2)
    _numbered(clause, 1)
    _guidance(document)
    _captions(document)
    _contents(document)
    placeholder = styles.add_style("Placeholder", WD_STYLE_TYPE.CHARACTER)
    placeholder.font.color.rgb = rgb("#6d4700")
    placeholder.element.get_or_add_rPr().append(shading(palette.MARIGOLD_TINT))


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


def shading(colour: str):
    return parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour.lstrip("#").upper()}"/>')


def _font(style: BaseStyle, family: str, size: float, colour: str) -> None:
    style.font.size = Pt(size)
    style.font.color.rgb = rgb(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A theme font would win over the named one.
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), family)


def _language(document: Document, language: str) -> None:
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), language)
        element.set(qn("w:eastAsia"), language)
    for element in document.settings.element.iter(qn("w:themeFontLang")):
        element.set(qn("w:val"), language)


def _modern(document: Document) -> None:
    """Say which Word the file is for; without it Word opens the file in compatibility mode."""
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    mode = parse_xml(
        f'<w:compatSetting {nsdecls("w")} w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    )
    compat.append(mode)


def _numbering(document: Document) -> None:
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="{style}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:tabs><w:tab w:val="num" w:pos="680"/></w:tabs><w:ind w:left="680" w:hanging="680"/></w:pPr></w:lvl>'
        for level, style, text in ((0, "Heading1", "%1"), (1, "Clause", "%1.%2"))
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING}"><w:multiLevelType w:val="multilevel"/>{levels}'
        "</w:abstractNum>"
    )
    # All abstract lists stand before the lists that use them.
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING}"><w:abstractNumId w:val="{NUMBERING}"/></w:num>')
    )


def _numbered(style: BaseStyle, level: int) -> None:
    properties = style.element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = NUMBERING


def _without_border(style: BaseStyle) -> None:
    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _guidance(document: Document) -> None:
    """Advice to those who fill the template in: one paragraph style, so that one change hides all of it."""
    style = document.styles.add_style("Guidance", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.italic = True
    style.font.size = Pt(9.5)
    style.font.color.rgb = rgb(palette.INK_2)
    style.paragraph_format.left_indent = Pt(9)
    style.paragraph_format.space_before = Pt(4)
    style.paragraph_format.keep_together = True
    properties = style.element.get_or_add_pPr()
    colour = palette.MARIGOLD.lstrip("#").upper()
    border = f'<w:left w:val="single" w:sz="18" w:space="6" w:color="{colour}"/>'
    # The format has an order: borders stand before spacing and indents.
    properties.insert_element_before(
        parse_xml(f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>"), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def _captions(document: Document) -> None:
    caption = document.styles["Caption"]
    _font(caption, palette.SANS, 9.5, palette.INK)
    caption.font.bold = True
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.space_after = Pt(3)
    caption.paragraph_format.keep_with_next = True
    cell = document.styles.add_style("Table text", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = document.styles["Normal"]
    cell.font.size = Pt(9)
    cell.paragraph_format.space_after = Pt(0)
    cell.paragraph_format.line_spacing = 1.05
    heading = document.styles.add_style("Table heading", WD_STYLE_TYPE.PARAGRAPH)
    heading.base_style = cell
    heading.font.bold = True
    heading.font.color.rgb = rgb("#ffffff")


def _contents(document: Document) -> None:
    title = document.styles.add_style("Contents title", WD_STYLE_TYPE.PARAGRAPH)
    title.base_style = document.styles["Normal"]
    _font(title, palette.SERIF, 16, palette.GREEN)
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_before = Pt(18)
    entry = document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    entry.base_style = document.styles["Normal"]
    entry.paragraph_format.space_after = Pt(3)
    entry.paragraph_format.tab_stops.add_tab_stop(Pt(34))
