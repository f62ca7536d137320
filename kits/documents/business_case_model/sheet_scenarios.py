"""Scenarios: four futures side by side, each worked out in full below its results."""

from __future__ import annotations

from kits.documents.business_case_model import formulas, layout
from kits.documents.business_case_model.appraisal import CashFlow, Outcome, cash_flow, outcome
from kits.documents.business_case_model.inputs import YEARS, Scenario
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page
from kits.documents.business_case_model.sheet_cash_flow import in_debt
from kits.documents.business_case_model.sheet_results import FORMULAS
from kits.documents.outline import data

# Driver: what people call it, the number format, and where its base value comes from.
DRIVERS = {
    "saving_mult": ("Savings, times", "mult", "=1"),
    "transition_mult": ("Transition cost, times", "mult", "=1"),
    "delay_years": ("Adoption late by, years", "plain", "=0"),
    "target_mult": ("Cost of the new model, times", "mult", "=1"),
    "dual_share": ("Dual running, share of old cost", "rate", "=dual_running_share"),
    "rate": ("Discount rate", "rate", "=discount_rate"),
    "ob_transition": ("Optimism bias: transition", "rate", "=bias_transition"),
    "ob_benefit": ("Optimism bias: savings", "rate", "=bias_benefit"),
}
SCENARIO_COLUMNS = "CDEF"
CHANGES_ROW, USED_ROW, RESULTS_ROW = 6, 16, 26
BLOCK_ROW, BLOCK_HEIGHT = 41, 13
BLOCK = (
    "adoption",
    "gross_saving",
    "saving_after_bias",
    "transition_after_bias",
    "net_fiscal",
    "net_economic",
    "factor",
    "cumulative",
    "cumulative_discounted",
    "in_debt",
    "in_debt_discounted",
)
LABELS = (
    "Adoption",
    "Saving before optimism bias",
    "Saving after optimism bias",
    "Transition cost after optimism bias",
    "Net, fiscal",
    "Net, economic",
    "Discount factor",
    "Running total",
    "Running total, discounted",
    "Helper: year if still negative",
    "Helper: the same, discounted",
)


def block_row(index: int, series: str) -> int:
    return BLOCK_ROW + index * BLOCK_HEIGHT + 1 + BLOCK.index(series)


def write(book: Book) -> None:
    page = Page(
        book,
        "Scenarios",
        widths=(36, 14, *[18] * 5, *[13] * 6),
        span="G",
    )
    _changes(page)
    _used(page)
    _results(page)
    page.label(f"A{BLOCK_ROW - 1}", "Working, scenario by scenario", "section")
    for index, scenario in enumerate(book.case.scenarios):
        _block(page, index, scenario)
    page.finish(f"A1:G{RESULTS_ROW + len(FORMULAS) - 1}", repeat=(1, 5), freeze="C6")


def _changes(page: Page) -> None:
    page.header(4, ["Number", "", "1", "2", "3", "4", "In use"])
    page.formula("G4", '="In use: "&scenario', f"In use: {page.book.case.scenario}", "text", "header", align="right")
    page.sheet.set_row(4, 58)
    page.label("A5", "Scenario", "strong")
    page.label("B5", "From Inputs", "strong")
    for column, scenario in zip(SCENARIO_COLUMNS, page.book.case.scenarios, strict=True):
        page.entry(f"{column}5", scenario.label, "text")
        for row, name in enumerate(DRIVERS, start=CHANGES_ROW):
            page.entry(f"{column}{row}", scenario.changes.get(name), DRIVERS[name][1])
    for row, (name, (label, number, base)) in enumerate(DRIVERS.items(), start=CHANGES_ROW):
        page.label(f"A{row}", label)
        page.formula(f"B{row}", base, getattr(page.book.case.base, name), number)
    page.limit_whole(f"C{CHANGES_ROW + 2}:F{CHANGES_ROW + 2}", 0, 5)
    page.book.define("scenario_names", page.name, "C5:F5")
    page.book.define("scenario_changes", page.name, f"C{CHANGES_ROW}:F{CHANGES_ROW + len(DRIVERS) - 1}")


def _used(page: Page) -> None:
    page.header(USED_ROW - 1, ["Values used", "", "1", "2", "3", "4", "In use"])
    case = page.book.case
    page.formula("G5", "=INDEX(scenario_names,1,scenario)", case.scenarios[case.scenario - 1].label, "text", "label")
    for offset, (name, (label, number, _)) in enumerate(DRIVERS.items()):
        row, source = USED_ROW + offset, CHANGES_ROW + offset
        page.label(f"A{row}", label)
        for column, scenario in zip(SCENARIO_COLUMNS, case.scenarios, strict=True):
            formula = f"=IF(ISBLANK({column}{source}),$B{source},{column}{source})"
            page.formula(f"{column}{row}", formula, getattr(case.drivers_of(scenario), name), number)
        page.formula(f"G{row}", f"=INDEX(C{row}:F{row},1,scenario)", getattr(case.drivers, name), number, "total")
        page.book.define(name, page.name, f"G{row}")


def _results(page: Page) -> None:
    page.header(RESULTS_ROW - 1, ["Results", "", "1", "2", "3", "4"])
    outcomes = [_outcome(page.book, scenario) for scenario in page.book.case.scenarios]
    for row, (name, words) in enumerate(data("business_case_model")["results"].items(), start=RESULTS_ROW):
        role = "total" if name == "npv_fiscal" else "calc"
        page.label(f"A{row}", words["label"], role)
        if role == "total":
            page.label(f"B{row}", "", role)
        for index, (column, found) in enumerate(zip(SCENARIO_COLUMNS, outcomes, strict=True)):
            formula = _result_formula(name, index, column)
            page.formula(f"{column}{row}", formula, getattr(found, name), words["number"], role)


def _outcome(book: Book, scenario: Scenario) -> Outcome:
    return outcome(book.case, cash_flow(book.case, book.case.drivers_of(scenario)))


def _result_formula(name: str, index: int, column: str) -> str:
    rows = {series: block_row(index, series) for series in BLOCK}
    cells = {series: f"C{row}:M{row}" for series, row in rows.items()}
    rate = f"{column}{USED_ROW + list(DRIVERS).index('rate')}"
    gains = f"SUMPRODUCT({cells['saving_after_bias']},{cells['factor']})"
    costs = f"SUMPRODUCT({cells['transition_after_bias']},{cells['factor']})"
    left = f"SUMPRODUCT(residual,{cells['factor']})"
    soft = f"SUMPRODUCT({cells['net_economic']}-{cells['net_fiscal']},{cells['factor']})"
    fiscal, economic = rows["net_fiscal"], rows["net_economic"]
    spent = f"SUM({cells['transition_after_bias']})"
    return {
        "npv_fiscal": "=" + formulas.npv(f"C{fiscal}", f"D{fiscal}:M{fiscal}", rate),
        "npv_economic": "=" + formulas.npv(f"C{economic}", f"D{economic}:M{economic}", rate),
        "irr": "=" + formulas.irr(cells["net_fiscal"]),
        "mirr": "=" + formulas.mirr(fiscal),
        "payback_simple_years": formulas.payback(cells["in_debt"], cells["cumulative"]),
        "payback_discounted_years": formulas.payback(cells["in_debt_discounted"], cells["cumulative_discounted"]),
        "pv_savings": f"={gains}",
        "pv_transition": f"={costs}",
        "bcr_fiscal": formulas.quotient(f"{gains}+{left}", costs),
        "bcr_economic": formulas.quotient(f"{gains}+{left}+{soft}", costs),
        "roi_undiscounted": formulas.quotient(f"SUM({cells['saving_after_bias']})+SUM(residual)-{spent}", spent),
        "peak_funding": f"=-MIN(0,MIN({cells['cumulative']}))",
    }[name]


def _block(page: Page, index: int, scenario: Scenario) -> None:
    case, column = page.book.case, SCENARIO_COLUMNS[index]
    drivers = case.drivers_of(scenario)
    flow = cash_flow(case, drivers)
    header = BLOCK_ROW + index * BLOCK_HEIGHT
    page.year_header(header, f"Scenario {index + 1}")
    used = {name: f"${column}${USED_ROW + offset}" for offset, name in enumerate(DRIVERS)}
    values = _block_values(page.book, flow)
    for label, series in zip(LABELS, BLOCK, strict=True):
        row = block_row(index, series)
        page.label(f"A{row}", label, "calc")
        number = {"adoption": "rate", "factor": "factor", "in_debt": "plain", "in_debt_discounted": "plain"}
        written = [_block_formula(series, index, year, used) for year in YEARS]
        page.years(row, written, values[series], number.get(series, "money"))


def _block_values(book: Book, flow: CashFlow) -> dict[str, tuple[float, ...]]:
    helpers = {
        "in_debt": in_debt(flow.cumulative, book.case.horizon),
        "in_debt_discounted": in_debt(flow.cumulative_discounted, book.case.horizon),
    }
    return {series: helpers[series] if series in helpers else getattr(flow, series) for series in BLOCK}


def operating_gap(column: str, adopted: str, adopted_before: str, dual: str, target: str) -> str:
    """What a year costs without the change less what it costs with it, before any multiplier on savings."""
    old = layout.flow("baseline", column)
    new = f"new_model_year0*(1+target_growth)^'Cash flow'!{column}4*{target}"
    moved = f"MAX({adopted}-{adopted_before},0)" if adopted_before else f"MAX({adopted},0)"
    return f"({old}-((1-{adopted})*{old}+{adopted}*{new}+{dual}*{moved}*{old}))"


def late_adoption(column: str, delay: str) -> str:
    return f"=IF('Cash flow'!{column}4<{delay},0,INDEX(adoption,1,'Cash flow'!{column}4-{delay}+1))"


def _block_formula(series: str, index: int, year: int, used: dict[str, str]) -> str:
    column = YEAR_COLUMNS[year]
    earlier = layout.before(column) if year else ""
    at = {name: f"{column}{block_row(index, name)}" for name in BLOCK}
    prior = {name: f"{earlier}{block_row(index, name)}" if year else "" for name in BLOCK}
    counted = layout.flow("counted", column)
    gap = operating_gap(column, at["adoption"], prior["adoption"], used["dual_share"], used["target_mult"])
    entered, soft = layout.flow("transition_entered", column), f"{counted}*non_cashable*{at['adoption']}"
    step = f"{prior['cumulative']}+" if year else ""
    step_discounted = f"{prior['cumulative_discounted']}+" if year else ""
    gross, factor, fiscal = at["gross_saving"], at["factor"], at["net_fiscal"]
    return {
        "adoption": late_adoption(column, used["delay_years"]),
        "gross_saving": f"={gap}*{used['saving_mult']}",
        "saving_after_bias": f"={counted}*{gross}*(1-IF({gross}>0,{used['ob_benefit']},0))",
        "transition_after_bias": f"={counted}*{entered}*{used['transition_mult']}*(1+{used['ob_transition']})",
        "net_fiscal": f"={at['saving_after_bias']}-{at['transition_after_bias']}+{layout.flow('residual', column)}",
        "net_economic": f"={fiscal}+{soft}",
        "factor": f"=(1+{used['rate']})^(-{layout.flow('discount_years', column)})",
        "cumulative": f"={step}{fiscal}",
        "cumulative_discounted": f"={step_discounted}{fiscal}*{factor}",
        "in_debt": formulas.in_debt(f"'Cash flow'!{column}4", at["cumulative"]),
        "in_debt_discounted": formulas.in_debt(f"'Cash flow'!{column}4", at["cumulative_discounted"]),
    }[series]
