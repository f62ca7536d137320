"""The arithmetic against an independent reference calculation."""

from dataclasses import replace

import pytest

from kits.documents import worked_example
from kits.documents.business_case_model import appraisal, chargeback, sensitivity
from kits.documents.outline import data

CASE = worked_example()
EXPECTED = data("three_rivers")["expected"]
MONEY, RATE, YEARS = 0.01, 1e-6, 1e-4
# How exactly each figure is given by the reference.
WITHIN = {"irr": RATE, "mirr": RATE, "payback_simple_years": YEARS, "payback_discounted_years": YEARS}
WITHIN |= {"roi_undiscounted": YEARS, "bcr_fiscal": YEARS, "bcr_economic": YEARS}


def outcome_of(case=CASE, **changes):
    return appraisal.outcome(case, appraisal.cash_flow(case, case.base.with_(**changes)))


@pytest.mark.parametrize("row", sorted(EXPECTED["rows"]))
def test_every_row_of_the_cash_flow_is_the_reference(row):
    flow = appraisal.cash_flow(CASE, CASE.drivers)
    within = RATE if row in {"factor", "adoption"} else MONEY
    assert getattr(flow, row) == pytest.approx(EXPECTED["rows"][row], abs=within)


@pytest.mark.parametrize("scenario", CASE.scenarios, ids=lambda scenario: scenario.id)
def test_every_result_of_every_scenario_is_the_reference(scenario):
    found = outcome_of(**scenario.changes)
    for name, wanted in EXPECTED["scenarios"][scenario.id].items():
        if name == "irr_status":
            continue
        value = wanted[0] if name == "irr" else wanted
        got = getattr(found, name)
        assert got == value if value is None else got == pytest.approx(value, abs=WITHIN.get(name, MONEY)), name


def test_year_0_is_not_discounted_and_a_zero_rate_is_the_plain_sum():
    assert outcome_of(rate=0.0).npv_fiscal == pytest.approx(EXPECTED["npv_fiscal_zero_rate"], abs=MONEY)
    mid_year = outcome_of(replace(CASE, timing="mid_year")).npv_fiscal
    assert mid_year == pytest.approx(EXPECTED["npv_fiscal_mid_year"], abs=MONEY)


def test_the_tornado_stands_in_the_order_of_the_reference():
    for bar, wanted in zip(sensitivity.bars(CASE, CASE.drivers), EXPECTED["tornado_in_order"], strict=True):
        assert bar.swing.driver == wanted["parameter"]
        assert (bar.low.npv, bar.high.npv) == pytest.approx((wanted["npv_low"], wanted["npv_high"]), abs=MONEY)


def test_the_case_may_go_as_wrong_as_the_switching_values_and_no_further():
    savings, transition = sensitivity.switching_values(CASE, CASE.drivers)
    wanted = EXPECTED["switching_values"]
    assert (savings, transition) == pytest.approx((wanted["saving_mult"], wanted["transition_mult"]), abs=RATE)
    assert outcome_of(saving_mult=savings).npv_fiscal == pytest.approx(0, abs=MONEY)
    assert outcome_of(transition_mult=transition).npv_fiscal == pytest.approx(0, abs=MONEY)


def test_unit_costs_are_the_reference():
    for service in CASE.services:
        cost, wanted = appraisal.unit_cost(CASE, service), EXPECTED["unit_cost"][service.id]
        assert (cost.volume, cost.before_total, cost.after_total) == pytest.approx(
            (wanted["volume"], wanted["before_total"], wanted["after_total"])
        )
        assert (cost.before, cost.after) == pytest.approx((wanted["before"], wanted["after"]), abs=YEARS)
        assert cost.change * 100 == pytest.approx(wanted["change_pct"], abs=YEARS)


def test_scaling_all_money_scales_the_value_and_leaves_the_rates():
    services = tuple(replace(s, loaded_cost=s.loaded_cost * 3) for s in CASE.services)
    agencies = tuple(
        replace(
            agency,
            lines={
                name: replace(line, technology=line.technology * 3, other=line.other * 3)
                for name, line in agency.lines.items()
            },
        )
        for agency in CASE.agencies
    )
    shared = replace(
        CASE.shared,
        management_loaded_cost=CASE.shared.management_loaded_cost * 3,
        technology=CASE.shared.technology * 3,
        other=CASE.shared.other * 3,
        retained_organisation=CASE.shared.retained_organisation * 3,
    )
    transition = tuple(replace(t, by_year=tuple(3 * amount for amount in t.by_year)) for t in CASE.transition)
    dearer = replace(
        CASE,
        services=services,
        agencies=agencies,
        shared=shared,
        transition=transition,
        non_cashable=CASE.non_cashable * 3,
    )
    before, after = outcome_of(), outcome_of(dearer)
    assert after.npv_economic == pytest.approx(3 * before.npv_economic)
    assert (after.irr, after.bcr_fiscal, after.payback_simple_years) == pytest.approx(
        (before.irr, before.bcr_fiscal, before.payback_simple_years)
    )


def test_a_flow_that_falls_back_into_debt_is_paid_back_only_when_it_stays_so():
    assert appraisal.payback((-100, 50, -50, 0, 60, 60, 60, 60, 60, 60, 60), horizon=10) == 3
    assert appraisal.payback((-100, 50, -50, 10, -40, 40, 60, 60, 60, 60, 60), horizon=10) == 4.5
    assert appraisal.payback((-100,) * 11, horizon=10) is None
    assert appraisal.payback((5,) * 11, horizon=10) == 0


def test_all_rates_of_return_are_found():
    assert appraisal.rates_of_return([-100, 230, -132]) == pytest.approx((0.1, 0.2), abs=1e-9)
    assert appraisal.rates_of_return([100, 60]) == ()
    assert appraisal.sign_changes([-100, 230, 0, -132]) == 2


@pytest.mark.parametrize("method", sorted(EXPECTED["chargeback_year1_full_adoption"]))
def test_bills_are_the_reference_to_the_cent(method):
    wanted = EXPECTED["chargeback_year1_full_adoption"][method]
    assert chargeback.bills(CASE)[method] == tuple(round(wanted[agency.id] * 100) for agency in CASE.agencies)


def test_bills_add_up_to_the_pool_under_every_method():
    pool = round(sum(EXPECTED["chargeback_pool"].values()) * 100)
    assert {sum(bill) for bill in chargeback.bills(CASE).values()} == {pool}


def test_a_cap_at_todays_cost_moves_the_rest_to_those_below_theirs():
    wanted = EXPECTED["chargeback_equal_with_hold_harmless_cap_at_baseline"]
    capped = chargeback.capped_bills(CASE, "equal")
    assert capped == tuple(round(wanted[agency.id] * 100) for agency in CASE.agencies)


def test_a_cap_that_cannot_hold_is_refused():
    dear = replace(CASE, shared=replace(CASE.shared, technology=5_000_000))
    assert chargeback.capped_bills(dear, "equal") is None


def test_cents_left_over_go_to_the_largest_remainder_and_the_first_on_a_tie():
    assert chargeback.whole_cents((33.4, 33.3, 33.3), 100) == (34, 33, 33)
    assert chargeback.whole_cents((0.5, 0.5), 1) == (1, 0)
