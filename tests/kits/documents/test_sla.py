import io
import re
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from kits.documents import build
from kits.documents.outline import data

CONTENT = build("sla", version="1.0.0", released_on=date(2026, 11, 2)).content
DOCUMENT = docx.Document(io.BytesIO(CONTENT))
TEXT = data("sla")
# As the kit's outline names them, the notes it makes to itself left out.
HEADINGS = [
    "Parties and purpose",
    "Period and review",
    "Service description and exclusions",
    "Customer duties",
    "Hours and support channels",
    "Service measures and targets",
    "How measures are taken",
    "Priority and response table",
    "Security, privacy and records",
    "Continuity and restore",
    "Charges and billing",
    "Change to service or volume",
    "Reporting calendar",
    "Shortfall: recovery plan and credits",
    "Escalation and disputes",
    "Audit and access",
    "Exit and data return",
    "Signatures",
    "Annex A: definitions",
    "Annex B: contacts",
]
MEASURE_COLUMNS = ["Measure", "Definition", "Formula", "Target", "Floor", "Period", "Source", "Exclusions"]


def tables_by_header() -> dict[str, list[list[str]]]:
    found = {}
    for table in DOCUMENT.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        found[rows[0][0]] = rows
    return found


def paragraphs(style: str) -> list[str]:
    return [paragraph.text for paragraph in DOCUMENT.paragraphs if paragraph.style.name == style]


def body_text(heading: str) -> list[str]:
    """Clauses and guidance under a heading."""
    found, inside = [], False
    for paragraph in DOCUMENT.paragraphs:
        if paragraph.style.name == "Heading 1":
            inside = paragraph.text == heading
        elif inside:
            found.append(paragraph.text)
    return found


def test_headings_stand_in_the_order_of_the_outline_in_a_real_style():
    assert paragraphs("Heading 1") == HEADINGS


def test_clauses_are_numbered_by_one_list_with_the_headings():
    numbers = {}
    for name in ("Heading 1", "Clause"):
        properties = DOCUMENT.styles[name].element.pPr.numPr
        numbers[name] = (properties.numId.val, properties.ilvl.val)
    assert numbers["Heading 1"] == (numbers["Clause"][0], 0)
    assert numbers["Clause"][1] == 1
    assert len(paragraphs("Clause")) > 60


def test_the_contents_are_a_field_whose_entries_lead_to_the_headings():
    instructions = [element.text.strip() for element in DOCUMENT.element.body.iter(qn("w:instrText"))]
    assert [text for text in instructions if text.startswith("TOC")] == [r'TOC \o "1-1" \n \h \z \u']
    anchors = [link.get(qn("w:anchor")) for link in DOCUMENT.element.body.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in DOCUMENT.element.body.iter(qn("w:bookmarkStart"))]
    assert anchors == marks
    assert [entry.split("\t")[-1] for entry in paragraphs("toc 1")] == HEADINGS
    kinds = [mark.get(qn("w:fldCharType")) for mark in DOCUMENT.element.body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]


def test_guidance_has_a_style_of_its_own_that_is_used_for_nothing_else():
    guidance = paragraphs("Guidance")
    written = [TEXT["warning"], *TEXT["how_to_use"], TEXT["closing"]]
    written += [text for section in TEXT["sections"] for text in section.get("guidance", ())]
    assert sorted(guidance) == sorted(written)


def test_it_says_that_it_is_no_legal_advice_where_law_matters():
    assert paragraphs("Guidance")[0].startswith("Not legal advice.")
    for heading in ("Parties and purpose", "Security, privacy and records", "Charges and billing", "Signatures"):
        assert any("Law to check" in text for text in body_text(heading)), heading


def test_what_is_to_be_filled_in_is_marked_and_nothing_else_is():
    runs = [run for paragraph in every_paragraph() for run in paragraph.runs]
    marked = [run.text for run in runs if run.style.name == "Placeholder"]
    assert len(marked) > 80
    assert [text for text in marked if not re.fullmatch(r"\{\{ .+ \}\}", text)] == []
    assert [run.text for run in runs if "{{" in run.text and run.style.name != "Placeholder"] == []


def every_paragraph():
    yield from DOCUMENT.paragraphs
    for table in DOCUMENT.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def test_measures_have_the_columns_of_the_outline_and_a_definition_each():
    columns, *measures = tables_by_header()["Measure"]
    assert columns == MEASURE_COLUMNS
    assert 5 <= len(measures) <= 10
    assert [measure for measure in measures if not all(measure)] == []


def test_every_customer_duty_names_a_consequence():
    columns, *duties = tables_by_header()["Duty"]
    assert columns[-1] == "If it is not done"
    assert len(duties) >= 5
    assert [duty for duty in duties if not duty[-1].strip()] == []


def test_recovery_comes_before_credit():
    steps = [text for text in body_text("Shortfall: recovery plan and credits") if text.startswith("Step ")]
    assert [step.split(",")[0] for step in steps] == ["Step 1", "Step 2", "Step 3", "Step 4"]
    assert "recovery plan" in steps[0]
    assert "credit" in steps[3]


def test_every_table_repeats_its_header_keeps_rows_whole_and_is_described():
    assert len(DOCUMENT.tables) >= 11
    for table in DOCUMENT.tables:
        heads = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True] + [False] * (len(heads) - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is not None


def test_the_wide_table_has_a_wide_page_and_the_rest_an_upright_one():
    orientations = [section.orientation for section in DOCUMENT.sections]
    assert orientations == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    for section, table in ((DOCUMENT.sections[1], wide_table()), (DOCUMENT.sections[0], DOCUMENT.tables[0])):
        room = section.page_width - section.left_margin - section.right_margin
        assert sum(column.width for column in table.columns) <= room


def wide_table():
    return next(table for table in DOCUMENT.tables if table.cell(0, 0).text == "Measure")


def test_the_language_is_british_english_throughout():
    languages = {element.get(qn("w:val")) for element in DOCUMENT.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    assert DOCUMENT.core_properties.language == "en-GB"


def test_properties_of_paragraphs_and_tables_stand_in_the_order_of_the_format():
    order = {
        "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing ind "
        "contextualSpacing jc outlineLvl rPr sectPr",
        "tblPr": "tblStyle tblStyleRowBandSize tblStyleColBandSize tblW jc tblInd tblBorders shd tblLayout "
        "tblCellMar tblLook tblCaption tblDescription",
        "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    }
    for root in (DOCUMENT.element, DOCUMENT.styles.element):
        for name, children in order.items():
            known = children.split()
            for element in root.iter(qn(f"w:{name}")):
                places = [known.index(child.tag.split("}")[1]) for child in element]
                assert places == sorted(places), [child.tag.split("}")[1] for child in element]


@pytest.mark.documents
@pytest.mark.xdist_group("documents")
def test_libreoffice_opens_it(office, tmp_path):
    path = tmp_path / "sla.docx"
    path.write_bytes(CONTENT)
    (made,) = office.convert([path], "pdf", tmp_path)
    assert pages(made) >= 8


def pages(pdf: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
