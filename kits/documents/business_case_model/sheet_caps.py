"""Working of the Chargeback sheet: nobody pays more than today.

What is above an agency's own baseline moves to those still below theirs, pass by pass; as many passes as there are
agencies always suffice.
"""

from __future__ import annotations

from collections.abc import Sequence

from kits.documents.business_case_model import layout, sheet_bill_lines
from kits.documents.business_case_model.chargeback import (
    bills,
    capped_passes,
    caps,
    remainder,
    whole,
    whole_cents,
)
from kits.documents.business_case_model.formulas import ranked_cents
from kits.documents.business_case_model.page import Page

HEADER = sheet_bill_lines.LAST_ROW + 4
FIRST, LAST = HEADER + 1, HEADER + layout.AGENCIES
LIMITS = f"$B${FIRST}:$B${LAST}"
# The chosen bill, then a column for each pass.
ROUNDS = "CDEFGHIJK"


def final_cell(position: int) -> str:
    """Where an agency's capped bill stands, in cents."""
    return f"N{FIRST + position}"


def write(page: Page) -> None:
    case, method = page.book.case, page.book.case.chargeback.method
    page.label(f"A{HEADER - 1}", "Working: nobody pays more than today, in cents", "section")
    passes = [f"Pass {number}" for number in range(1, len(ROUNDS))]
    ends = ["Fraction of a cent", "Left over", "Bill in cents"]
    page.header(HEADER, ["Agency", "Cap: pays today", "Chosen bill", *passes, *ends], height=30)
    rounds = capped_passes(case, method, len(ROUNDS) - 1)
    for position in range(layout.AGENCIES):
        _agency(page, position, [_at(amounts, position) for amounts in rounds])
    _bills(page, rounds[-1], sum(bills(case)[method]))


def _at(amounts: Sequence[float], position: int) -> float:
    return amounts[position] if position < len(amounts) else 0


def _agency(page: Page, position: int, rounds: Sequence[float]) -> None:
    row, source = FIRST + position, layout.CHARGE_ROWS[position]
    agency = page.book.agency(position)
    page.formula(f"A{row}", f"=A{source}", agency.label if agency else "", "text")
    page.formula(f"B{row}", f"=ROUND(C{source}*100,0)", _at(caps(page.book.case), position), "money_or_blank")
    page.formula(f"C{row}", f"=ROUND(I{source}*100,0)", rounds[0], "money_or_blank")
    for number, column in enumerate(ROUNDS[1:], start=1):
        page.formula(f"{column}{row}", _pass(ROUNDS[number - 1], row), rounds[number], "money2_or_blank")


def _pass(column: str, row: int) -> str:
    charged, here = f"{column}${FIRST}:{column}${LAST}", f"{column}{row}"
    excess = f"SUMPRODUCT(({charged}>{LIMITS})*({charged}-{LIMITS}))"
    room = f"SUMPRODUCT(({charged}<{LIMITS})*{charged})"
    return f"=IF({here}>=$B{row},$B{row},{here}+IF({room}=0,0,{excess}*{here}/{room}))"


def _bills(page: Page, exact: Sequence[float], pool: int) -> None:
    """The last pass in whole cents, by largest remainder."""
    last = ROUNDS[-1]
    exact = [_at(exact, position) for position in range(layout.AGENCIES)]
    cents, left = whole_cents(exact, pool), pool - sum(whole(amount) for amount in exact)
    cut = f"=SUM(C${FIRST}:C${LAST})-SUMPRODUCT(INT(ROUND({last}${FIRST}:{last}${LAST},6)))"
    for position in range(layout.AGENCIES):
        row = FIRST + position
        cell, rests, upto = f"{last}{row}", f"L${FIRST}:L${LAST}", f"L${FIRST}:L{row}"
        rest = remainder(exact[position])
        page.formula(f"L{row}", f"=ROUND({cell}-INT(ROUND({cell},6)),6)", rest, "rest")
        page.formula(f"M{row}", cut, left, "money_or_blank")
        bill = ranked_cents(cell, rests, upto, f"L{row}", f"M{row}")
        page.formula(f"N{row}", bill, cents[position], "money_or_blank")
