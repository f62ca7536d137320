"""Sensitivity: one driver at a time, two together, and how wrong one may be before the answer turns."""

from __future__ import annotations

from collections.abc import Sequence

from kits.documents import palette
from kits.documents.business_case_model import layout
from kits.documents.business_case_model.appraisal import cash_flow
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page
from kits.documents.business_case_model.sensitivity import Bar, Trial, bars, halves, switching_values
from kits.documents.business_case_model.sheet_scenarios import DRIVERS, late_adoption, operating_gap

FIRST = 5
GRID_COLUMNS = "BCDEFGH"
GRID_ROW = 19
TRIALS_ROW = 51
HALVES_ROW = TRIALS_ROW + 4 * 14


def write(book: Book) -> None:
    page = Page(
        book,
        "Sensitivity",
        widths=(36, 14, *[14] * 11),
        span="M",
    )
    drivers = book.case.drivers
    found = bars(book.case, drivers)
    released = bars(book.case, book.case.base)
    _tornado(page, found, released)
    _switching(page)
    _grid(page)
    _chart(page, len(found))
    _trials(page, found)
    _halves(page)
    page.finish(f"A1:L{TRIALS_ROW - 3}", repeat=(1, 4), freeze="A5")


def _tornado(page: Page, found: Sequence[Bar], released: Sequence[Bar]) -> None:
    page.header(
        4,
        [
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
        ],
        height=32,
    )
    last = FIRST + len(found) - 1
    base = page.book.outcome.npv_fiscal
    widths = sorted((bar.width for bar in found), reverse=True)
    static = {bar.swing.driver: bar for bar in released}
    for index, bar in enumerate(found):
        row, number = FIRST + index, DRIVERS[bar.swing.driver][1]
        page.label(f"A{row}", DRIVERS[bar.swing.driver][0])
        page.entry(f"B{row}", bar.swing.low, number)
        page.entry(f"C{row}", bar.swing.high, number)
        for column, trial, offset in (("D", bar.low, 0), ("E", bar.high, 1)):
            net = _trial_row("net", 2 * index + offset)
            rate = f"{_driver_column('rate')}{_trial_row('drivers', 2 * index + offset)}"
            page.formula(
                f"{column}{row}", f"=SUMPRODUCT(C{net}:M{net},(1+{rate})^(-discount_years))", trial.npv
            )
        page.formula(f"F{row}", f"=D{row}-npv_fiscal", bar.low.npv - base)
        page.formula(f"G{row}", f"=E{row}-npv_fiscal", bar.high.npv - base)
        page.formula(f"H{row}", f"=ABS(E{row}-D{row})", bar.width)
        page.formula(f"I{row}", f"=RANK(H{row},H${FIRST}:H${last})", widths.index(bar.width) + 1, "plain")
        then = static[bar.swing.driver]
        for column, value in (("J", then.low.npv), ("K", then.high.npv), ("L", then.width)):
            page.sheet.write_number(f"{column}{row}", value, page.book.style("static", "money"))
    page.book.define("sensitivity_low", page.name, f"B{FIRST}:B{last}")
    page.book.define("sensitivity_high", page.name, f"C{FIRST}:C{last}")


def _switching(page: Page) -> None:
    row = FIRST + 8
    page.header(row, ["If you are wrong: NPV is nil at", "Times", *[""] * 6])
    savings, transition = switching_values(page.book.case, page.book.case.drivers)
    page.label(f"A{row + 1}", "Savings, times", "calc")
    page.formula(
        f"B{row + 1}",
        '=IF(unit_savings=0,"none",(transition_mult*unit_transition-unit_residual)/unit_savings)',
        savings,
        "factor",
    )
    page.label(f"C{row + 1}", "Below this share of the expected savings the case loses money.", "note")
    page.label(f"A{row + 2}", "Transition cost, times", "calc")
    page.formula(
        f"B{row + 2}",
        '=IF(unit_transition=0,"none",(saving_mult*unit_savings+unit_residual)/unit_transition)',
        transition,
        "factor",
    )
    page.label(
        f"C{row + 2}", "Above this multiple of the expected transition cost the case loses money.", "note"
    )
    page.book.define("switching_savings", page.name, f"B{row + 1}")
    page.book.define("switching_transition", page.name, f"B{row + 2}")


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
    loss = page.book.workbook.add_format({"bg_color": "#f7e1dc", "font_color": palette.BAD})
    page.sheet.conditional_format(
        f"B{GRID_ROW + 1}:H{last}", {"type": "cell", "criteria": "<", "value": 0, "format": loss}
    )


def _chart(page: Page, count: int) -> None:
    chart = page.book.workbook.add_chart({"type": "bar"})
    font = {"name": palette.SANS, "size": 9, "color": palette.INK}
    for column, name, colour in (("F", "Low value", palette.MARIGOLD), ("G", "High value", palette.GREEN)):
        chart.add_series(
            {
                "name": name,
                "categories": f"=Sensitivity!$A${FIRST}:$A${FIRST + count - 1}",
                "values": f"=Sensitivity!${column}${FIRST}:${column}${FIRST + count - 1}",
                "fill": {"color": colour},
                "overlap": 100,
                "gap": 40,
            }
        )
    chart.set_title(
        {
            "name": "Change of the net present value when one driver moves",
            "name_font": {"name": palette.SERIF, "size": 13, "color": palette.GREEN, "bold": False},
        }
    )
    chart.set_y_axis({"reverse": True, "num_font": font, "label_position": "low"})
    chart.set_x_axis(
        {
            "num_font": font,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": palette.RULE}},
        }
    )
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 1000, "height": 400})
    page.sheet.insert_chart(
        f"A{GRID_ROW + 8}",
        chart,
        {
            "description": "Bars: by how much the net present value falls or rises when each driver takes its low and its high value. "
            "The figures are in the table at the top of this sheet, under Change at low and Change at high."
        },
    )


def _trial_row(block: str, index: int) -> int:
    """Row of one trial (two for each driver: low, then high) in a block of the working."""
    return TRIALS_ROW + 14 * ("drivers", "adoption", "gross", "net").index(block) + 1 + index


def _driver_column(name: str) -> str:
    return "CDEFGHIJ"[list(DRIVERS).index(name)]


def _trials(page: Page, found: Sequence[Bar]) -> None:
    page.label(f"A{TRIALS_ROW - 1}", "Working: the whole calculation once more for each trial", "section")
    page.header(TRIALS_ROW, ["Trial", "", *(label for label, _, _ in DRIVERS.values())], height=44)
    page.year_header(_trial_row("adoption", -1), "Adoption")
    page.year_header(_trial_row("gross", -1), "Saving before optimism bias")
    page.year_header(_trial_row("net", -1), "Net, fiscal")
    for index, bar in enumerate(found):
        _trial(page, 2 * index, bar, bar.low, f"B{FIRST + index}", "low")
        _trial(page, 2 * index + 1, bar, bar.high, f"C{FIRST + index}", "high")


def _trial(page: Page, index: int, bar: Bar, trial: Trial, source: str, word: str) -> None:
    label = f"{DRIVERS[bar.swing.driver][0]}: {word}"
    rows = {block: _trial_row(block, index) for block in ("drivers", "adoption", "gross", "net")}
    for row in rows.values():
        page.label(f"A{row}", label, "calc")
    for name, (_, number, _) in DRIVERS.items():
        formula = f"={source}" if name == bar.swing.driver else f"={name}"
        page.formula(
            f"{_driver_column(name)}{rows['drivers']}", formula, getattr(trial.drivers, name), number
        )
    used = {name: f"${_driver_column(name)}${rows['drivers']}" for name in DRIVERS}
    adoption, gross, net = [], [], []
    for position, column in enumerate(YEAR_COLUMNS):
        earlier = f"{layout.before(column)}{rows['adoption']}" if position else ""
        gap = operating_gap(
            column, f"{column}{rows['adoption']}", earlier, used["dual_share"], used["target_mult"]
        )
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
    case = page.book.case
    flow = cash_flow(case, case.drivers.with_(saving_mult=1.0, transition_mult=1.0))
    values = {
        "savings": flow.saving_after_bias,
        "transition": flow.transition_after_bias,
        "residual": flow.residual,
    }
    page.year_header(HALVES_ROW, "With both multipliers at one", "Present value")
    parts = halves(case, case.drivers)
    written = {
        "savings": [
            f"={layout.flow('counted', c)}*('Cash flow'!{c}7-'Cash flow'!{c}11)"
            f"*(1-IF('Cash flow'!{c}7-'Cash flow'!{c}11>0,ob_benefit,0))"
            for c in YEAR_COLUMNS
        ],
        "transition": [
            f"={layout.flow('counted', c)}*{layout.flow('transition_entered', c)}*(1+ob_transition)"
            for c in YEAR_COLUMNS
        ],
        "residual": [f"={layout.flow('residual', c)}" for c in YEAR_COLUMNS],
    }
    for offset, (name, label) in enumerate(
        (("savings", "Savings"), ("transition", "Transition cost"), ("residual", "Residual value")), start=1
    ):
        row = HALVES_ROW + offset
        page.label(f"A{row}", label, "calc")
        page.formula(f"B{row}", f"=SUMPRODUCT(C{row}:M{row},factors)", getattr(parts, name), role="total")
        page.years(row, written[name], values[name])
        page.book.define(f"unit_{name}", page.name, f"B{row}")
