"""Read me: what the workbook is for, how to fill it, and what it does not do."""

from __future__ import annotations

from kits.documents.business_case_model.page import Book, Page
from kits.documents.business_case_model.sheet_checks import overall

PURPOSE = (
    "This workbook answers one question: are we, taken together and one by one, better off sharing a service than each "
    "running our own? It sets the cost of today against the cost of the shared service, counts what it takes to get from "
    "one to the other, and shows who pays what."
)
STEPS = (
    "Agree with every agency's finance lead what counts as cost, in which year's prices. Nothing below is better than that.",
    "On Inputs, overwrite the tinted cells with your own figures. Leave rows you do not need empty.",
    "Look at Baseline: does each agency recognise its own total? Have it signed off before you go on.",
    "Look at Checks. Every line must read OK; a line that reads LOOK says what to mend.",
    "Read Results. Then change the scenario number on Inputs and read them again.",
    "On Scenarios and Sensitivity, ask how wrong you may be before the answer turns.",
    "On Chargeback, choose how the cost is shared, and look at the agency that would pay more than today.",
)
SHEETS = {
    "Inputs": "Everything you type, and nothing else.",
    "Baseline": "What each agency pays today, line by line, and what the new model costs once all have moved.",
    "Cash flow": "Year by year, from year 0 to year 10.",
    "Results": "Net present value, rates of return, payback, benefit to cost, peak funding.",
    "Unit costs": "What an invoice or a payslip costs before and after.",
    "Scenarios": "Four futures side by side.",
    "Sensitivity": "One assumption at a time, and two together.",
    "Chargeback": "Five ways to share the bill, in whole cents.",
    "Checks": "The workbook checks itself.",
}
LIMITS = (
    "It appraises money. A benefit that frees time but cuts no budget line is shown apart, in the economic view, and never "
    "mixed into the fiscal one.",
    "Rates and optimism bias are yours to set: confirm them with your budget office.",
    "Under Static on the Sensitivity sheet are the figures of the example as released; they do not move. All else is live.",
    "No macros, no links to other files. Sheets are protected without a password, against slips only.",
)


def write(book: Book) -> None:
    page = Page(
        book,
        "Read me",
        widths=(4, 18, 92),
        lead=f"{book.title}, version {book.version}, released {book.released_on:%d %B %Y}. {book.licence}",
        span="C",
    )
    page.label("A1", book.title, "title")
    _paragraph(page, 3, "Three Rivers, its agencies and all figures in this file are invented.", "verdict", 24)
    _paragraph(page, 4, PURPOSE, "prose", 48)
    _colours(page)
    row = _numbered(page, 12, "How to use it", STEPS)
    row = _sheets(page, row + 1)
    row = _numbered(page, row + 1, "What to know", LIMITS)
    page.label(f"A{row + 1}", "State of the checks", "section")
    page.formula(f"C{row + 1}", "=checks_overall", overall(book), "text", "total")
    page.finish(f"A1:C{row + 1}", repeat=(1, 2), portrait=True)


def _paragraph(page: Page, row: int, text: str, role: str, height: float) -> None:
    page.sheet.set_row(row - 1, height)
    page.sheet.merge_range(f"A{row}:C{row}", text, page.book.style(role))


def _colours(page: Page) -> None:
    page.label("A6", "Colours", "section")
    for row, role, name, meaning in (
        (7, "sample", "Input", "Yours to change. These cells are unlocked."),
        (8, "calc", "Formula", "Worked out from Inputs. Locked."),
        (9, "total", "Total", "A sum or a headline figure. Locked."),
        (10, "static", "Static", "Written when the file was released; does not move."),
    ):
        page.label(f"B{row}", name, role)
        page.label(f"C{row}", meaning)


def _numbered(page: Page, row: int, heading: str, texts: tuple[str, ...]) -> int:
    page.label(f"A{row}", heading, "section")
    for number, text in enumerate(texts, start=1):
        row += 1
        page.sheet.set_row(row - 1, 30 if len(text) > 100 else 17)
        page.sheet.write_number(f"A{row}", number, page.book.style("note"))
        page.sheet.merge_range(f"B{row}:C{row}", text, page.book.style("label"))
    return row + 1


def _sheets(page: Page, row: int) -> int:
    page.label(f"A{row}", "The sheets", "section")
    for name, holds in SHEETS.items():
        row += 1
        page.sheet.write_url(f"B{row}", f"internal:'{name}'!A1", page.book.style("label"), name)
        page.label(f"C{row}", holds)
    return row + 1
