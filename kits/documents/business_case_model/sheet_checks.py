"""Checks: the workbook tests its inputs and its own arithmetic. Every line must read OK."""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import pairwise

from kits.documents import palette
from kits.documents.business_case_model import layout
from kits.documents.business_case_model.appraisal import (
    agency_baseline,
    baseline_year0,
    new_model_year0,
    present_value,
    sign_changes,
    unit_cost,
)
from kits.documents.business_case_model.chargeback import bills, capped_bills
from kits.documents.business_case_model.inputs import YEARS, Case
from kits.documents.business_case_model.page import Book, Page
from kits.documents.business_case_model.sensitivity import halves
from kits.documents.business_case_model.sheet_scenarios import RESULTS_ROW
from kits.documents.outline import data

FIRST = 6
BANDS, SERVICES, TRANSITION = layout.BAND_ROWS, layout.SERVICE_ROWS, layout.TRANSITION_ROWS
ADOPTION = layout.ADOPTION_ROW
TYPED = ",".join(name for index in range(layout.SERVICES) for name in layout.service_names(index))
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
}
NIL = (("=", 0),)
# What each check finds, as a formula, and what the finding must satisfy.
CHECKS: dict[str, tuple[str, tuple[tuple[str, float], ...]]] = {
    "adoption_outside": ('=COUNTIF(adoption,"<0")+COUNTIF(adoption,">1")', NIL),
    "adoption_falls": (f"=SUMPRODUCT(--(Inputs!D{ADOPTION}:M{ADOPTION}<Inputs!C{ADOPTION}:L{ADOPTION}))", NIL),
    "agencies": ('=COUNTIF(agency_names,"?*")', ((">=", 2),)),
    "lowest": (
        f"=MIN(agency_employees,service_loaded_cost,service_target_fte,transition_by_year,{TYPED})",
        ((">=", 0),),
    ),
    "split": ("=ROUND(SUM(service_split),6)", (("=", 1),)),
    "years_to_spare": ("=horizon-SUMPRODUCT(MAX(('Cash flow'!C14:M14>0)*'Cash flow'!C4:M4))", ((">=", 0),)),
    "lowest_rate": ("=MIN(rate,fin,reinv,baseline_growth,target_growth)", ((">", -0.99),)),
    "usual_rate": ("=rate", ((">=", 0), ("<=", 0.15))),
    "same_terms": ("=IF(terms=rate_terms,1,0)", (("=", 1),)),
    "bands": (
        f"=IF(INDEX(band_from,1)=0,SUMPRODUCT(--(Inputs!B{BANDS[1]}:B{BANDS[-1]}>Inputs!B{BANDS[0]}:B{BANDS[-2]})),0)",
        (("=", 2),),
    ),
    "by_agency": ("=ROUND(SUM(baseline_by_agency)-baseline_year0,2)", NIL),
    "by_service": ("=ROUND(SUM(baseline_by_service)-baseline_year0,2)", NIL),
    "after": ("=ROUND(SUM(after_by_service)-new_model_year0,2)", NIL),
    "npv_again": ("=ROUND(SUMPRODUCT(net_fiscal,factors)-npv_fiscal,2)", NIL),
    "running_total": ("=ROUND(INDEX(cumulative_discounted,1,11)-npv_fiscal,2)", NIL),
    "turns": ("=sign_changes", (("<=", 1),)),
    "at_irr": ("=IF(ISNUMBER(irr),ROUND('Cash flow'!C20+NPV(irr,'Cash flow'!D20:M20),0),0)", NIL),
    "scenarios": (f"=ROUND(INDEX(Scenarios!C{RESULTS_ROW}:F{RESULTS_ROW},1,scenario)-npv_fiscal,2)", NIL),
    "grid": (
        "=ROUND(saving_mult*unit_savings-transition_mult*unit_transition+unit_residual-npv_fiscal,2)",
        NIL,
    ),
    "charges": ("=SUMPRODUCT(ABS(Chargeback!D15:H15))", NIL),
    "capped": ("=IF(ISNUMBER(Chargeback!J5),ABS(Chargeback!J15),0)", NIL),
}


def found(book: Book) -> dict[str, float]:
    """What each check must find in this case."""
    return {**_found_in_inputs(book.case), **_found_in_totals(book.case), **_found_in_results(book)}


def _found_in_inputs(case: Case) -> dict[str, float]:
    starts = [start for start, _ in case.chargeback.bands]
    last_cost = max((year for year in YEARS for line in case.transition if line.by_year[year]), default=0)
    rates = (case.drivers.rate, case.finance_rate, case.reinvest_rate, case.baseline_growth, case.target_growth)
    return {
        "adoption_outside": sum(not 0 <= share <= 1 for share in case.adoption),
        "adoption_falls": sum(later < earlier for earlier, later in pairwise(case.adoption)),
        "agencies": len(case.agencies),
        "lowest": _lowest(case),
        "split": round(sum(service.split for service in case.services), 6),
        "years_to_spare": case.horizon - last_cost,
        "lowest_rate": min(rates),
        "usual_rate": case.drivers.rate,
        # A case has one kind of terms; only the workbook asks for both.
        "same_terms": 1,
        "bands": 0 if starts[0] else sum(later > earlier for earlier, later in pairwise(starts)),
    }


def _lowest(case: Case) -> float:
    lines = [line for agency in case.agencies for line in agency.lines.values()]
    return min(
        *(agency.employees for agency in case.agencies),
        *(amount for service in case.services for amount in (service.loaded_cost, service.target_fte)),
        *(amount for line in lines for amount in (line.volume, line.fte, line.technology, line.other)),
        # An amount of nought is left empty on Inputs, and empty cells are not counted.
        *(amount for line in case.transition for amount in line.by_year if amount),
    )


def _found_in_totals(case: Case) -> dict[str, float]:
    services = [unit_cost(case, service) for service in case.services]
    by_agency = sum(agency_baseline(case, agency) for agency in case.agencies)
    charged, chosen = bills(case), case.chargeback.method
    pool = sum(charged["equal"])
    capped = capped_bills(case, chosen)
    return {
        "by_agency": round(by_agency - baseline_year0(case), 2),
        "by_service": round(sum(cost.before_total for cost in services) - baseline_year0(case), 2),
        "after": round(sum(cost.after_total for cost in services) - new_model_year0(case), 2),
        "charges": sum(abs(sum(bill) - pool) for bill in charged.values()) / 100,
        "capped": 0 if capped is None else abs(sum(capped) - sum(charged[chosen])) / 100,
    }


def _found_in_results(book: Book) -> dict[str, float]:
    flow, outcome, drivers = book.flow, book.outcome, book.case.drivers
    npv, rate = outcome.npv_fiscal, outcome.irr
    grid = halves(book.case, drivers).npv(drivers.saving_mult, drivers.transition_mult)
    worth = 0.0 if rate is None else sum(f / (1 + rate) ** year for year, f in enumerate(flow.net_fiscal))
    return {
        "npv_again": round(present_value(flow.net_fiscal, flow.factor) - npv, 2),
        "running_total": round(flow.cumulative_discounted[-1] - npv, 2),
        "turns": sign_changes(flow.net_fiscal),
        "at_irr": round(worth, 0),
        # Scenarios and Results are worked out by one function here; the sheets have a block each.
        "scenarios": 0,
        "grid": round(grid - npv, 2),
    }


def passes(name: str, value: float) -> bool:
    return all(COMPARED[sign](value, bound) for sign, bound in CHECKS[name][1])


def overall(book: Book) -> str:
    return "OK" if all(passes(name, value) for name, value in found(book).items()) else "LOOK"


def write(book: Book) -> None:
    page = Page(book, "Checks", widths=(54, 12, 16, 66), span="D")
    words = data("business_case_model")["checks"]
    last = FIRST + len(words) - 1
    page.label("A4", "All checks", "total")
    formula = f'=IF(COUNTIF(B{FIRST}:B{last},"OK")=ROWS(B{FIRST}:B{last}),"OK","LOOK")'
    page.formula("B4", formula, overall(book), "text", "total")
    book.define("checks_overall", page.name, "B4")
    page.header(FIRST - 1, ["Check", "Result", "Found"], words=2)
    page.label(f"D{FIRST - 1}", "  If it reads LOOK", "header")
    values = found(book)
    for row, check in enumerate(words, start=FIRST):
        formula, bounds = CHECKS[check["id"]]
        value = values[check["id"]]
        judged = ",".join(f"C{row}{sign}{bound}" for sign, bound in bounds)
        said = "OK" if passes(check["id"], value) else "LOOK"
        page.sheet.set_row(row - 1, 18)
        page.label(f"A{row}", check["label"], "calc")
        page.formula(f"B{row}", f'=IF(ISERROR(C{row}),"LOOK",IF(AND({judged}),"OK","LOOK"))', said, "text")
        page.formula(f"C{row}", formula, value, check["number"])
        page.label(f"D{row}", check["advice"], "note")
    _colour(page, f"B4:B{last}")
    page.finish(f"A1:D{last}", repeat=(1, 5), freeze="A6")


def _colour(page: Page, cells: str) -> None:
    for word, ground, text in (
        ("OK", palette.GREEN_TINT, palette.GREEN),
        ("LOOK", palette.BAD_TINT, palette.BAD),
    ):
        style = page.book.workbook.add_format({"bg_color": ground, "font_color": text, "bold": True})
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
        page.sheet.conditional_format(cells, rule)
