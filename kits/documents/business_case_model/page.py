"""Writing one sheet of the workbook: inputs that may be changed, formulas that may not, and their look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

from kits.documents import palette
from kits.documents.business_case_model.appraisal import CashFlow, Outcome
from kits.documents.business_case_model.inputs import Agency, Case, Service
from kits.documents.outline import data

YEAR_COLUMNS = "CDEFGHIJKLM"
Row = TypeVar("Row")

NUMBERS = {
    "text": "General",
    "money": '#,##0;-#,##0;"–"',
    "money2": "#,##0.00",
    "count": "#,##0",
    # The same figures where a row may be spare: nought shows nothing.
    "money_or_blank": "#,##0;-#,##0;",
    "money2_or_blank": "#,##0.00;-#,##0.00;",
    "fte_or_blank": "#,##0.0;-#,##0.0;",
    "plain": "0",
    "fte": '#,##0.0;-#,##0.0;"–"',
    "rate": "0.0%",
    "rate2": "0.00%",
    "mult": "0.00",
    "years": "0.00",
    "factor": "0.0000",
    "year": '"Year "0',
    "rest": "0.000;-0.000;",
}

ROLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": palette.SERIF, "font_size": 18, "font_color": palette.GREEN},
    "lead": {"font_color": palette.INK_2, "text_wrap": True, "valign": "top"},
    "header": {
        "bold": True,
        "font_color": "#ffffff",
        "bg_color": palette.GREEN,
        "text_wrap": True,
        "valign": "vcenter",
    },
    "label": {"text_wrap": True, "valign": "vcenter"},
    "strong": {"bold": True, "text_wrap": True, "valign": "vcenter"},
    "section": {"font_name": palette.SERIF, "font_size": 13, "font_color": palette.GREEN},
    "note": {"font_color": palette.INK_2, "font_size": 9, "valign": "vcenter", "indent": 1},
    "prose": {"text_wrap": True, "valign": "top", "font_size": 11},
    "input": {
        "bg_color": palette.MARIGOLD_TINT,
        "border": 1,
        "border_color": "#d0b36a",
        "locked": False,
        "text_wrap": True,
        "valign": "vcenter",
    },
    "sample": {"bg_color": palette.MARIGOLD_TINT, "border": 1, "border_color": "#d0b36a"},
    "calc": {"bottom": 4, "bottom_color": palette.RULE, "valign": "vcenter"},
    "total": {"bold": True, "bg_color": palette.GREEN_TINT, "top": 1, "top_color": palette.GREEN},
    "static": {"font_color": palette.INK_2, "italic": True, "bottom": 4, "bottom_color": palette.RULE},
    "verdict": {
        "font_name": palette.SERIF,
        "font_size": 13,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": palette.GREEN_TINT,
    },
}


@dataclass
class Book:
    """What every sheet needs: the workbook, the case, and what the case comes to under the scenario in use."""

    workbook: xlsxwriter.Workbook
    case: Case
    flow: CashFlow
    outcome: Outcome
    title: str
    version: str
    released_on: date
    licence: str
    _formats: dict[tuple[str, str, str], Format] = field(default_factory=dict)

    def style(self, role: str, number: str = "text", align: str = "") -> Format:
        key = (role, number, align)
        if key not in self._formats:
            properties = {"font_name": palette.SANS, "font_size": 10, "font_color": palette.INK}
            properties |= ROLES[role] | {"num_format": NUMBERS[number]}
            if align:
                properties["align"] = align
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def agency(self, position: int) -> Agency | None:
        """The agency in this row of the workbook, None where the row is spare."""
        return self.case.agencies[position] if position < len(self.case.agencies) else None

    def service(self, index: int) -> Service | None:
        """The service in this row of the workbook, None where the row is spare."""
        return self.case.services[index] if index < len(self.case.services) else None

    @staticmethod
    def padded(rows: Sequence[Row], length: int) -> list[Row | None]:
        """The rows, and None for each one that there is room for."""
        return [*rows, *[None] * (length - len(rows))]

    def define(self, name: str, sheet: str, cells: str) -> None:
        """Name a cell or a range, so that formulas read as sentences."""
        absolute = ":".join(_absolute(cell) for cell in cells.split(":"))
        self.workbook.define_name(name, f"='{sheet}'!{absolute}")


def _absolute(cell: str) -> str:
    row, column = xl_cell_to_rowcol(cell)
    return xlsxwriter.utility.xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)


class Page:
    """One sheet, addressed as people address it ("C20")."""

    def __init__(self, book: Book, name: str, *, widths: Sequence[float], span: str, lead: str | None = None) -> None:
        """Start a sheet. Its lead comes from the words unless given; `span` is the last column it covers."""
        self.book = book
        self.name = name
        self.sheet: Worksheet = book.workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)
        self.sheet.set_tab_color(palette.MARIGOLD if name == "Inputs" else palette.GREEN)
        self.sheet.set_row(0, 30)
        self.label("A1", name, "title")
        self.sheet.set_row(1, 30)
        words = lead or data("business_case_model")["leads"][name]
        self.sheet.merge_range(f"A2:{span}2", words, book.style("lead"))

    def label(self, cell: str, text: str, role: str = "label") -> None:
        self.sheet.write_string(cell, text, self.book.style(role))

    def header(self, row: int, texts: Sequence[str], *, height: float = 20, words: int = 1) -> None:
        """A header row. The first `words` columns hold words; the others hold figures and are aligned as these are."""
        self.sheet.set_row(row - 1, height)
        for column, text in enumerate(texts):
            align = "left" if column < words else "right"
            self.sheet.write_string(row - 1, column, text, self.book.style("header", "text", align))

    def year_header(self, row: int, title: str, unit: str = "") -> None:
        self.sheet.set_row(row - 1, 20)
        self.label(f"A{row}", title, "header")
        self.label(f"B{row}", unit, "header")
        for year, column in enumerate(YEAR_COLUMNS):
            self.sheet.write_number(f"{column}{row}", year, self.book.style("header", "year", "right"))

    def entry(self, cell: str, value: float | str | None, number: str, name: str = "") -> None:
        """A cell that people may change; None leaves it empty for them."""
        style = self.book.style("input", number)
        if value is None:
            self.sheet.write_blank(cell, None, style)
        else:
            self.sheet.write(cell, value, style)
        if name:
            self.book.define(name, self.name, cell)

    def formula(
        self,
        cell: str,
        formula: str,
        value: float | str | None,
        number: str = "money",
        role: str = "calc",
        *,
        align: str = "",
    ) -> None:
        """A formula with the result it must have; None is shown as the word "none"."""
        shown = "none" if value is None else value
        if number != "text" and isinstance(shown, str):
            align = "right"
        self.sheet.write_formula(cell, formula, self.book.style(role, number, align), shown)

    def years(self, row: int, formulas: Sequence[str], values: Sequence[float], number: str = "money") -> None:
        """A formula for each of the years 0 to 10, in columns C to M."""
        role = "total" if number == "total" else "calc"
        for column, formula, value in zip(YEAR_COLUMNS, formulas, values, strict=True):
            self.formula(f"{column}{row}", formula, value, "money" if role == "total" else number, role)

    def limit(self, cells: str, **rule: Any) -> None:
        """What an input accepts, said beside the cell and when it refuses."""
        self.sheet.data_validation(cells, {"error_title": "Please check this figure", **rule})

    def limit_whole(self, cells: str, lowest: int, highest: int) -> None:
        self.limit(
            cells,
            validate="integer",
            criteria="between",
            minimum=lowest,
            maximum=highest,
            error_message=f"Give a whole number from {lowest} to {highest}.",
        )

    def unit(self, cell: str, unit: str) -> None:
        """The unit of a row; the currency where none is given."""
        if unit:
            self.label(cell, unit, "note")
        else:
            self.formula(cell, "=currency", self.book.case.currency, "text", "note")

    def finish(self, area: str, *, repeat: tuple[int, int], freeze: str = "", portrait: bool = False) -> None:
        """Page set-up and protection. Protection has no password: it guards against slips, not against you."""
        sheet = self.sheet
        sheet.set_paper(9)
        if not portrait:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.print_area(area)
        sheet.repeat_rows(repeat[0] - 1, repeat[1] - 1)
        sheet.set_footer(f"&L&8{self.book.title} v{self.book.version}&C&8&A&R&8Page &P of &N")
        if freeze:
            sheet.freeze_panes(freeze)
        sheet.protect("", {"format_columns": True, "format_rows": True})
