"""Chargeback: five ways to share the yearly cost, side by side, and what they mean for each agency."""

from __future__ import annotations

from kits.documents.business_case_model import layout, sheet_bill_lines, sheet_caps
from kits.documents.business_case_model.chargeback import bills, capped_bills, caps
from kits.documents.business_case_model.inputs import METHODS
from kits.documents.business_case_model.page import Book, Page
from kits.documents.outline import data

FIRST, LAST = layout.CHARGE_ROWS[0], layout.CHARGE_ROWS[-1]
TOTAL, POOL, DIFFERENCE = LAST + 1, LAST + 2, LAST + 3
METHOD_COLUMNS = dict(zip(METHODS, "DEFGH", strict=True))
CHOSEN, CAPPED, CHANGE, CHANGE_CAPPED = "I", "J", "K", "L"
TOO_LOW = "cap too low"


def write(book: Book) -> None:
    page = Page(book, "Chargeback", widths=(28, 28, 16, *[14.5] * 9, 14, 14), span="L")
    titles = [name.capitalize() for name in METHODS.values()]
    ends = ["Chosen method", "Chosen, capped at today", "Change, chosen", "Change, capped"]
    page.header(4, ["Agency", "Employees", "Pays today", *titles, *ends], height=32)
    for position, row in enumerate(layout.CHARGE_ROWS):
        _agency(page, row, position)
        _bills(page, row, position)
        _chosen(page, row, position)
    _totals(page)
    lesson = DIFFERENCE + 2
    page.sheet.merge_range(f"A{lesson}:L{lesson}", data("business_case_model")["bands_lesson"], book.style("lead"))
    page.sheet.set_row(lesson - 1, 30)
    sheet_bill_lines.write(page)
    sheet_caps.write(page)
    book.define("charges", page.name, f"D{FIRST}:H{LAST}")
    page.finish(f"A1:L{lesson}", repeat=(1, 4), freeze="B5")


def _agency(page: Page, row: int, position: int) -> None:
    agency, source = page.book.agency(position), layout.AGENCY_ROWS[position]
    name = f"Inputs!A{source}"
    page.formula(f"A{row}", f'=IF({name}="","",{name})', agency.label if agency else "", "text")
    page.formula(f"B{row}", f"=Inputs!B{source}", agency.employees if agency else 0, "money_or_blank")
    baseline = f"=Baseline!B{layout.BY_AGENCY_ROWS[position]}"
    page.formula(f"C{row}", baseline, _today(page.book, position), "money2_or_blank")


def _today(book: Book, position: int) -> float:
    """What an agency pays today, in currency; a spare row pays nothing."""
    return caps(book.case)[position] / 100 if book.agency(position) else 0


def _bills(page: Page, row: int, position: int) -> None:
    first, last = sheet_bill_lines.rows("cents")
    agency = layout.AGENCY_COLUMNS[position]
    for method, column in METHOD_COLUMNS.items():
        billed = f'SUMIF($A{first}:$A{last},"{METHODS[method]}",{agency}{first}:{agency}{last})/100'
        page.formula(f"{column}{row}", f"={billed}", _bill(page.book, method, position), "money2_or_blank")


def _bill(book: Book, method: str, position: int) -> float:
    return bills(book.case)[method][position] / 100 if book.agency(position) else 0


def _capped(book: Book, position: int) -> float | str:
    amounts = capped_bills(book.case, book.case.chargeback.method)
    if amounts is None:
        return TOO_LOW
    return amounts[position] / 100 if book.agency(position) else 0


def _chosen(page: Page, row: int, position: int) -> None:
    """The bill by the method chosen on Inputs, the same capped, and both against what is paid today."""
    book = page.book
    bill, capped = _bill(book, book.case.chargeback.method, position), _capped(book, position)
    chosen = f"=INDEX(D{row}:H{row},1,{_chosen_number()})"
    page.formula(f"{CHOSEN}{row}", chosen, bill, "money2_or_blank", "total")
    limit = f"SUM({sheet_caps.LIMITS})<{CHOSEN}{POOL}*100"
    formula = f'=IF({limit},"{TOO_LOW}",{sheet_caps.final_cell(position)}/100)'
    page.formula(f"{CAPPED}{row}", formula, capped, "money2_or_blank")
    today = _today(book, position)
    for column, of, value in ((CHANGE, CHOSEN, bill), (CHANGE_CAPPED, CAPPED, capped)):
        change = "" if isinstance(value, str) or not today else value / today - 1
        page.formula(f"{column}{row}", f'=IF(OR(C{row}=0,ISTEXT({of}{row})),"",{of}{row}/C{row}-1)', change, "rate")


def _chosen_number() -> str:
    listed = ",".join(f'"{name}"' for name in METHODS.values())
    return f"MATCH(chargeback_method,{{{listed}}},0)"


def _totals(page: Page) -> None:
    case = page.book.case
    for row, text in ((TOTAL, "Sum of bills"), (POOL, "Pool"), (DIFFERENCE, "Difference")):
        for column in "ABCDEFGHIJKL":
            page.label(f"{column}{row}", text if column == "A" else "", "total")
    employees = sum(agency.employees for agency in case.agencies)
    page.formula(f"B{TOTAL}", f"=SUM(B{FIRST}:B{LAST})", employees, "count", "total")
    page.formula(f"C{TOTAL}", f"=SUM(C{FIRST}:C{LAST})", sum(caps(case)) / 100, "money2", "total")
    charged, chosen = bills(case), case.chargeback.method
    for method, column in METHOD_COLUMNS.items():
        first, last = sheet_bill_lines.rows("weights")
        pool = f'=SUMIF($A{first}:$A{last},"{METHODS[method]}",$C{first}:$C{last})/100'
        _total(page, column, pool, sum(charged[method]), method)
    again = f"=INDEX(D{POOL}:H{POOL},1,{_chosen_number()})"
    _total(page, CHOSEN, again, sum(charged[chosen]), chosen)
    _total(page, CAPPED, again, sum(capped_bills(case, chosen) or ()), chosen)


def _total(page: Page, column: str, pool_formula: str, billed: int, method: str) -> None:
    """Sum, pool and difference of one column; `billed` in cents."""
    pool = sheet_bill_lines.pool(page.book, method)
    difference = f"=ROUND({column}{TOTAL}-{column}{POOL},2)"
    page.formula(f"{column}{TOTAL}", f"=SUM({column}{FIRST}:{column}{LAST})", billed / 100, "money2", "total")
    page.formula(f"{column}{POOL}", pool_formula, pool / 100, "money2", "total")
    page.formula(f"{column}{DIFFERENCE}", difference, (billed - pool) / 100, "money2", "total")
