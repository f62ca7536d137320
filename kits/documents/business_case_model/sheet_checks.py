"""Checks: the workbook tests its inputs and its own arithmetic. Every line must read OK."""

from __future__ import annotations

from dataclasses import dataclass

from kits.documents import palette
from kits.documents.business_case_model import layout
from kits.documents.business_case_model.appraisal import baseline_year0, new_model_year0, sign_changes, unit_cost
from kits.documents.business_case_model.chargeback import bills, capped_bills
from kits.documents.business_case_model.inputs import YEARS, Case
from kits.documents.business_case_model.page import Book, Page
from kits.documents.business_case_model.sensitivity import halves
from kits.documents.business_case_model.sheet_scenarios import RESULTS_ROW

FIRST = 6
FISCAL = "'Cash flow'!C20:M20"


@dataclass(frozen=True)
class Check:
    """`found` is a formula whose result is shown and, as FOUND, judged by `holds`; `value` is what it must come to."""

    label: str
    found: str
    value: float
    holds: str
    passes: bool
    advice: str
    number: str = "plain"


def input_checks(case: Case) -> list[Check]:
    falls = sum(later < earlier for earlier, later in zip(case.adoption, case.adoption[1:]))
    outside = sum(not 0 <= share <= 1 for share in case.adoption)
    late = max((year for year in YEARS for line in case.transition if line.by_year[year]), default=0)
    split = sum(service.split for service in case.services)
    rates = [case.base.rate, case.finance_rate, case.reinvest_rate, case.baseline_growth, case.target_growth]
    starts = [start for start, _ in case.chargeback.bands]
    rising = sum(later > earlier for earlier, later in zip(starts, starts[1:]))
    return [
        Check("Adoption lies between 0 and 1", '=COUNTIF(adoption,"<0")+COUNTIF(adoption,">1")', outside, "FOUND=0",
              outside == 0, "Shares of volume: nought to 100 %."),
        Check("Adoption never falls", "=SUMPRODUCT(--(Inputs!D27:M27<Inputs!C27:L27))", falls, "FOUND=0", falls == 0,
              "Volume that has moved does not move back."),
        Check("At least two agencies", '=COUNTIF(agency_names,"?*")', len(case.agencies), "FOUND>=2",
              len(case.agencies) >= 2, "One agency alone shares with nobody."),
        Check("Nothing typed is negative",
              "=MIN(agency_employees,service_loaded_cost,service_target_fte,transition_by_year,"
              + ",".join(f"service{n}_{part}" for n in range(1, layout.SERVICES + 1)
                         for part in ("volume", "posts", "technology", "other")) + ")",
              _lowest(case), "FOUND>=0", _lowest(case) >= 0, "Look for a minus sign on Inputs.", "money"),
        Check("The split of shared cost adds to 100 %", "=SUM(service_split)", split, "ABS(FOUND-1)<0.000001",
              abs(split - 1) < 0.000001, "Otherwise unit costs and bills leave something out.", "rate"),
        Check("The horizon covers every transition cost",
              f"=SUMPRODUCT(MAX(('Cash flow'!C14:M14>0)*'Cash flow'!C4:M4))", late, "FOUND<=horizon", late <= case.horizon,
              "Lengthen the horizon: a cost beyond it would be forgotten."),
        Check("Rates are above -99 %", "=MIN(rate,fin,reinv,baseline_growth,target_growth)", min(*rates, case.drivers.rate),
              "FOUND>-0.99", min(*rates, case.drivers.rate) > -0.99, "Give rates as 3.5 %, not 3.5.", "rate"),
        Check("The discount rate is between 0 and 15 %", "=rate", case.drivers.rate, "AND(FOUND>=0,FOUND<=0.15)",
              0 <= case.drivers.rate <= 0.15, "Unusual: confirm it with your budget office.", "rate"),
        Check("Money and rates are both real or both nominal", "=IF(terms=rate_terms,1,0)", 1, "FOUND=1", True,
              "A nominal rate on real money hides savings."),
        Check("Bands start at nought and rise", "=IF(INDEX(band_from,1)=0,SUMPRODUCT(--(Inputs!B107:B108>Inputs!B106:B107)),0)",
              rising if starts[0] == 0 else 0, "FOUND=2", starts[0] == 0 and rising == 2,
              "Otherwise an agency falls into no band."),
    ]


def _lowest(case: Case) -> float:
    lines = [line for agency in case.agencies for line in agency.lines.values()]
    return min(
        *(agency.employees for agency in case.agencies),
        *(amount for service in case.services for amount in (service.loaded_cost, service.target_fte)),
        *(amount for line in lines for amount in (line.volume, line.fte, line.technology, line.other)),
        # An amount of nought is left empty on Inputs, and empty cells are not counted.
        *(amount for line in case.transition for amount in line.by_year if amount),
    )


def arithmetic_checks(book: Book) -> list[Check]:
    case, flow, outcome = book.case, book.flow, book.outcome
    services = [unit_cost(case, service) for service in case.services]
    split_gap = sum(cost.after_total for cost in services) - new_model_year0(case)
    turns = sign_changes(flow.net_fiscal)
    charged, capped = bills(case), capped_bills(case, case.chargeback.method)
    worst = max(abs(sum(bill) - sum(charged["equal"])) for bill in charged.values()) / 100
    kept = capped is None or sum(capped) == sum(charged[case.chargeback.method])
    at_irr = 0 if outcome.irr is None else round(
        sum(amount / (1 + outcome.irr) ** year for year, amount in enumerate(flow.net_fiscal)), 0)
    drivers = case.drivers
    grid = halves(case, drivers).npv(drivers.saving_mult, drivers.transition_mult) - outcome.npv_fiscal
    baseline_gap = sum(cost.before_total for cost in services) - baseline_year0(case)
    return [
        Check("Baseline: agencies add up to all lines", "=ROUND(SUM(baseline_by_agency)-baseline_year0,2)", 0, "FOUND=0", True,
              "A formula on Baseline has been changed.", "money"),
        Check("Baseline: services add up to all lines", "=ROUND(SUM(baseline_by_service)-baseline_year0,2)",
              round(baseline_gap, 2), "FOUND=0", round(baseline_gap, 2) == 0,
              "Two services share a name, or a line has cost but no service.", "money"),
        Check("New model: services add up to the whole", "=ROUND(SUM(after_by_service)-new_model_year0,2)", round(split_gap, 2),
              "FOUND=0", round(split_gap, 2) == 0, "See the split of shared cost.", "money"),
        Check("Net present value, worked out a second way", "=ROUND(SUMPRODUCT(net_fiscal,factors)-npv_fiscal,2)", 0,
              "FOUND=0", True, "A formula on Cash flow or Results has been changed.", "money"),
        Check("The running total, discounted, ends at the net present value",
              "=ROUND(INDEX(cumulative_discounted,1,11)-npv_fiscal,2)", 0, "FOUND=0", True,
              "A formula on Cash flow has been changed.", "money"),
        Check("The flow turns at most once", "=sign_changes", turns, "FOUND<=1", turns <= 1,
              "Several rates of return are possible: decide by net present value."),
        Check("At the internal rate of return the case is worth nothing",
              f"=IF(ISNUMBER(irr),ROUND('Cash flow'!C20+NPV(irr,'Cash flow'!D20:M20),0),0)", at_irr, "FOUND=0", at_irr == 0,
              "The rate of return has not been found: decide by net present value.", "money"),
        Check("The Scenarios sheet agrees with Results",
              f"=ROUND(INDEX(Scenarios!C{RESULTS_ROW}:F{RESULTS_ROW},1,scenario)-npv_fiscal,2)", 0, "FOUND=0",
              True, "A formula on Scenarios has been changed.", "money"),
        Check("The two-way grid agrees with Results",
              "=ROUND(saving_mult*unit_savings-transition_mult*unit_transition+unit_residual-npv_fiscal,2)", round(grid, 2),
              "FOUND=0", round(grid, 2) == 0, "A formula on Sensitivity has been changed.", "money"),
        Check("Bills equal the pool under all five methods", "=SUMPRODUCT(ABS(Chargeback!D15:H15))", worst, "FOUND=0",
              worst == 0, "A service has cost but no volume, or no agency has employees.", "money2"),
        Check("Bills equal the pool when capped, or the cap is refused", "=IF(ISNUMBER(Chargeback!J5),ABS(Chargeback!J15),0)",
              0, "FOUND=0", kept, "A formula on Chargeback has been changed.", "money2"),
    ]


def all_checks(book: Book) -> list[Check]:
    return input_checks(book.case) + arithmetic_checks(book)


def overall(book: Book) -> str:
    return "OK" if all(check.passes for check in all_checks(book)) else "LOOK"


def write(book: Book) -> None:
    page = Page(
        book,
        "Checks",
        widths=(54, 12, 16, 66),
        lead="Inputs first, then the arithmetic. A line that reads LOOK says beside it what to do.",
        span="D",
    )
    checks = all_checks(book)
    last = FIRST + len(checks) - 1
    page.label("A4", "All checks", "total")
    page.formula("B4", f'=IF(COUNTIF(B{FIRST}:B{last},"OK")=ROWS(B{FIRST}:B{last}),"OK","LOOK")', overall(book), "text", "total")
    book.define("checks_overall", page.name, "B4")
    page.header(FIRST - 1, ["Check", "Result", "Found"], words=2)
    page.label(f"D{FIRST - 1}", "If it reads LOOK", "header")
    for row, check in enumerate(checks, start=FIRST):
        page.sheet.set_row(row - 1, 18)
        page.label(f"A{row}", check.label, "calc")
        judged = check.holds.replace("FOUND", f"C{row}")
        page.formula(f"B{row}", f'=IF(ISERROR(C{row}),"LOOK",IF({judged},"OK","LOOK"))', "OK" if check.passes else "LOOK", "text")
        page.formula(f"C{row}", check.found, check.value, check.number)
        page.label(f"D{row}", check.advice, "note")
    _colour(page, f"B4:B{last}")
    page.finish(f"A1:D{last}", repeat=(1, 5), freeze="A6")


def _colour(page: Page, cells: str) -> None:
    good = page.book.workbook.add_format({"bg_color": palette.GREEN_TINT, "font_color": palette.GREEN, "bold": True})
    bad = page.book.workbook.add_format({"bg_color": "#f7e1dc", "font_color": palette.BAD, "bold": True})
    for word, style in (("OK", good), ("LOOK", bad)):
        page.sheet.conditional_format(cells, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style})
