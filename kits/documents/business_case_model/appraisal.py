"""The arithmetic of the business case, in plain Python: what the workbook's formulas must come to.

The workbook stores these figures beside its formulas, so that a reader without a spreadsheet program (a mail preview,
a phone, a search index) sees results and not noughts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from kits.documents.business_case_model.inputs import YEARS, Agency, Case, Drivers, Line, Service

# Half a cent: a running total closer to nil than this is rounding, not debt.
NOTHING = 0.005


@dataclass(frozen=True)
class CashFlow:
    """One amount a year, for the years 0 to 10."""

    baseline: tuple[float, ...]
    new_model: tuple[float, ...]
    adoption: tuple[float, ...]
    dual_running: tuple[float, ...]
    proposal_operating: tuple[float, ...]
    gross_saving: tuple[float, ...]
    saving_after_bias: tuple[float, ...]
    transition_entered: tuple[float, ...]
    transition_after_bias: tuple[float, ...]
    residual: tuple[float, ...]
    non_cashable: tuple[float, ...]
    discount_years: tuple[float, ...]
    factor: tuple[float, ...]
    net_fiscal: tuple[float, ...]
    net_economic: tuple[float, ...]
    cumulative: tuple[float, ...]
    cumulative_discounted: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """The headline figures. None means there is no such figure (never paid back; no rate of return)."""

    npv_fiscal: float
    npv_economic: float
    irr: float | None
    mirr: float | None
    payback_simple_years: float | None
    payback_discounted_years: float | None
    pv_savings: float
    pv_transition: float
    roi_undiscounted: float | None
    bcr_fiscal: float | None
    bcr_economic: float | None
    peak_funding: float


@dataclass(frozen=True)
class UnitCost:
    """What one unit of a service costs a year, before and after. None where there is no volume."""

    volume: float
    before_total: float
    after_total: float

    @property
    def before(self) -> float | None:
        return ratio(self.before_total, self.volume)

    @property
    def after(self) -> float | None:
        return ratio(self.after_total, self.volume)

    @property
    def change(self) -> float | None:
        return ratio(self.after_total - self.before_total, self.before_total) if self.volume else None


def ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def line_cost(service: Service, line: Line) -> float:
    return line.fte * service.loaded_cost + line.technology + line.other


def agency_baseline(case: Case, agency: Agency) -> float:
    return sum(line_cost(service, agency.lines[service.id]) for service in case.services)


def baseline_year0(case: Case) -> float:
    return sum(agency_baseline(case, agency) for agency in case.agencies)


def new_model_year0(case: Case) -> float:
    return sum(service.target_fte * service.loaded_cost for service in case.services) + case.shared.total


def unit_cost(case: Case, service: Service) -> UnitCost:
    lines = [agency.lines[service.id] for agency in case.agencies]
    return UnitCost(
        volume=sum(line.volume for line in lines),
        before_total=sum(line_cost(service, line) for line in lines),
        after_total=service.target_fte * service.loaded_cost + service.split * case.shared.total,
    )


def cash_flow(case: Case, drivers: Drivers) -> CashFlow:
    """Year by year, under the given drivers. Years beyond the horizon carry no saving and no cost."""
    counted = [1 if year <= case.horizon else 0 for year in YEARS]
    baseline = _growing(baseline_year0(case), case.baseline_growth)
    new_model = _growing(new_model_year0(case) * drivers.target_mult, case.target_growth)
    adoption = _adoption(case, drivers)
    dual = _dual_running(drivers, adoption, baseline)
    operating = tuple((1 - a) * b + a * n + d for a, b, n, d in zip(adoption, baseline, new_model, dual, strict=True))
    gross = tuple((b - p) * drivers.saving_mult for b, p in zip(baseline, operating, strict=True))
    saving = tuple(c * g * (1 - (drivers.ob_benefit if g > 0 else 0)) for c, g in zip(counted, gross, strict=True))
    entered = tuple(sum(line.by_year[year] for line in case.transition) for year in YEARS)
    uplift = drivers.transition_mult * (1 + drivers.ob_transition)
    transition = tuple(c * cost * uplift for c, cost in zip(counted, entered, strict=True))
    residual = tuple(case.residual_value if year == case.horizon else 0.0 for year in YEARS)
    soft = tuple(c * case.non_cashable * a for c, a in zip(counted, adoption, strict=True))
    waits = tuple(year - (0.5 if case.timing == "mid_year" and year else 0) for year in YEARS)
    factor = tuple((1 + drivers.rate) ** -wait for wait in waits)
    fiscal = tuple(s - c + r for s, c, r in zip(saving, transition, residual, strict=True))
    return CashFlow(
        baseline=baseline,
        new_model=new_model,
        adoption=adoption,
        dual_running=dual,
        proposal_operating=operating,
        gross_saving=gross,
        saving_after_bias=saving,
        transition_entered=entered,
        transition_after_bias=transition,
        residual=residual,
        non_cashable=soft,
        discount_years=waits,
        factor=factor,
        net_fiscal=fiscal,
        net_economic=tuple(f + s for f, s in zip(fiscal, soft, strict=True)),
        cumulative=tuple(accumulate(fiscal)),
        cumulative_discounted=tuple(accumulate(f * d for f, d in zip(fiscal, factor, strict=True))),
    )


def _growing(start: float, growth: float) -> tuple[float, ...]:
    return tuple(start * (1 + growth) ** year for year in YEARS)


def _adoption(case: Case, drivers: Drivers) -> tuple[float, ...]:
    late = drivers.delay_years
    return tuple(case.adoption[year - late] if year >= late else 0.0 for year in YEARS)


def _dual_running(drivers: Drivers, adoption: Sequence[float], baseline: Sequence[float]) -> tuple[float, ...]:
    """For one year, a share of the old cost of the volume moved in that year stays behind."""
    before = (0.0, *adoption[:-1])
    return tuple(
        drivers.dual_share * max(a - b, 0) * cost for a, b, cost in zip(adoption, before, baseline, strict=True)
    )


def outcome(case: Case, flow: CashFlow) -> Outcome:
    """The headline figures of a cash flow. Non-cashable benefits count in the economic ones only."""
    within = flow.net_fiscal[: case.horizon + 1]
    pv_savings = present_value(flow.saving_after_bias, flow.factor)
    pv_transition = present_value(flow.transition_after_bias, flow.factor)
    pv_residual = present_value(flow.residual, flow.factor)
    pv_soft = present_value(flow.non_cashable, flow.factor)
    spent = sum(flow.transition_after_bias)
    gained = sum(flow.saving_after_bias) + sum(flow.residual)
    roots = rates_of_return(within)
    return Outcome(
        npv_fiscal=present_value(flow.net_fiscal, flow.factor),
        npv_economic=present_value(flow.net_economic, flow.factor),
        irr=min(roots, key=lambda root: abs(root - 0.1)) if roots else None,
        mirr=modified_rate_of_return(within, case.finance_rate, case.reinvest_rate),
        payback_simple_years=payback(flow.cumulative, case.horizon),
        payback_discounted_years=payback(flow.cumulative_discounted, case.horizon),
        pv_savings=pv_savings,
        pv_transition=pv_transition,
        roi_undiscounted=ratio(gained - spent, spent),
        bcr_fiscal=ratio(pv_savings + pv_residual, pv_transition),
        bcr_economic=ratio(pv_savings + pv_residual + pv_soft, pv_transition),
        peak_funding=-min(0.0, *flow.cumulative),
    )


def present_value(amounts: Sequence[float], factors: Sequence[float]) -> float:
    return sum(amount * factor for amount, factor in zip(amounts, factors, strict=True))


def sign_changes(amounts: Sequence[float]) -> int:
    """How often the flow turns from paying to receiving or back: more than once, and a rate of return may mislead."""
    signs = [amount > 0 for amount in amounts if abs(amount) >= NOTHING]
    return sum(a != b for a, b in pairwise(signs))


def payback(running: Sequence[float], horizon: int) -> float | None:
    """Years until the running total is nil or more and stays so, straight-line inside the year. None: not in time."""
    in_debt = [year for year in YEARS if year <= horizon and running[year] < -NOTHING]
    if not in_debt:
        return 0.0
    last = in_debt[-1]
    if last >= horizon:
        return None
    return last - running[last] / (running[last + 1] - running[last])


def rates_of_return(amounts: Sequence[float]) -> tuple[float, ...]:
    """Every rate between -99 % and 100 000 % at which the flow is worth nothing today, lowest first."""

    def worth(rate: float) -> float:
        return sum(amount / (1 + rate) ** year for year, amount in enumerate(amounts))

    steps = 2000
    bottom, top = math.log(0.01), math.log(1001)
    rates = [math.exp(bottom + (top - bottom) * step / steps) - 1 for step in range(steps + 1)]
    return tuple(_root(worth, low, high) for low, high in pairwise(rates) if worth(low) * worth(high) < 0)


def _root(worth: Callable[[float], float], low: float, high: float) -> float:
    rising = worth(high) > 0
    for _ in range(200):
        middle = (low + high) / 2
        if (worth(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def modified_rate_of_return(amounts: Sequence[float], finance: float, reinvest: float) -> float | None:
    """As a spreadsheet's MIRR: money is borrowed at one rate and what comes back earns another."""
    last = len(amounts) - 1
    owed = sum(amount / (1 + finance) ** year for year, amount in enumerate(amounts) if amount < 0)
    earned = sum(amount * (1 + reinvest) ** (last - year) for year, amount in enumerate(amounts) if amount > 0)
    return (earned / -owed) ** (1 / last) - 1 if owed and earned else None
