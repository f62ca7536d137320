"""What a business case is made of: the figures people type, and nothing worked out.

Money is in one currency at constant prices of the price base year; shares and rates are fractions (0.035 is 3.5 %).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

YEARS = range(11)
TIMINGS = {"end_of_year": "end of year", "mid_year": "mid-year"}
METHODS = {
    "equal": "equal",
    "headcount": "headcount",
    "activity": "activity",
    "two_part": "two-part",
    "tiered": "tiered",
}


@dataclass(frozen=True)
class Service:
    """A service line. `loaded_cost` is pay, on-costs and overheads of one full-time post for a year."""

    id: str
    label: str
    unit: str
    loaded_cost: float
    target_fte: float
    split: float


@dataclass(frozen=True)
class Line:
    """One agency's yearly cost of one service before sharing."""

    volume: float
    fte: float
    technology: float
    other: float


@dataclass(frozen=True)
class Agency:
    id: str
    label: str
    employees: float
    lines: Mapping[str, Line]


@dataclass(frozen=True)
class SharedCost:
    """What the new model costs a year beyond the posts of its services."""

    management_fte: float
    management_loaded_cost: float
    technology: float
    other: float
    retained_organisation: float

    @property
    def management(self) -> float:
        return self.management_fte * self.management_loaded_cost

    @property
    def total(self) -> float:
        return self.management + self.technology + self.other + self.retained_organisation


@dataclass(frozen=True)
class Transition:
    """A line of one-off cost, one amount for each of the years 0 to 10."""

    label: str
    by_year: tuple[float, ...]


@dataclass(frozen=True)
class Drivers:
    """The eight assumptions that scenarios and the sensitivity test may change."""

    saving_mult: float
    transition_mult: float
    delay_years: int
    target_mult: float
    dual_share: float
    rate: float
    ob_transition: float
    ob_benefit: float

    def with_(self, **changes: float) -> Drivers:
        return replace(self, **changes)


@dataclass(frozen=True)
class Scenario:
    id: str
    label: str
    changes: Mapping[str, float]


@dataclass(frozen=True)
class Swing:
    """How far one driver may go, low and high, in the sensitivity test."""

    driver: str
    low: float
    high: float


@dataclass(frozen=True)
class Chargeback:
    """`bands` are pairs: from this many employees on, this many shares of the pool (the tiered method)."""

    method: str
    subscription_share: float
    bands: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Case:
    """A whole business case. `scenario` is the number, from 1, of the scenario in use."""

    title: str
    currency: str
    price_base_year: int
    terms: str
    horizon: int
    timing: str
    finance_rate: float
    reinvest_rate: float
    baseline_growth: float
    target_growth: float
    adoption: tuple[float, ...]
    residual_value: float
    non_cashable: float
    base: Drivers
    services: tuple[Service, ...]
    agencies: tuple[Agency, ...]
    shared: SharedCost
    transition: tuple[Transition, ...]
    chargeback: Chargeback
    scenarios: tuple[Scenario, ...]
    swings: tuple[Swing, ...]
    grid_savings: tuple[float, ...]
    grid_transition: tuple[float, ...]
    scenario: int = 1

    def drivers_of(self, scenario: Scenario) -> Drivers:
        return self.base.with_(**scenario.changes)

    @property
    def drivers(self) -> Drivers:
        return self.drivers_of(self.scenarios[self.scenario - 1])


def case_from(source: Mapping[str, Any]) -> Case:
    """A Case out of a data file. A missing figure is a KeyError: a case with holes is worse than none."""
    parameters = source["parameters"]
    return Case(
        title=source["title"],
        currency=parameters["currency"],
        price_base_year=parameters["price_base_year"],
        terms=parameters["terms"],
        horizon=parameters["horizon_years"],
        timing=parameters["timing"],
        finance_rate=parameters["finance_rate"],
        reinvest_rate=parameters["reinvest_rate"],
        baseline_growth=parameters["baseline_real_growth"],
        target_growth=parameters["target_real_growth"],
        adoption=_every_year(parameters["adoption"]),
        residual_value=parameters["residual_value"],
        non_cashable=source["non_cashable_benefit"]["annual_at_full_adoption"],
        base=_base_drivers(parameters),
        services=_services(source),
        agencies=tuple(_agency(row) for row in source["agencies"]),
        shared=_shared(source["target_model"]),
        transition=tuple(_transition(row) for row in source["transition_costs"]),
        chargeback=_chargeback(source["chargeback"]),
        scenarios=tuple(Scenario(row["id"], row["label"], row["set"]) for row in source["scenarios"]),
        swings=tuple(Swing(row["parameter"], row["low"], row["high"]) for row in source["sensitivity"]["tornado"]),
        grid_savings=tuple(source["sensitivity"]["grid"]["savings"]),
        grid_transition=tuple(source["sensitivity"]["grid"]["transition"]),
    )


def _every_year(shares: list[float]) -> tuple[float, ...]:
    """The last share stands for every year after it."""
    return tuple(shares[min(year, len(shares) - 1)] for year in YEARS)


def _base_drivers(parameters: Mapping[str, Any]) -> Drivers:
    return Drivers(
        saving_mult=1.0,
        transition_mult=1.0,
        delay_years=0,
        target_mult=1.0,
        dual_share=parameters["dual_running_share"],
        rate=parameters["discount_rate"],
        ob_transition=parameters["optimism_bias"]["transition_cost"],
        ob_benefit=parameters["optimism_bias"]["benefit"],
    )


def _services(source: Mapping[str, Any]) -> tuple[Service, ...]:
    target = source["target_model"]
    return tuple(
        Service(
            id=row["id"],
            label=row["label"],
            unit=row["unit"],
            loaded_cost=row["loaded_cost_per_fte"],
            target_fte=target["fte"][row["id"]],
            split=target["shared_cost_split"][row["id"]],
        )
        for row in source["services"]
    )


def _agency(row: Mapping[str, Any]) -> Agency:
    lines = {
        service: Line(row["volumes"][service], cost["fte"], cost["technology"], cost["other"])
        for service, cost in row["baseline"].items()
    }
    return Agency(row["id"], row["label"], row["employees"], lines)


def _shared(target: Mapping[str, Any]) -> SharedCost:
    return SharedCost(**{field.name: target[field.name] for field in fields(SharedCost)})


def _transition(row: Mapping[str, Any]) -> Transition:
    return Transition(row["label"], tuple(row["by_year"].get(year, 0) for year in YEARS))


def _chargeback(source: Mapping[str, Any]) -> Chargeback:
    bands = tuple((band["employees_from"], band["shares"]) for band in source["bands"])
    return Chargeback(source["method"], source["subscription_share"], bands)
