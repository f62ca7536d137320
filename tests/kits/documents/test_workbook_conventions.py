"""The workbook as a file: what may be changed, what may not, and how it prints. No spreadsheet program needed."""

import io
from datetime import date

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from kits.documents import build, palette
from kits.documents.outline import data

BOOK = openpyxl.load_workbook(
    io.BytesIO(build("business-case-model", version="1.0.0", released_on=date(2026, 11, 2)).content)
)
TINT = f"FF{palette.MARIGOLD_TINT.lstrip('#').upper()}"


def cells():
    return [cell for sheet in BOOK for row in sheet.iter_rows() for cell in row]


def named() -> set[tuple[str, int, int]]:
    """Every cell that has a name, alone or in a range."""
    found = set()
    for name in BOOK.defined_names.values():
        for sheet, area in name.destinations:
            left, top, right, bottom = range_boundaries(area)
            found |= {(sheet, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return found


def is_formula(cell) -> bool:
    return cell.data_type == "f"


def test_the_sheets_are_those_of_the_outline_in_order():
    outline = next(row for row in data("kit")["components"] if row["id"] == "business-case-model")
    assert BOOK.sheetnames == outline["sheets"]


def test_inputs_are_tinted_and_named_and_nothing_else_is_unlocked():
    inputs = [cell for cell in cells() if not cell.protection.locked]
    everywhere = named()
    assert len(inputs) > 300
    assert [str(cell) for cell in inputs if cell.fill.fgColor.rgb != TINT] == []
    assert [str(cell) for cell in inputs if (cell.parent.title, cell.row, cell.column) not in everywhere] == []
    assert [str(cell) for cell in inputs if is_formula(cell)] == []


def test_formulas_are_locked_on_sheets_protected_without_a_password():
    assert sum(is_formula(cell) for cell in cells()) > 2000
    assert [str(cell) for cell in cells() if is_formula(cell) and not cell.protection.locked] == []
    for sheet in BOOK:
        assert sheet.protection.sheet
        assert not sheet.protection.password


def test_a_figure_is_typed_as_input_or_worked_out_or_marked_as_static():
    stray = [
        str(cell)
        for cell in cells()
        if isinstance(cell.value, int | float)
        and cell.protection.locked
        and not cell.font.i
        and cell.number_format != '"Year "0'
        and cell.parent.title != "Read me"
    ]
    assert stray == []


def test_every_sheet_has_a_print_area_and_repeats_its_header():
    for sheet in BOOK:
        assert sheet.print_area, sheet.title
        assert sheet.print_title_rows.startswith("$1:$"), sheet.title


def test_formulas_bring_their_results_along():
    content = build("business-case-model", version="1.0.0", released_on=date(2026, 11, 2)).content
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert values["Results"]["B6"].value == pytest.approx(3_826_806.82, abs=0.01)
    assert values["Checks"]["B4"].value == "OK"


def test_net_present_value_keeps_year_0_out_of_the_call():
    assert BOOK["Results"]["B6"].value.startswith("='Cash flow'!C20+NPV(rate,'Cash flow'!D20:M20)")


def test_the_file_says_that_its_figures_are_invented():
    text = " ".join(str(cell.value) for row in BOOK["Read me"].iter_rows() for cell in row if cell.value)
    assert "Three Rivers, its agencies and all figures in this file are invented" in text
