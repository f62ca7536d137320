"""Results: what the case comes to under the scenario in use."""

from __future__ import annotations

from dataclasses import dataclass

from kits.documents import palette
from kits.documents.business_case_model import formulas, layout
from kits.documents.business_case_model.appraisal import sign_changes
from kits.documents.business_case_model.page import Book, Page

FISCAL, ECONOMIC = layout.FLOW_ROWS["net_fiscal"], layout.FLOW_ROWS["net_economic"]
FLOW = "'Cash flow'!"


@dataclass(frozen=True)
class Result:
    name: str
    label: str
    formula: str
    number: str
    unit: str
    note: str


RESULTS = (
    Result("npv_fiscal", "Net present value, fiscal",
           "=" + formulas.npv(f"{FLOW}C{FISCAL}", f"{FLOW}D{FISCAL}:M{FISCAL}", "rate"), "money", "",
           "Savings less transition cost in today's money. Year 0 is not discounted."),
    Result("npv_economic", "Net present value, economic",
           "=" + formulas.npv(f"{FLOW}C{ECONOMIC}", f"{FLOW}D{ECONOMIC}:M{ECONOMIC}", "rate"), "money", "",
           "The same with non-cashable benefits. Never quote it alone."),
    Result("irr", "Internal rate of return", "=" + formulas.irr(f"{FLOW}C{FISCAL}:M{FISCAL}"), "rate2", "a year",
           "The discount rate at which the case is worth nothing."),
    Result("mirr", "Modified rate of return", "=" + formulas.mirr(FISCAL, FLOW), "rate2", "a year",
           "With your own finance and reinvestment rates."),
    Result("payback_simple_years", "Payback", formulas.payback("in_debt", "cumulative"), "years", "years",
           "When the running total is nil or more, and stays so."),
    Result("payback_discounted_years", "Payback, discounted",
           formulas.payback("in_debt_discounted", "cumulative_discounted"), "years", "years",
           "The same in today's money."),
    Result("pv_savings", "Present value of savings", "=SUMPRODUCT(savings,factors)", "money", "", "After optimism bias."),
    Result("pv_transition", "Present value of transition cost", "=SUMPRODUCT(transition,factors)", "money", "",
           "After optimism bias."),
    Result("bcr_fiscal", "Benefit to cost, fiscal",
           formulas.quotient("SUMPRODUCT(savings,factors)+SUMPRODUCT(residual,factors)",
                             "SUMPRODUCT(transition,factors)"), "mult", "to 1",
           "Above 1 the savings outweigh the transition."),
    Result("bcr_economic", "Benefit to cost, economic",
           formulas.quotient("SUMPRODUCT(savings,factors)+SUMPRODUCT(residual,factors)"
                             "+SUMPRODUCT(soft_benefit,factors)", "SUMPRODUCT(transition,factors)"), "mult", "to 1",
           "With non-cashable benefits."),
    Result("roi_undiscounted", "Return on investment",
           formulas.quotient("SUM(savings)+SUM(residual)-SUM(transition)", "SUM(transition)"), "rate2", "of cost",
           "Undiscounted, over the whole horizon."),
    Result("peak_funding", "Peak funding", "=-MIN(0,MIN(cumulative))", "money", "",
           "The most that must be found before savings flow."),
)
FIRST_ROW = 6
CHANGES_ROW = FIRST_ROW + len(RESULTS)


def write(book: Book) -> None:
    page = Page(
        book,
        "Results",
        widths=(34, 20, 12, 70),
        lead="Under the scenario in use. Change its number on Inputs and every figure here follows.",
        span="D",
    )
    _verdict(page)
    page.header(5, ["Figure", "Value"])
    page.label("C5", "  Unit", "header")
    page.label("D5", "  What it tells you", "header")
    for row, result in enumerate(RESULTS, start=FIRST_ROW):
        role = "total" if result.name == "npv_fiscal" else "calc"
        page.label(f"A{row}", result.label, role)
        page.formula(f"B{row}", result.formula, getattr(book.outcome, result.name), result.number, role)
        _unit(page, row, result.unit)
        page.label(f"D{row}", result.note, "note")
        book.define(result.name, page.name, f"B{row}")
    _sign_changes(page)
    _chart(page)
    page.finish(f"A1:D{CHANGES_ROW + 23}", repeat=(1, 5), freeze="A6", portrait=True)


def _unit(page: Page, row: int, unit: str) -> None:
    if unit:
        page.label(f"C{row}", unit, "note")
    else:
        page.formula(f"C{row}", "=currency", page.book.case.currency, "text", "note")


def verdict(book: Book) -> str:
    case, npv = book.case, book.outcome.npv_fiscal
    start = "Worth doing on money alone. " if npv >= 0 else "Not worth doing on money alone. "
    return (
        f"{start}Over {case.horizon} years at {round(case.drivers.rate * 100, 2):g} %, savings less transition cost are "
        f"worth {npv:,.0f} {case.currency} in today's money. Scenario: {case.scenarios[case.scenario - 1].label}."
    )


def _verdict(page: Page) -> None:
    page.sheet.set_row(2, 54)
    page.sheet.merge_range("A3:D3", "", page.book.style("verdict"))
    page.formula(
        "A3",
        '=IF(npv_fiscal>=0,"Worth doing on money alone. ","Not worth doing on money alone. ")&"Over "&horizon&" years at "'
        '&ROUND(rate*100,2)&" %, savings less transition cost are worth "&FIXED(npv_fiscal,0)&" "&currency'
        '&" in today\'s money. Scenario: "&INDEX(scenario_names,1,scenario)&"."',
        verdict(page.book),
        "text",
        "verdict",
    )


def _sign_changes(page: Page) -> None:
    changes = sign_changes(page.book.flow.net_fiscal)
    row, signs = CHANGES_ROW, layout.FLOW_ROWS["sign"]
    page.label(f"A{row}", "Turns of the flow", "calc")
    page.formula(f"B{row}", f"=SUMPRODUCT(--({FLOW}C{signs}:L{signs}*{FLOW}D{signs}:M{signs}<0))", changes, "plain")
    page.label(f"C{row}", "times", "note")
    page.formula(
        f"D{row}",
        f'=IF(B{row}=0,"The flow never turns: there is no rate of return.",IF(B{row}=1,'
        '"Once, from paying to receiving or back: one rate of return at most.",'
        '"More than once: several rates of return are possible. Decide by net present value."))',
        status(changes),
        "text",
        "note",
    )
    page.book.define("sign_changes", page.name, f"B{row}")


def status(changes: int) -> str:
    if changes == 0:
        return "The flow never turns: there is no rate of return."
    if changes == 1:
        return "Once, from paying to receiving or back: one rate of return at most."
    return "More than once: several rates of return are possible. Decide by net present value."


def _chart(page: Page) -> None:
    chart = page.book.workbook.add_chart({"type": "column"})
    years = "='Cash flow'!$C$4:$M$4"
    chart.add_series({
        "name": "Net in the year", "categories": years, "values": f"='Cash flow'!$C${FISCAL}:$M${FISCAL}",
        "fill": {"color": palette.GREEN}, "gap": 60, "invert_if_negative": True,
        "invert_if_negative_color": palette.MARIGOLD,
    })
    line = page.book.workbook.add_chart({"type": "line"})
    total = layout.FLOW_ROWS["cumulative"]
    line.add_series({
        "name": "Running total", "categories": years, "values": f"='Cash flow'!$C${total}:$M${total}",
        "line": {"color": palette.INK, "width": 2}, "marker": {"type": "circle", "size": 5,
        "fill": {"color": palette.INK}, "border": {"color": palette.INK}},
    })
    chart.combine(line)
    font = {"name": palette.SANS, "size": 9, "color": palette.INK}
    chart.set_title({"name": "Net fiscal flow, year by year, and its running total",
                     "name_font": {"name": palette.SERIF, "size": 13, "color": palette.GREEN, "bold": False},
                     "overlay": False})
    chart.set_x_axis({"name": "Year", "name_font": font, "num_font": font, "label_position": "low", "line": {"color": palette.INK_2}})
    chart.set_y_axis({"num_font": font, "num_format": "#,##0", "major_gridlines": {"visible": True,
                      "line": {"color": palette.RULE}}, "line": {"none": True}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 930, "height": 400})
    page.sheet.insert_chart(f"A{CHANGES_ROW + 2}", chart, {"object_position": 1, "description":
        "Columns: net fiscal flow of each year, negative while the transition is paid for. Line: its running total, "
        "which falls to the peak funding and rises above nil in the year of payback. The figures are on the Cash flow "
        "sheet, in the rows Net, fiscal and Running total, fiscal."})
