"""Working of the Chargeback sheet: every bill line, shared by its key and rounded to whole cents.

Four blocks stand below one another, with a row for each line and a column for each agency: the key, the exact share,
the fraction of a cent that is cut off, and the bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.chargeback import BillLine, bill_lines, remainder, whole
from kits.documents.business_case_model.formulas import ranked_cents
from kits.documents.business_case_model.inputs import METHODS
from kits.documents.business_case_model.page import Book, Page

FIRST_ROW = 22
BLOCKS = {
    "weights": ("Key", "Pool"),
    "exact": ("Share before rounding", "Sum"),
    "rest": ("Fraction of a cent", "Left over"),
    "cents": ("Bill in cents", "Sum"),
}


@dataclass(frozen=True)
class Slot:
    """A place for a bill line. `service` is None where the line bills the whole pool."""

    method: str
    service: int | None = None
    part: str = ""


SLOTS = (
    Slot("equal"),
    Slot("headcount"),
    *(Slot("activity", service) for service in range(layout.SERVICES)),
    *(Slot("two_part", service, part) for service in range(layout.SERVICES) for part in ("subscription", "use")),
    Slot("tiered"),
)
LAST_ROW = FIRST_ROW + len(BLOCKS) * (len(SLOTS) + 2) - 2


def row_of(block: str, index: int) -> int:
    """Row of a line in a block; -1 is the block's header."""
    return FIRST_ROW + list(BLOCKS).index(block) * (len(SLOTS) + 2) + 1 + index


def rows(block: str) -> tuple[int, int]:
    return row_of(block, 0), row_of(block, len(SLOTS) - 1)


def pool(book: Book, method: str) -> int:
    """What there is to be billed under a method, in cents."""
    return sum(line.pool for line in bill_lines(book.case) if line.method == method)


def write(page: Page) -> None:
    page.label(f"A{FIRST_ROW - 2}", "Working: bill lines, in cents", "section")
    for block in BLOCKS:
        _header(page, block)
    for index, (slot, line) in enumerate(zip(SLOTS, _lines(page.book), strict=True)):
        _titles(page, index, slot, line)
        _line(page, index, slot, line)


def _lines(book: Book) -> list[BillLine]:
    """A line for each slot: the case's own, and an empty one where a service is spare."""
    made = iter(bill_lines(book.case))
    nothing = tuple(0.0 for _ in book.case.agencies)
    spare = len(book.case.services)
    return [
        BillLine(slot.method, "", 0, nothing) if slot.service is not None and slot.service >= spare else next(made)
        for slot in SLOTS
    ]


def _header(page: Page, block: str) -> None:
    row, (title, sum_title) = row_of(block, -1), BLOCKS[block]
    page.header(row, ["Method", f"{title} of", sum_title], words=2, height=30)
    for position, column in enumerate(layout.AGENCY_COLUMNS):
        agency = page.book.agency(position)
        source = f"A{layout.CHARGE_ROWS[position]}"
        page.formula(f"{column}{row}", f"={source}", agency.label if agency else "", "text", "header", align="right")


def _titles(page: Page, index: int, slot: Slot, line: BillLine) -> None:
    formula, label = '="whole pool"', "whole pool"
    if slot.service is not None:
        source = f"Inputs!A{layout.SERVICE_ROWS[slot.service]}"
        suffix = f'&", {slot.part}"' if slot.part else ""
        formula, label = f'=IF({source}="","",{source}{suffix})', line.label
    for block in BLOCKS:
        page.label(f"A{row_of(block, index)}", METHODS[slot.method], "calc")
        page.formula(f"B{row_of(block, index)}", formula, label, "text")


def _line(page: Page, index: int, slot: Slot, line: BillLine) -> None:
    row = {block: row_of(block, index) for block in BLOCKS}
    span = {block: f"$D{row[block]}:$K{row[block]}" for block in BLOCKS}
    left = line.pool - sum(whole(share) for share in line.exact)
    page.formula(f"C{row['weights']}", _pool(slot), line.pool, "money_or_blank")
    page.formula(f"C{row['exact']}", f"=SUM({span['exact']})", sum(line.exact), "money_or_blank")
    cut = f"=C{row['weights']}-SUMPRODUCT(INT(ROUND({span['exact']},6)))"
    page.formula(f"C{row['rest']}", cut, left, "money_or_blank")
    page.formula(f"C{row['cents']}", f"=SUM({span['cents']})", sum(line.cents), "money_or_blank")
    columns = (_padded(line.weights), _padded(line.exact), _padded(line.cents))
    for position, (weight, exact, cents) in enumerate(zip(*columns, strict=True)):
        cell = {block: f"{layout.AGENCY_COLUMNS[position]}{row[block]}" for block in BLOCKS}
        share = f"$C{row['weights']}*{cell['weights']}/SUM({span['weights']})"
        rest = f"=ROUND({cell['exact']}-INT(ROUND({cell['exact']},6)),6)"
        upto = f"$D{row['rest']}:{cell['rest']}"
        bill = ranked_cents(cell["exact"], span["rest"], upto, cell["rest"], f"$C{row['rest']}")
        page.formula(cell["weights"], _key(slot, position), weight, "money_or_blank")
        page.formula(cell["exact"], f"=IF(SUM({span['weights']})=0,0,{share})", exact, "money2_or_blank")
        page.formula(cell["rest"], rest, remainder(exact), "rest")
        page.formula(cell["cents"], bill, cents, "money_or_blank")


def _padded(values: Sequence[float]) -> list[float]:
    return [*values, *[0] * (layout.AGENCIES - len(values))]


def _pool(slot: Slot) -> str:
    costs = [f"ROUND('Unit costs'!E{row}*100,0)" for row in layout.UNIT_COST_ROWS]
    if slot.service is None:
        return "=" + "+".join(costs)
    cost = costs[slot.service]
    fixed = f"ROUND({cost}*subscription_share,0)"
    return {"": f"={cost}", "subscription": f"={fixed}", "use": f"={cost}-{fixed}"}[slot.part]


def _key(slot: Slot, position: int) -> str:
    """What a line is shared by: an agency's weight."""
    row = layout.AGENCY_ROWS[position]
    employees, unnamed = f"Inputs!B{row}", f'Inputs!A{row}=""'
    if slot.service is not None:
        used = f"Inputs!B{layout.service_block_rows(slot.service)[position]}"
        spare = f'Inputs!A{layout.SERVICE_ROWS[slot.service]}=""'
        return f"=IF({spare},0,{employees if slot.part == 'subscription' else used})"
    return {
        "equal": f"=IF({unnamed},0,1)",
        "headcount": f"={employees}",
        "tiered": f"=IF({unnamed},0,LOOKUP({employees},band_from,band_shares))",
    }[slot.method]
