"""Chargeback: five ways to share the yearly cost, side by side, and what they mean for each agency."""

from __future__ import annotations

from collections.abc import Sequence

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.chargeback import (
    BillLine,
    bill_lines,
    bills,
    capped_bills,
    capped_passes,
    caps,
    remainder,
    whole,
    whole_cents,
)
from kits.documents.business_case_model.formulas import ranked_cents
from kits.documents.business_case_model.inputs import METHODS
from kits.documents.business_case_model.page import Book, Page

FIRST, LAST = 5, 4 + layout.AGENCIES
TOTAL, POOL, DIFFERENCE = LAST + 1, LAST + 2, LAST + 3
METHOD_COLUMNS = dict(zip(METHODS, "DEFGH", strict=True))
CHOSEN, CAPPED, CHANGE, CHANGE_CAPPED = "I", "J", "K", "L"
AGENCY_COLUMNS = "DEFGHIJK"
LINES = 3 + 3 * layout.SERVICES
BLOCKS = ("weights", "exact", "rest", "cents")
WORKING_ROW = 22
CAP_ROW = WORKING_ROW + len(BLOCKS) * (LINES + 2) + 1
PASS_COLUMNS = "CDEFGHIJK"
LESSON = (
    "Tiered bands look simple and cause cliffs: one employee more can move an agency into a dearer band, and agencies of like "
    "use can pay unlike amounts. The US audit office found that of Grants.gov in 2011 (GAO-11-478)."
)


def line_row(block: str, index: int) -> int:
    return WORKING_ROW + BLOCKS.index(block) * (LINES + 2) + 1 + index


def write(book: Book) -> None:
    page = Page(
        book,
        "Chargeback",
        widths=(28, 28, 16, *[14.5] * 9, 14, 14),
        span="L",
    )
    lines = all_lines(book)
    _summary(page)
    _totals(page, lines)
    page.sheet.merge_range(f"A{DIFFERENCE + 2}:L{DIFFERENCE + 2}", LESSON, book.style("lead"))
    page.sheet.set_row(DIFFERENCE + 1, 30)
    page.label(f"A{WORKING_ROW - 2}", "Working: bill lines, in cents", "section")
    for block in BLOCKS:
        _block_header(page, block)
    for index, line in enumerate(lines):
        _line(page, index, line)
    _caps(page)
    page.finish(f"A1:L{DIFFERENCE + 2}", repeat=(1, 4), freeze="B5")


def all_lines(book: Book) -> list[BillLine]:
    """The case's lines, in the sheet's fixed order, with an empty line for each service there is room for."""
    empty = tuple(0.0 for _ in book.case.agencies)
    made = iter(bill_lines(book.case))
    spare = layout.SERVICES - len(book.case.services)
    lines = [next(made), next(made)]
    lines += [next(made) for _ in book.case.services] + [BillLine("activity", "", 0, empty)] * spare
    lines += [next(made) for _ in range(2 * len(book.case.services))]
    return lines + [BillLine("two_part", "", 0, empty)] * (2 * spare) + [next(made)]


def _padded(values: Sequence[float]) -> list[float]:
    return [*values, *[0] * (layout.AGENCIES - len(values))]


def _summary(page: Page) -> None:
    page.header(
        4,
        [
            "Agency",
            "Employees",
            "Pays today",
            *(f"{name.capitalize()}" for name in METHODS.values()),
            "Chosen method",
            "Chosen, capped at today",
            "Change, chosen",
            "Change, capped",
        ],
        height=32,
    )
    case = page.book.case
    charged, chosen = bills(case), case.chargeback.method
    capped = capped_bills(case, chosen)
    for position in range(layout.AGENCIES):
        agency = case.agencies[position] if position < len(case.agencies) else None
        row, source = FIRST + position, layout.AGENCY_ROWS[position]
        today = caps(case)[position] / 100 if agency else 0
        page.formula(
            f"A{row}", f'=IF(Inputs!A{source}="","",Inputs!A{source})', agency.label if agency else "", "text"
        )
        page.formula(f"B{row}", f"=Inputs!B{source}", agency.employees if agency else 0, "money_or_blank")
        page.formula(f"C{row}", f"=Baseline!B{layout.BY_AGENCY_ROWS[position]}", today, "money2_or_blank")
        for method, column in METHOD_COLUMNS.items():
            formula = _billed(method, AGENCY_COLUMNS[position])
            page.formula(
                f"{column}{row}", formula, charged[method][position] / 100 if agency else 0, "money2_or_blank"
            )
        bill = charged[chosen][position] / 100 if agency else 0
        page.formula(
            f"{CHOSEN}{row}", f"=INDEX(D{row}:H{row},1,{_chosen_number()})", bill, "money2_or_blank", "total"
        )
        limited = "cap too low" if capped is None else (capped[position] / 100 if agency else 0)
        page.formula(
            f"{CAPPED}{row}",
            f'=IF({_cap_too_low()},"cap too low",N{CAP_ROW + 1 + position}/100)',
            limited,
            "money2_or_blank",
        )
        for column, of, value in ((CHANGE, CHOSEN, bill), (CHANGE_CAPPED, CAPPED, limited)):
            change = value / today - 1 if today and value != "cap too low" else ""
            page.formula(
                f"{column}{row}", f'=IF(OR(C{row}=0,ISTEXT({of}{row})),"",{of}{row}/C{row}-1)', change, "rate"
            )
    page.book.define("charges", page.name, f"D{FIRST}:H{LAST}")


def _chosen_number() -> str:
    listed = ",".join(f'"{name}"' for name in METHODS.values())
    return f"MATCH(chargeback_method,{{{listed}}},0)"


def _cap_too_low() -> str:
    return f"SUM(B{CAP_ROW + 1}:B{CAP_ROW + layout.AGENCIES})<{CHOSEN}{POOL}*100"


def _billed(method: str, column: str) -> str:
    first, last = line_row("cents", 0), line_row("cents", LINES - 1)
    return f'=SUMIF($A{first}:$A{last},"{METHODS[method]}",{column}{first}:{column}{last})/100'


def _totals(page: Page, lines: Sequence[BillLine]) -> None:
    case = page.book.case
    charged, chosen = bills(case), case.chargeback.method
    pools = {method: sum(line.pool for line in lines if line.method == method) / 100 for method in METHODS}
    for row, text in ((TOTAL, "Sum of bills"), (POOL, "Pool"), (DIFFERENCE, "Difference")):
        for column in "ABCDEFGHIJKL":
            page.label(f"{column}{row}", text if column == "A" else "", "total")
    page.formula(
        f"B{TOTAL}", f"=SUM(B{FIRST}:B{LAST})", sum(a.employees for a in case.agencies), "count", "total"
    )
    page.formula(f"C{TOTAL}", f"=SUM(C{FIRST}:C{LAST})", sum(caps(case)) / 100, "money2", "total")
    first, last = line_row("weights", 0), line_row("weights", LINES - 1)
    capped = capped_bills(case, chosen)
    for column, method in [(c, m) for m, c in METHOD_COLUMNS.items()] + [(CHOSEN, chosen), (CAPPED, chosen)]:
        billed = sum((capped or ()) if column == CAPPED else charged[method]) / 100
        pool = (
            f"=INDEX(D{POOL}:H{POOL},1,{_chosen_number()})"
            if column in (CHOSEN, CAPPED)
            else f'=SUMIF($A{first}:$A{last},"{METHODS[method]}",$C{first}:$C{last})/100'
        )
        page.formula(f"{column}{TOTAL}", f"=SUM({column}{FIRST}:{column}{LAST})", billed, "money2", "total")
        page.formula(f"{column}{POOL}", pool, pools[method], "money2", "total")
        page.formula(
            f"{column}{DIFFERENCE}",
            f"=ROUND({column}{TOTAL}-{column}{POOL},2)",
            round(billed - pools[method], 2),
            "money2",
            "total",
        )


def _block_header(page: Page, block: str) -> None:
    titles = {
        "weights": "Key",
        "exact": "Share before rounding",
        "rest": "Fraction of a cent",
        "cents": "Bill in cents",
    }
    row = line_row(block, -1)
    page.header(
        row,
        [
            "Method",
            f"{titles[block]} of",
            "Pool" if block == "weights" else "Left over" if block == "rest" else "Sum",
        ],
        words=2,
    )
    for position, column in enumerate(AGENCY_COLUMNS):
        agencies = page.book.case.agencies
        name = agencies[position].label if position < len(agencies) else ""
        page.formula(f"{column}{row}", f"=A{FIRST + position}", name, "text", "header", "right")
    page.sheet.set_row(row - 1, 30)


def _line(page: Page, index: int, line: BillLine) -> None:
    row = {block: line_row(block, index) for block in BLOCKS}
    keys = [_key(line.method, index, position) for position in range(layout.AGENCIES)]
    weights, exact = _padded(line.weights), _padded(line.exact)
    rests, cents = [remainder(share) for share in exact], _padded(line.cents)
    left = line.pool - sum(whole(share) for share in exact)
    for block in BLOCKS:
        page.label(f"A{row[block]}", METHODS[line.method], "calc")
        page.formula(f"B{row[block]}", *_line_label(index, line.label), "text")
    span = {block: f"$D{row[block]}:$K{row[block]}" for block in BLOCKS}
    page.formula(f"C{row['weights']}", _pool(index, line.method), line.pool, "money_or_blank")
    page.formula(f"C{row['exact']}", f"=SUM({span['exact']})", sum(exact), "money_or_blank")
    page.formula(
        f"C{row['rest']}", f"=C{row['weights']}-SUMPRODUCT(INT(ROUND({span['exact']},6)))", left, "plain"
    )
    page.formula(f"C{row['cents']}", f"=SUM({span['cents']})", sum(cents), "money_or_blank")
    for position, column in enumerate(AGENCY_COLUMNS):
        cell = {block: f"{column}{row[block]}" for block in BLOCKS}
        page.formula(cell["weights"], keys[position], weights[position], "money_or_blank")
        page.formula(
            cell["exact"],
            f"=IF(SUM({span['weights']})=0,0,$C{row['weights']}*{cell['weights']}/SUM({span['weights']}))",
            exact[position],
            "money2_or_blank",
        )
        page.formula(
            cell["rest"], f"=ROUND({cell['exact']}-INT(ROUND({cell['exact']},6)),6)", rests[position], "rest"
        )
        upto = f"$D{row['rest']}:{cell['rest']}"
        page.formula(
            cell["cents"],
            ranked_cents(cell["exact"], span["rest"], upto, cell["rest"], f"$C{row['rest']}"),
            cents[position],
            "money_or_blank",
        )


def _service_of(index: int) -> tuple[int, str]:
    """Which service a line bills, and whether by activity, subscription or use."""
    if index < 2 + layout.SERVICES:
        return index - 2, "activity"
    offset = index - 2 - layout.SERVICES
    return offset // 2, ("subscription", "use")[offset % 2]


def _line_label(index: int, label: str) -> tuple[str, str]:
    if index < 2 or index == LINES - 1:
        return '="whole pool"', "whole pool"
    service, part = _service_of(index)
    source = f"Inputs!A{layout.SERVICE_ROWS[service]}"
    suffix = "" if part == "activity" else f'&", {part}"'
    return f'=IF({source}="","",{source}{suffix})', label


def _pool(index: int, method: str) -> str:
    if index < 2 or index == LINES - 1:
        return "=" + "+".join(f"ROUND('Unit costs'!E{row}*100,0)" for row in layout.UNIT_COST_ROWS)
    service, part = _service_of(index)
    whole_pool = f"ROUND('Unit costs'!E{layout.UNIT_COST_ROWS[service]}*100,0)"
    fixed = f"ROUND({whole_pool}*subscription_share,0)"
    return {"activity": f"={whole_pool}", "subscription": f"={fixed}", "use": f"={whole_pool}-{fixed}"}[part]


def _key(method: str, index: int, position: int) -> str:
    row = layout.AGENCY_ROWS[position]
    if method == "equal":
        return f'=IF(Inputs!A{row}="",0,1)'
    if method == "tiered":
        return f'=IF(Inputs!A{row}="",0,LOOKUP(Inputs!B{row},band_from,band_shares))'
    if method == "headcount":
        return f"=Inputs!B{row}"
    if _service_of(index)[1] == "subscription":
        return f'=IF(Inputs!A{layout.SERVICE_ROWS[_service_of(index)[0]]}="",0,Inputs!B{row})'
    return f"=Inputs!B{layout.service_block_rows(_service_of(index)[0])[position]}"


def _caps(page: Page) -> None:
    """Hold-harmless: what is above an agency's own baseline moves to those still below theirs, pass by pass."""
    case = page.book.case
    passes = layout.AGENCIES
    page.label(f"A{CAP_ROW - 1}", "Working: nobody pays more than today, in cents", "section")
    page.header(
        CAP_ROW,
        [
            "Agency",
            "Cap: pays today",
            "Chosen bill",
            *(f"Pass {n + 1}" for n in range(passes)),
            "Fraction of a cent",
            "Left over",
            "Bill in cents",
        ],
    )
    rounds = [_padded(amounts) for amounts in capped_passes(case, case.chargeback.method, passes)]
    limits = _padded(caps(case))
    first, last = CAP_ROW + 1, CAP_ROW + layout.AGENCIES
    final = rounds[-1]
    pool = sum(bills(case)[case.chargeback.method])
    cents = whole_cents(final, pool)
    for position in range(layout.AGENCIES):
        row = first + position
        label = case.agencies[position].label if position < len(case.agencies) else ""
        page.formula(f"A{row}", f"=A{FIRST + position}", label, "text")
        page.formula(f"B{row}", f"=ROUND(C{FIRST + position}*100,0)", limits[position], "money_or_blank")
        page.formula(
            f"C{row}", f"=ROUND({CHOSEN}{FIRST + position}*100,0)", rounds[0][position], "money_or_blank"
        )
        for number in range(passes):
            here, there = PASS_COLUMNS[number], PASS_COLUMNS[number + 1]
            page.formula(
                f"{there}{row}",
                _pass(here, row, first, last),
                rounds[number + 1][position],
                "money2_or_blank",
            )
        exact = f"K{row}"
        page.formula(
            f"L{row}", f"=ROUND({exact}-INT(ROUND({exact},6)),6)", remainder(final[position]), "rest"
        )
        page.formula(
            f"M{row}",
            f"=SUM(C${first}:C${last})-SUMPRODUCT(INT(ROUND(K${first}:K${last},6)))",
            pool - sum(whole(amount) for amount in final),
            "plain",
        )
        page.formula(
            f"N{row}",
            ranked_cents(exact, f"L${first}:L${last}", f"L${first}:L{row}", f"L{row}", f"M{row}"),
            cents[position],
            "money_or_blank",
        )


def _pass(column: str, row: int, first: int, last: int) -> str:
    charged, limits = f"{column}${first}:{column}${last}", f"$B${first}:$B${last}"
    excess = f"SUMPRODUCT(({charged}>{limits})*({charged}-{limits}))"
    room = f"SUMPRODUCT(({charged}<{limits})*{charged})"
    here = f"{column}{row}"
    return f"=IF({here}>=$B{row},$B{row},{here}+IF({room}=0,0,{excess}*{here}/{room}))"
