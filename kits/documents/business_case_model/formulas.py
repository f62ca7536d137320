"""Formulas that stand in more than one sheet, written once."""

from __future__ import annotations

YEARS = "'Cash flow'!$C$4:$M$4"


def npv(first: str, later: str, rate: str) -> str:
    """A spreadsheet's NPV discounts its first value, so year 0 stays outside the call."""
    return f'{first}+NPV({rate},{later})*IF(timing="mid-year",(1+{rate})^0.5,1)'


def irr(flow: str) -> str:
    return f'IFERROR(IRR({flow}),"none")'


def mirr(row: int, sheet: str = "") -> str:
    """Only the years within the horizon: each year more would thin the rate out."""
    cells = f"{sheet}C{row}:INDEX({sheet}C{row}:M{row},1,horizon+1)"
    return f'IFERROR(MIRR({cells},fin,reinv),"none")'


def in_debt(year: str, running: str) -> str:
    """Helper row of payback: the year if the running total is still negative in it, otherwise -1."""
    return f"=IF(AND({year}<=horizon,{running}<-0.005),{year},-1)"


def payback(helper: str, running: str) -> str:
    """From the last year in debt, straight-line through the next: paid back, and stays so."""
    last = f"MAX({helper})"
    here, there = (f"INDEX({running},1,{last}+{offset})" for offset in (1, 2))
    return f'=IF({last}<0,0,IF({last}>=horizon,"none",{last}-{here}/({there}-{here})))'


def quotient(above: str, below: str) -> str:
    return f'=IF({below}=0,"none",({above})/{below})'


def ranked_cents(exact: str, rests: str, upto: str, rest: str, left: str) -> str:
    """Whole cents by largest remainder; on a tie the first in the list gets the cent."""
    rank = f"SUMPRODUCT(--({rests}>{rest}))+SUMPRODUCT(--({upto}={rest}))"
    return f"=INT(ROUND({exact},6))+IF({rank}<={left},1,0)"
