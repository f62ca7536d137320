"""The workbook's two charts, each with the description that a screen reader gives."""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart import Chart

from kits.documents import palette
from kits.documents.business_case_model import layout
from kits.documents.business_case_model.page import Book, Page
from kits.documents.outline import data

FONT = {"name": palette.SANS, "size": 9, "color": palette.INK}
TITLE = {"name": palette.SERIF, "size": 13, "color": palette.GREEN, "bold": False}
GRID = {"visible": True, "line": {"color": palette.RULE}}
YEARS = "='Cash flow'!$C$4:$M$4"


def insert_cash_flow(page: Page, cell: str) -> None:
    """Yearly net as columns, its running total as a line."""
    columns = page.book.workbook.add_chart({"type": "column"})
    columns.add_series(
        {
            "name": "Net in the year",
            "categories": YEARS,
            "values": _flow_row("net_fiscal"),
            "fill": {"color": palette.GREEN},
            "gap": 60,
            "invert_if_negative": True,
            "invert_if_negative_color": palette.MARIGOLD,
        }
    )
    columns.combine(_running_total(page.book))
    columns.set_x_axis({"name": "Year", "name_font": FONT, "num_font": FONT, "label_position": "low"})
    columns.set_y_axis({"num_font": FONT, "num_format": "#,##0", "major_gridlines": GRID, "line": {"none": True}})
    _finish(page, cell, columns, "cash_flow", {"width": 930, "height": 400})


def insert_tornado(page: Page, cell: str, first: int, last: int) -> None:
    """How far each driver, alone, moves the answer; the widest on top."""
    bars = page.book.workbook.add_chart({"type": "bar"})
    for column, name, colour in (("F", "Low value", palette.MARIGOLD), ("G", "High value", palette.GREEN)):
        bars.add_series(
            {
                "name": name,
                "categories": f"=Sensitivity!$A${first}:$A${last}",
                "values": f"=Sensitivity!${column}${first}:${column}${last}",
                "fill": {"color": colour},
                "overlap": 100,
                "gap": 40,
            }
        )
    bars.set_y_axis({"reverse": True, "num_font": FONT, "label_position": "low"})
    bars.set_x_axis({"num_font": FONT, "num_format": "#,##0", "major_gridlines": GRID})
    _finish(page, cell, bars, "tornado", {"width": 1000, "height": 400})


def _flow_row(series: str) -> str:
    row = layout.FLOW_ROWS[series]
    return f"='Cash flow'!$C${row}:$M${row}"


def _running_total(book: Book) -> Chart:
    ink = {"color": palette.INK}
    line = book.workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Running total",
            "categories": YEARS,
            "values": _flow_row("cumulative"),
            "line": {"color": palette.INK, "width": 2},
            "marker": {"type": "circle", "size": 5, "fill": ink, "border": ink},
        }
    )
    return line


def _finish(page: Page, cell: str, chart: Chart, name: str, size: dict[str, Any]) -> None:
    words = data("business_case_model")["charts"][name]
    chart.set_title({"name": words["title"], "name_font": TITLE})
    chart.set_legend({"position": "bottom", "font": FONT})
    chart.set_size(size)
    page.sheet.insert_chart(cell, chart, {"object_position": 1, "description": words["description"]})
