"""Who pays what: five ways to share the yearly cost of the new model among the agencies, in whole cents.

Each bill line (a pool and a key to share it by) is rounded by largest remainder, so every line adds up to its pool.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kits.documents.business_case_model.appraisal import agency_baseline, unit_cost
from kits.documents.business_case_model.inputs import METHODS, Agency, Case

# Remainders are compared at a millionth of a cent, so that the last bit of a division decides no one's bill.
REMAINDER_PLACES = 6


@dataclass(frozen=True)
class BillLine:
    """One pool, in cents, shared by one key; `weights` has a figure for each agency."""

    method: str
    label: str
    pool: int
    weights: tuple[float, ...]

    @property
    def exact(self) -> tuple[float, ...]:
        total = sum(self.weights)
        return tuple(self.pool * weight / total if total else 0.0 for weight in self.weights)

    @property
    def cents(self) -> tuple[int, ...]:
        return whole_cents(self.exact, self.pool)


def remainder(exact: float) -> float:
    return round(exact - whole(exact), REMAINDER_PLACES)


def whole(exact: float) -> int:
    return math.floor(round(exact, REMAINDER_PLACES))


def whole_cents(exact: Sequence[float], pool: int) -> tuple[int, ...]:
    """Largest remainder: cents left over go to those whose bill was cut most, the first in the list on a tie."""
    left = pool - sum(whole(share) for share in exact)
    order = sorted(range(len(exact)), key=lambda index: (-remainder(exact[index]), index))
    topped_up = set(order[:left])
    return tuple(whole(share) + (index in topped_up) for index, share in enumerate(exact))


def bill_lines(case: Case) -> tuple[BillLine, ...]:
    """Every line of all five methods. Activity and two-part bill each service on its own key."""
    pools = [round(unit_cost(case, service).after_total * 100) for service in case.services]
    everyone = tuple(1.0 for _ in case.agencies)
    employees = tuple(agency.employees for agency in case.agencies)
    bands = tuple(band_shares(case, agency) for agency in case.agencies)
    used = [tuple(agency.lines[service.id].volume for agency in case.agencies) for service in case.services]
    lines = [
        BillLine("equal", "whole pool", sum(pools), everyone),
        BillLine("headcount", "whole pool", sum(pools), employees),
    ]
    for service, pool, volumes in zip(case.services, pools, used, strict=True):
        lines.append(BillLine("activity", service.label, pool, volumes))
    for service, pool, volumes in zip(case.services, pools, used, strict=True):
        fixed = round(pool * case.chargeback.subscription_share)
        lines.append(BillLine("two_part", f"{service.label}, subscription", fixed, employees))
        lines.append(BillLine("two_part", f"{service.label}, use", pool - fixed, volumes))
    lines.append(BillLine("tiered", "whole pool", sum(pools), bands))
    return tuple(lines)


def band_shares(case: Case, agency: Agency) -> float:
    """How many shares of the pool the agency's band carries: the last band it reaches counts."""
    reached = [shares for start, shares in case.chargeback.bands if agency.employees >= start]
    return reached[-1] if reached else 0.0


def bills(case: Case) -> dict[str, tuple[int, ...]]:
    """What each agency pays a year under each method, in cents."""
    charged = {method: [0] * len(case.agencies) for method in METHODS}
    for line in bill_lines(case):
        for position, cents in enumerate(line.cents):
            charged[line.method][position] += cents
    return {method: tuple(amounts) for method, amounts in charged.items()}


def caps(case: Case) -> tuple[int, ...]:
    """Each agency's own baseline in cents: under a hold-harmless rule nobody pays more than before."""
    return tuple(round(agency_baseline(case, agency) * 100) for agency in case.agencies)


def capped_passes(case: Case, method: str, passes: int) -> tuple[tuple[float, ...], ...]:
    """The bills, in cents, after each pass that takes what is above a cap and shares it among those below theirs.

    As many passes as there are agencies always suffice, for every pass but the last caps at least one more.
    """
    rounds = [tuple(float(bill) for bill in bills(case)[method])]
    for _ in range(passes):
        rounds.append(_spread(rounds[-1], caps(case)))
    return tuple(rounds)


def _spread(charged: Sequence[float], limits: Sequence[int]) -> tuple[float, ...]:
    pairs = list(zip(charged, limits, strict=True))
    excess = sum(max(bill - limit, 0) for bill, limit in pairs)
    room = sum(bill for bill, limit in pairs if bill < limit)
    return tuple(limit if bill >= limit else bill + (excess * bill / room if room else 0) for bill, limit in pairs)


def capped_bills(case: Case, method: str) -> tuple[int, ...] | None:
    """Bills in cents that exceed nobody's baseline; None where the baselines together are below the pool."""
    pool = sum(bills(case)[method])
    if sum(caps(case)) < pool:
        return None
    return whole_cents(capped_passes(case, method, len(case.agencies))[-1], pool)
