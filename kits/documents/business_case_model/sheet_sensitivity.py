"""Sensitivity: one driver at a time, two together, and how wrong one may be before the answer turns."""

from __future__ import annotations

from collections.abc import Sequence

from kits.documents import palette
from kits.documents.business_case_model import charts, layout
from kits.documents.business_case_model.appraisal import cash_flow
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page
from kits.documents.business_case_model.sensitivity import Bar, Trial, bars, halves, switching_values
from kits.documents.business_case_model.sheet_scenarios import DRIVERS, late_adoption, operating_gap

FIRST = 5
SWITCHING_ROW = 13
GRID_COLUMNS = "BCDEFGH"
GRID_ROW = 19
TRIALS_ROW = 51
BLOCKS = ("drivers", "adoption", "gross", "net")
HALVES_ROW = TRIALS_ROW + 14 * len(BLOCKS)
COLUMNS = (
    "Driver",
    "Low",
    "High",
    "NPV at low",
    "NPV at high",
    "Change at low",
    "Change at high",
    "Swing",
    "Rank",
    "Static: NPV at low",
    "Static: NPV at high",
    "Static: swing",
)


def write(book: Book) -> None:
    page = Page(book, "Sensitivity", widths=(36, 14, *[14] * 11), span="M")
    found = bars(book.case, book.case.drivers)
    last = FIRST + len(found) - 1
    page.header(4, COLUMNS, height=32)
    for index, bar in enumerate(found):
        _bar(page, index, bar)
    _ranks(page, found, last)
    _static(page, found)
    book.define("sensitivity_low", page.name, f"B{FIRST}:B{last}")
    book.define("sensitivity_high", page.name, f"C{FIRST}:C{last}")
    _switching(page)
    _grid(page)
    charts.insert_tornado(page, f"A{GRID_ROW + 8}", FIRST, last)
    _trials(page, found)
    _halves(page)
    page.finish(f"A1:L{TRIALS_ROW - 3}", repeat=(1, 4), freeze="A5")


def _bar(page: Page, index: int, bar: Bar) -> None:
    row, number = FIRST + index, DRIVERS[bar.swing.driver][1]
    page.label(f"A{row}", DRIVERS[bar.swing.driver][0])
    page.entry(f"B{row}", bar.swing.low, number)
    page.entry(f"C{row}", bar.swing.high, number)
    for column, trial, offset in (("D", bar.low, 0), ("E", bar.high, 1)):
        net = _trial_row("net", 2 * index + offset)
        rate = f"{_driver_column('rate')}{_trial_row('drivers', 2 * index + offset)}"
        formula = f"=SUMPRODUCT(C{net}:M{net},(1+{rate})^(-discount_years))"
        page.formula(f"{column}{row}", formula, trial.npv)
    base = page.book.outcome.npv_fiscal
    page.formula(f"F{row}", f"=D{row}-npv_fiscal", bar.low.npv - base)
    page.formula(f"G{row}", f"=E{row}-npv_fiscal", bar.high.npv - base)
    page.formula(f"H{row}", f"=ABS(E{row}-D{row})", bar.width)


def _ranks(page: Page, found: Sequence[Bar], last: int) -> None:
    widths = sorted((bar.width for bar in found), reverse=True)
    for row, bar in enumerate(found, start=FIRST):
        rank = widths.index(bar.width) + 1
        page.formula(f"I{row}", f"=RANK(H{row},H${FIRST}:H${last})", rank, "plain")


def _static(page: Page, found: Sequence[Bar]) -> None:
    """The base case's figures on the day of release, to see how far one's own have moved from the example."""
    released = {bar.swing.driver: bar for bar in bars(page.book.case, page.book.case.base)}
    for row, bar in enumerate(found, start=FIRST):
        then = released[bar.swing.driver]
        for column, value in (("J", then.low.npv), ("K", then.high.npv), ("L", then.width)):
            page.sheet.write_number(f"{column}{row}", value, page.book.style("static", "money"))


def _switching(page: Page) -> None:
    row = SWITCHING_ROW
    page.header(row, ["If you are wrong: NPV is nil at", "Times", *[""] * 6])
    savings, transition = switching_values(page.book.case, page.book.case.drivers)
    lines = (
        (
            "saving_mult",
            "switching_savings",
            '=IF(unit_savings=0,"none",(transition_mult*unit_transition-unit_residual)/unit_savings)',
            savings,
            "Below this share of the expected savings the case loses money.",
        ),
        (
            "transition_mult",
            "switching_transition",
            '=IF(unit_transition=0,"none",(saving_mult*unit_savings+unit_residual)/unit_transition)',
            transition,
            "Above this multiple of the expected transition cost the case loses money.",
        ),
    )
    for offset, (driver, name, formula, value, note) in enumerate(lines, start=1):
        page.label(f"A{row + offset}", DRIVERS[driver][0], "calc")
        page.formula(f"B{row + offset}", formula, value, "factor")
        page.label(f"C{row + offset}", note, "note")
        page.book.define(name, page.name, f"B{row + offset}")


def _grid(page: Page) -> None:
    case = page.book.case
    page.label(f"A{GRID_ROW - 1}", "Net present value with two drivers moved together", "section")
    page.label(f"A{GRID_ROW}", "Transition cost, times (down); savings, times (across)", "header")
    page.sheet.set_row(GRID_ROW - 1, 30)
    parts = halves(case, case.drivers)
    for column, savings in zip(GRID_COLUMNS, case.grid_savings, strict=True):
        page.entry(f"{column}{GRID_ROW}", savings, "mult")
    for row, transition in enumerate(case.grid_transition, start=GRID_ROW + 1):
        page.entry(f"A{row}", transition, "mult")
        for column, savings in zip(GRID_COLUMNS, case.grid_savings, strict=True):
            formula = f"={column}${GRID_ROW}*unit_savings-$A{row}*unit_transition+unit_residual"
            page.formula(f"{column}{row}", formula, parts.npv(savings, transition))
    last = GRID_ROW + len(case.grid_transition)
    page.book.define("grid_savings", page.name, f"B{GRID_ROW}:H{GRID_ROW}")
    page.book.define("grid_transition", page.name, f"A{GRID_ROW + 1}:A{last}")
    loss = page.book.workbook.add_format({"bg_color": palette.BAD_TINT, "font_color": palette.BAD})
    rule = {"type": "cell", "criteria": "<", "value": 0, "format": loss}
    page.sheet.conditional_format(f"B{GRID_ROW + 1}:H{last}", rule)


def _trial_row(block: str, index: int) -> int:
    """Row of one trial (two for each driver: low, then high) in a block of the working."""
    return TRIALS_ROW + 14 * BLOCKS.index(block) + 1 + index


def _driver_column(name: str) -> str:
    return "CDEFGHIJ"[list(DRIVERS).index(name)]


def _trials(page: Page, found: Sequence[Bar]) -> None:
    page.label(f"A{TRIALS_ROW - 1}", "Working: the whole calculation once more for each trial", "section")
    page.header(TRIALS_ROW, ["Trial", "", *(label for label, _, _ in DRIVERS.values())], height=44)
    page.year_header(_trial_row("adoption", -1), "Adoption")
    page.year_header(_trial_row("gross", -1), "Saving before optimism bias")
    page.year_header(_trial_row("net", -1), "Net, fiscal")
    for index, bar in enumerate(found):
        for offset, word, trial, column in ((0, "low", bar.low, "B"), (1, "high", bar.high, "C")):
            rows = {block: _trial_row(block, 2 * index + offset) for block in BLOCKS}
            for row in rows.values():
                page.label(f"A{row}", f"{DRIVERS[bar.swing.driver][0]}: {word}", "calc")
            _trial_drivers(page, rows["drivers"], bar.swing.driver, f"{column}{FIRST + index}", trial)
            _trial_years(page, rows, trial)


def _trial_drivers(page: Page, row: int, moved: str, source: str, trial: Trial) -> None:
    for name, (_, number, _) in DRIVERS.items():
        formula = f"={source}" if name == moved else f"={name}"
        page.formula(f"{_driver_column(name)}{row}", formula, getattr(trial.drivers, name), number)


def _trial_years(page: Page, rows: dict[str, int], trial: Trial) -> None:
    used = {name: f"${_driver_column(name)}${rows['drivers']}" for name in DRIVERS}
    adoption, gross, net = [], [], []
    for position, column in enumerate(YEAR_COLUMNS):
        adopted = f"{column}{rows['adoption']}"
        earlier = f"{layout.before(column)}{rows['adoption']}" if position else ""
        gap = operating_gap(column, adopted, earlier, used["dual_share"], used["target_mult"])
        adoption.append(late_adoption(column, used["delay_years"]))
        gross.append(f"={gap}*{used['saving_mult']}")
        net.append(_net(column, f"{column}{rows['gross']}", used))
    page.years(rows["adoption"], adoption, trial.flow.adoption, "rate")
    page.years(rows["gross"], gross, trial.flow.gross_saving)
    page.years(rows["net"], net, trial.flow.net_fiscal)


def _net(column: str, gross: str, used: dict[str, str]) -> str:
    counted, entered = layout.flow("counted", column), layout.flow("transition_entered", column)
    saving = f"{gross}*(1-IF({gross}>0,{used['ob_benefit']},0))"
    cost = f"{entered}*{used['transition_mult']}*(1+{used['ob_transition']})"
    return f"={counted}*({saving}-{cost})+{layout.flow('residual', column)}"


def _halves(page: Page) -> None:
    """The flows with both multipliers at one, from which the grid and the switching values are worked out."""
    case = page.book.case
    flow = cash_flow(case, case.drivers.with_(saving_mult=1.0, transition_mult=1.0))
    parts = halves(case, case.drivers)
    page.year_header(HALVES_ROW, "With both multipliers at one", "Present value")
    lines = (
        ("savings", "Savings", _unit_saving, flow.saving_after_bias, parts.savings),
        ("transition", "Transition cost", _unit_transition, flow.transition_after_bias, parts.transition),
        ("residual", "Residual value", _residual, flow.residual, parts.residual),
    )
    for row, (name, label, formula, values, total) in enumerate(lines, start=HALVES_ROW + 1):
        page.label(f"A{row}", label, "calc")
        page.formula(f"B{row}", f"=SUMPRODUCT(C{row}:M{row},factors)", total, role="total")
        page.years(row, [formula(column) for column in YEAR_COLUMNS], values)
        page.book.define(f"unit_{name}", page.name, f"B{row}")


def _unit_saving(column: str) -> str:
    gap = f"({layout.flow('baseline', column)}-{layout.flow('proposal_operating', column)})"
    return f"={layout.flow('counted', column)}*{gap}*(1-IF({gap}>0,ob_benefit,0))"


def _unit_transition(column: str) -> str:
    return f"={layout.flow('counted', column)}*{layout.flow('transition_entered', column)}*(1+ob_transition)"


def _residual(column: str) -> str:
    return f"={layout.flow('residual', column)}"
