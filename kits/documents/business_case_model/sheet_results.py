"""Results: what the case comes to under the scenario in use."""

from __future__ import annotations

from kits.documents.business_case_model import charts, formulas, layout
from kits.documents.business_case_model.appraisal import sign_changes
from kits.documents.business_case_model.page import Book, Page
from kits.documents.outline import data

FISCAL, ECONOMIC = layout.FLOW_ROWS["net_fiscal"], layout.FLOW_ROWS["net_economic"]
FLOW = "'Cash flow'!"
GAINS = "SUMPRODUCT(savings,factors)+SUMPRODUCT(residual,factors)"
COSTS = "SUMPRODUCT(transition,factors)"
FORMULAS = {
    "npv_fiscal": "=" + formulas.npv(f"{FLOW}C{FISCAL}", f"{FLOW}D{FISCAL}:M{FISCAL}", "rate"),
    "npv_economic": "=" + formulas.npv(f"{FLOW}C{ECONOMIC}", f"{FLOW}D{ECONOMIC}:M{ECONOMIC}", "rate"),
    "irr": "=" + formulas.irr(f"{FLOW}C{FISCAL}:M{FISCAL}"),
    "mirr": "=" + formulas.mirr(FISCAL, FLOW),
    "payback_simple_years": formulas.payback("in_debt", "cumulative"),
    "payback_discounted_years": formulas.payback("in_debt_discounted", "cumulative_discounted"),
    "pv_savings": "=SUMPRODUCT(savings,factors)",
    "pv_transition": f"={COSTS}",
    "bcr_fiscal": formulas.quotient(GAINS, COSTS),
    "bcr_economic": formulas.quotient(f"{GAINS}+SUMPRODUCT(soft_benefit,factors)", COSTS),
    "roi_undiscounted": formulas.quotient("SUM(savings)+SUM(residual)-SUM(transition)", "SUM(transition)"),
    "peak_funding": "=-MIN(0,MIN(cumulative))",
}
FIRST_ROW = 6
CHANGES_ROW = FIRST_ROW + len(FORMULAS)


def write(book: Book) -> None:
    page = Page(book, "Results", widths=(34, 20, 12, 70), span="D")
    _verdict(page)
    page.header(5, ["Figure", "Value"])
    page.label("C5", "  Unit", "header")
    page.label("D5", "  What it tells you", "header")
    words = data("business_case_model")["results"]
    for row, (name, formula) in enumerate(FORMULAS.items(), start=FIRST_ROW):
        role = "total" if name == "npv_fiscal" else "calc"
        page.label(f"A{row}", words[name]["label"], role)
        page.formula(f"B{row}", formula, getattr(book.outcome, name), words[name]["number"], role)
        page.unit(f"C{row}", words[name]["unit"])
        page.label(f"D{row}", words[name]["note"], "note")
        book.define(name, page.name, f"B{row}")
    _turns(page)
    charts.insert_cash_flow(page, f"A{CHANGES_ROW + 2}")
    page.finish(f"A1:D{CHANGES_ROW + 23}", repeat=(1, 5), freeze="A6", portrait=True)


def verdict(book: Book) -> str:
    """The answer in a sentence, as the formula beside it words it."""
    case, npv = book.case, book.outcome.npv_fiscal
    start = "Worth doing on money alone. " if npv >= 0 else "Not worth doing on money alone. "
    return (
        f"{start}Over {case.horizon} years at {round(case.drivers.rate * 100, 2):g} %, savings less transition "
        f"cost are worth {npv:,.0f} {case.currency} in today's money. "
        f"Scenario: {case.scenarios[case.scenario - 1].label}."
    )


def _verdict(page: Page) -> None:
    page.sheet.set_row(2, 54)
    page.sheet.merge_range("A3:D3", "", page.book.style("verdict"))
    formula = (
        '=IF(npv_fiscal>=0,"Worth doing on money alone. ","Not worth doing on money alone. ")&"Over "&horizon'
        '&" years at "&ROUND(rate*100,2)&" %, savings less transition cost are worth "&FIXED(npv_fiscal,0)'
        '&" "&currency&" in today\'s money. Scenario: "&INDEX(scenario_names,1,scenario)&"."'
    )
    page.formula("A3", formula, verdict(page.book), "text", "verdict")


def _turns(page: Page) -> None:
    """How often the flow changes sign, and what that means for the rate of return."""
    words, row = data("business_case_model")["turns"], CHANGES_ROW
    changes, signs = sign_changes(page.book.flow.net_fiscal), layout.FLOW_ROWS["sign"]
    page.label(f"A{row}", words["label"], "calc")
    count = f"=SUMPRODUCT(--({FLOW}C{signs}:L{signs}*{FLOW}D{signs}:M{signs}<0))"
    page.formula(f"B{row}", count, changes, "plain")
    page.label(f"C{row}", "times", "note")
    meaning = f'=IF(B{row}=0,"{words["none"]}",IF(B{row}=1,"{words["once"]}","{words["often"]}"))'
    said = words[("none", "once")[changes] if changes <= 1 else "often"]
    page.formula(f"D{row}", meaning, said, "text", "note")
    page.book.define("sign_changes", page.name, f"B{row}")
