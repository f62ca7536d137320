"""Read me: what the workbook is for, how to fill it, and what it does not do."""

from __future__ import annotations

from collections.abc import Sequence

from kits.documents.business_case_model.page import Book, Page
from kits.documents.business_case_model.sheet_checks import overall
from kits.documents.outline import data

# So many characters fit on one line of the sheet.
LINE = 100


def write(book: Book) -> None:
    words = data("business_case_model")["read_me"]
    released = f"{book.released_on.day} {book.released_on:%B %Y}"
    lead = f"{book.title}, version {book.version}, released {released}. {book.licence}"
    page = Page(book, "Read me", widths=(4, 18, 92), lead=lead, span="C")
    page.label("A1", book.title, "title")
    _paragraph(page, 3, words["fiction"], "verdict", 24)
    _paragraph(page, 4, words["purpose"], "prose", 48)
    page.label("A6", "Colours", "section")
    for row, colour in enumerate(words["colours"], start=7):
        page.label(f"B{row}", colour["name"], colour["role"])
        page.label(f"C{row}", colour["means"])
    row = _numbered(page, 12, "How to use it", words["steps"])
    row = _sheets(page, row + 1, words["sheets"])
    row = _numbered(page, row + 1, "What to know", words["limits"])
    page.label(f"A{row + 1}", "State of the checks", "section")
    page.formula(f"C{row + 1}", "=checks_overall", overall(book), "text", "total")
    page.finish(f"A1:C{row + 1}", repeat=(1, 2), portrait=True)


def _paragraph(page: Page, row: int, text: str, role: str, height: float) -> None:
    page.sheet.set_row(row - 1, height)
    page.sheet.merge_range(f"A{row}:C{row}", text, page.book.style(role))


def _numbered(page: Page, row: int, heading: str, texts: Sequence[str]) -> int:
    page.label(f"A{row}", heading, "section")
    for number, text in enumerate(texts, start=1):
        row += 1
        page.sheet.set_row(row - 1, 30 if len(text) > LINE else 17)
        page.sheet.write_number(f"A{row}", number, page.book.style("note"))
        page.sheet.merge_range(f"B{row}:C{row}", text, page.book.style("label"))
    return row + 1


def _sheets(page: Page, row: int, sheets: dict[str, str]) -> int:
    page.label(f"A{row}", "The sheets", "section")
    for name, holds in sheets.items():
        row += 1
        page.sheet.write_url(f"B{row}", f"internal:'{name}'!A1", page.book.style("label"), name)
        page.label(f"C{row}", holds)
        page.sheet.set_row(row - 1, 30 if len(holds) > LINE else 15)
    return row + 1
