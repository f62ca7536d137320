"""The figures that the briefing quotes, worked out from the business case and put into words."""

from __future__ import annotations

from kits.documents.business_case_model.appraisal import (
    CashFlow,
    Outcome,
    agency_baseline,
    baseline_year0,
    cash_flow,
    line_cost,
    new_model_year0,
    outcome,
)
from kits.documents.business_case_model.chargeback import bills
from kits.documents.business_case_model.inputs import Case
from kits.documents.business_case_model.sensitivity import switching_values

MINUS = "−"


def millions(amount: float, currency: str) -> str:
    return f"{currency} {sign(amount)}{abs(amount) / 1e6:.2f} million"


def short(amount: float) -> str:
    return f"{amount / 1e6:.1f} m"


def whole(amount: float) -> str:
    return f"{sign(amount)}{abs(amount):,.0f}"


def percent(share: float, places: int = 0) -> str:
    return f"{sign(share)}{abs(share) * 100:.{places}f} %"


def sign(amount: float) -> str:
    return MINUS if amount < 0 else ""


def figures(case: Case) -> dict[str, str]:
    """Every figure by the name that the text uses for it."""
    flow = cash_flow(case, case.drivers)
    result = outcome(case, flow)
    return {**_money(case, flow, result), **_invoices(case), **_people(case), **_sharing(case), **_risk(case)}


def _money(case: Case, flow: CashFlow, result: Outcome) -> dict[str, str]:
    in_currency = lambda amount: millions(amount, case.currency)  # noqa: E731 - read many times below
    transition = sum(flow.transition_after_bias)
    settled = case.adoption.index(1.0) + 1
    deepest = flow.cumulative.index(min(flow.cumulative))
    payback = result.payback_simple_years
    return {
        "transition": in_currency(transition),
        "transition_short": short(transition),
        "first_year": in_currency(flow.transition_after_bias[0]),
        "peak": in_currency(result.peak_funding),
        "peak_signed": in_currency(-result.peak_funding),
        "peak_year": str(deepest),
        "saving": in_currency(flow.saving_after_bias[settled]),
        "baseline_figure": f"{case.currency} {baseline_year0(case) / 1e6:.2f} m",
        "baseline_last_figure": f"{case.currency} {flow.baseline[case.horizon] / 1e6:.2f} m",
        "baseline_short": short(baseline_year0(case)),
        "new_model_short": short(new_model_year0(case)),
        "npv": in_currency(result.npv_fiscal),
        "payback": "more than ten" if payback is None else f"{payback:.1f}",
        "payback_year": next((str(y) for y in range(deepest, 11) if flow.cumulative[y] >= 0), "none"),
        "last_total": in_currency(flow.cumulative[case.horizon]),
        "irr": "none" if result.irr is None else percent(result.irr, 1),
        "bcr": "none" if result.bcr_fiscal is None else f"{result.bcr_fiscal:.2f} to 1",
        "rate": percent(case.drivers.rate, 1),
        "price_base_year": str(case.price_base_year),
        "baseline_growth": percent(case.baseline_growth),
        "bias_transition": percent(case.drivers.ob_transition),
        "bias_benefit": percent(case.drivers.ob_benefit),
        "non_cashable": f"{case.currency} {whole(case.non_cashable)}",
        "retained": f"{case.currency} {whole(case.shared.retained_organisation)}",
        "adoption_1": percent(case.adoption[1]),
        "adoption_2": percent(case.adoption[2]),
    }


def _invoices(case: Case) -> dict[str, str]:
    """What one invoice costs in the dearest and in the cheapest agency."""
    service = case.services[0]
    costs = {
        agency.label: line_cost(service, agency.lines[service.id]) / agency.lines[service.id].volume
        for agency in case.agencies
    }
    dearest, cheapest = max(costs, key=costs.__getitem__), min(costs, key=costs.__getitem__)
    return {
        "dearest_agency": dearest,
        "dearest_invoice": f"{case.currency} {costs[dearest]:.2f}",
        "cheapest_agency": cheapest,
        "cheapest_invoice": f"{costs[cheapest]:.2f}",
    }


def _people(case: Case) -> dict[str, str]:
    before = sum(line.fte for agency in case.agencies for line in agency.lines.values())
    after = sum(service.target_fte for service in case.services) + case.shared.management_fte
    redeployment = sum(sum(line.by_year) for line in case.transition if "edeployment" in line.label)
    return {
        "posts_before": f"{before:g}",
        "posts_after": f"{after:g}",
        "posts_gone": f"{before - after:g}",
        "redeployment": f"{case.currency} {whole(redeployment)}",
    }


def _sharing(case: Case) -> dict[str, str]:
    smallest = min(case.agencies, key=lambda agency: agency.employees)
    bill = bills(case)["equal"][case.agencies.index(smallest)] / 100
    return {
        "smallest": smallest.label,
        "equal_rise": percent(bill / agency_baseline(case, smallest) - 1),
        "subscription": percent(case.chargeback.subscription_share),
    }


def _risk(case: Case) -> dict[str, str]:
    savings, transition = switching_values(case, case.drivers)
    cautious = next(scenario for scenario in case.scenarios if scenario.id == "cautious")
    late = outcome(case, cash_flow(case, case.drivers_of(cautious)))
    return {
        "switching_savings": percent(savings or 0),
        "switching_transition": f"{transition or 0:.2f}",
        "npv_cautious": millions(late.npv_fiscal, case.currency),
    }


def agency_rows(case: Case) -> list[list[str]]:
    """Agency, what it pays today, what it would pay, the change, and its bill under an equal split."""
    charged, equal = bills(case)[case.chargeback.method], bills(case)["equal"]
    rows = []
    for position, agency in enumerate(case.agencies):
        today, then = agency_baseline(case, agency), charged[position] / 100
        rows.append(
            [
                agency.label,
                whole(today),
                whole(then),
                percent(then / today - 1),
                whole(equal[position] / 100),
            ]
        )
    return rows
