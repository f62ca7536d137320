"""What moves the answer: one driver at a time, two together, and how wrong each may be before the answer turns."""

from __future__ import annotations

from dataclasses import dataclass

from kits.documents.business_case_model.appraisal import CashFlow, cash_flow, present_value, ratio
from kits.documents.business_case_model.inputs import Case, Drivers, Swing


@dataclass(frozen=True)
class Trial:
    """The whole calculation once more, with one driver moved."""

    drivers: Drivers
    flow: CashFlow

    @property
    def npv(self) -> float:
        return present_value(self.flow.net_fiscal, self.flow.factor)


@dataclass(frozen=True)
class Bar:
    """One bar of the tornado."""

    swing: Swing
    low: Trial
    high: Trial

    @property
    def width(self) -> float:
        return abs(self.high.npv - self.low.npv)


@dataclass(frozen=True)
class Halves:
    """Present values with both multipliers at one: NPV is savings x s - transition x t + residual."""

    savings: float
    transition: float
    residual: float

    def npv(self, saving_mult: float, transition_mult: float) -> float:
        return saving_mult * self.savings - transition_mult * self.transition + self.residual


def bars(case: Case, drivers: Drivers) -> tuple[Bar, ...]:
    """Widest first, so that the driver to argue about stands on top."""
    made = (
        Bar(swing, _trial(case, drivers, swing, swing.low), _trial(case, drivers, swing, swing.high))
        for swing in case.swings
    )
    return tuple(sorted(made, key=lambda bar: -bar.width))


def _trial(case: Case, drivers: Drivers, swing: Swing, value: float) -> Trial:
    moved = drivers.with_(**{swing.driver: value})
    return Trial(moved, cash_flow(case, moved))


def halves(case: Case, drivers: Drivers) -> Halves:
    flow = cash_flow(case, drivers.with_(saving_mult=1.0, transition_mult=1.0))
    return Halves(
        savings=present_value(flow.saving_after_bias, flow.factor),
        transition=present_value(flow.transition_after_bias, flow.factor),
        residual=present_value(flow.residual, flow.factor),
    )


def switching_values(case: Case, drivers: Drivers) -> tuple[float | None, float | None]:
    """The saving and the transition multiplier at which the net present value is nil, the other driver as it stands."""
    parts = halves(case, drivers)
    return (
        ratio(drivers.transition_mult * parts.transition - parts.residual, parts.savings),
        ratio(drivers.saving_mult * parts.savings + parts.residual, parts.transition),
    )
