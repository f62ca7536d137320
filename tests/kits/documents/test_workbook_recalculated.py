"""The workbook worked out by LibreOffice: the formulas themselves against the reference calculation."""

import re
import warnings
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from kits.documents import worked_example
from kits.documents.business_case_model import layout
from kits.documents.business_case_model.inputs import Agency, Case, Line, Service
from kits.documents.business_case_model.workbook import render
from kits.documents.outline import components, data

pytestmark = [pytest.mark.documents, pytest.mark.slow, pytest.mark.xdist_group("documents")]

CASE = worked_example()
EXPECTED = data("three_rivers")["expected"]
MONEY, RATE, YEARS = 0.01, 1e-6, 1e-4
WITHIN = {"irr": RATE, "mirr": RATE, "payback_simple_years": YEARS, "payback_discounted_years": YEARS}
WITHIN |= {"roi_undiscounted": YEARS, "bcr_fiscal": YEARS, "bcr_economic": YEARS}
COLUMNS = "CDEFGHIJKLM"


def full_house() -> Case:
    """Every row of the workbook used, figures that do not divide evenly, and a shorter horizon."""
    services = tuple(
        Service(f"s{n}", f"Service {n}", "piece", 70_001 + 997 * n, 5.5 + n, split)
        for n, split in enumerate((0.4, 0.3, 0.2, 0.1))
    )
    agencies = tuple(
        Agency(
            f"a{n}",
            f"Agency {n}",
            317 * (n + 1),
            {s.id: Line(1_003 * (n + 1) + i, 2.5 + n / 3, 12_345.67 + n, 999.99) for i, s in enumerate(services)},
        )
        for n in range(layout.AGENCIES)
    )
    method = replace(CASE.chargeback, method="tiered")
    return replace(
        CASE,
        services=services,
        agencies=agencies,
        horizon=7,
        timing="mid_year",
        residual_value=54_321,
        chargeback=method,
        scenario=3,
    )


CASES = {
    **{scenario.id: replace(CASE, scenario=number) for number, scenario in enumerate(CASE.scenarios, start=1)},
    "mid_year": replace(CASE, timing="mid_year"),
    "zero_rate": replace(CASE, base=CASE.base.with_(rate=0.0)),
    "equal": replace(CASE, chargeback=replace(CASE.chargeback, method="equal")),
    "cap_too_low": replace(CASE, shared=replace(CASE.shared, technology=5_000_000)),
    "full_house": full_house(),
}


@dataclass(frozen=True)
class Opened:
    """A workbook as it was built, and as LibreOffice works it out."""

    formulas: Workbook
    built: Workbook
    recalculated: Workbook

    def value(self, name: str) -> object:
        """What a name stands for, after recalculation."""
        ((sheet, cell),) = self.formulas.defined_names[name].destinations
        return self.recalculated[sheet][cell.replace("$", "")].value


def read(path: Path, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        # LibreOffice writes extensions that openpyxl says it will not keep; nothing is kept here.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, data_only=values)


def set_input(source: Path, target: Path, **inputs: object) -> None:
    """Type figures into a built workbook, as a person would; openpyxl drops every stored result on the way."""
    workbook = openpyxl.load_workbook(source)
    for name, value in inputs.items():
        ((sheet, cell),) = workbook.defined_names[name].destinations
        workbook[sheet][cell.replace("$", "").split(":")[0]] = value
    workbook.save(target)


def falsify(source: Path, target: Path) -> None:
    """The same workbook with every stored result replaced by 7."""
    with zipfile.ZipFile(source) as right, zipfile.ZipFile(target, "w") as wrong:
        for name in right.namelist():
            part = right.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(</f><v>)[-0-9.e]+(</v>)", rb"\g<1>7\g<2>", part)
            wrong.writestr(name, part)


@pytest.fixture(scope="session")
def workbooks(office, tmp_path_factory) -> dict[str, Opened]:
    folder, made = tmp_path_factory.mktemp("workbooks"), tmp_path_factory.mktemp("recalculated")
    component = components()["business-case-model"]
    paths = {}
    for name, case in CASES.items():
        paths[name] = folder / f"{name}.xlsx"
        paths[name].write_bytes(render(case, component, version="1.0.0", released_on=date(2026, 11, 2)))
    paths["falsified"] = folder / "falsified.xlsx"
    falsify(paths["base"], paths["falsified"])
    for name, inputs in (("typed", {"scenario": 2}), ("wrong", {"adoption": 1.5, "rate_terms": "nominal terms"})):
        paths[name] = folder / f"{name}.xlsx"
        set_input(paths["base"], paths[name], **inputs)
    office.convert(list(paths.values()), "xlsx", made)
    # The formulas are the same in all of them; only what is typed differs.
    formulas = read(paths["base"], values=False)
    return {
        name: Opened(formulas, read(path, values=True), read(made / path.name, values=True))
        for name, path in paths.items()
    }


def differences(opened: Opened, other: Workbook) -> list[str]:
    """Formula cells whose recalculated value is not the one in the other workbook."""
    found = []
    for sheet in opened.formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            one = other[sheet.title][cell.coordinate].value
            two = opened.recalculated[sheet.title][cell.coordinate].value
            if not same(one, two):
                found.append(f"{sheet.title}!{cell.coordinate}: {one!r}, recalculated {two!r}")
    return found


def same(one: object, two: object) -> bool:
    if isinstance(one, int | float) and isinstance(two, int | float):
        return abs(one - two) <= RATE * max(1.0, abs(one))
    return (one or "") == (two or "")


@pytest.mark.parametrize("name", sorted(CASES))
def test_stored_results_are_the_recalculated_ones(workbooks, name):
    assert differences(workbooks[name], workbooks[name].built) == []


def test_it_is_the_formulas_that_are_read_and_not_what_was_stored(workbooks):
    assert workbooks["falsified"].built["Results"]["B6"].value == 7
    assert differences(workbooks["falsified"], workbooks["base"].built) == []


@pytest.mark.parametrize("row", sorted(EXPECTED["rows"]))
def test_every_row_of_the_cash_flow_is_the_reference(workbooks, row):
    sheet, number = workbooks["base"].recalculated["Cash flow"], layout.FLOW_ROWS[row]
    values = [sheet[f"{column}{number}"].value for column in COLUMNS]
    within = RATE if row in {"factor", "adoption"} else MONEY
    assert values == pytest.approx(EXPECTED["rows"][row], abs=within)


@pytest.mark.parametrize("scenario", CASE.scenarios, ids=lambda scenario: scenario.id)
def test_results_follow_the_scenario_in_use(workbooks, scenario):
    for name, wanted in results_of(scenario.id).items():
        check(workbooks[scenario.id].value(name), wanted, name)


@pytest.mark.parametrize(("column", "scenario"), list(zip("CDEF", CASE.scenarios, strict=True)))
def test_the_table_of_scenarios_shows_all_four_whichever_is_in_use(workbooks, column, scenario):
    words = data("business_case_model")["results"]
    sheet = workbooks["stretch"].recalculated["Scenarios"]
    for row, name in enumerate(words, start=26):
        assert sheet[f"A{row}"].value == words[name]["label"]
        check(sheet[f"{column}{row}"].value, results_of(scenario.id)[name], name)


def results_of(scenario: str) -> dict[str, float | None]:
    wanted = dict(EXPECTED["scenarios"][scenario])
    wanted.pop("irr_status")
    return wanted | {"irr": wanted["irr"][0]}


def check(got: object, wanted: float | None, name: str) -> None:
    if wanted is None:
        assert got == "none", name
    else:
        assert got == pytest.approx(wanted, abs=WITHIN.get(name, MONEY)), name


def test_typing_another_scenario_number_changes_the_answer(workbooks):
    opened = workbooks["typed"]
    assert opened.value("npv_fiscal") == pytest.approx(-93_359.01, abs=MONEY)
    assert opened.value("payback_discounted_years") == "none"
    assert opened.recalculated["Results"]["A3"].value.startswith("Not worth doing on money alone.")
    assert opened.value("checks_overall") == "OK"


def test_other_timing_and_a_rate_of_nought_are_the_reference(workbooks):
    mid_year, zero_rate = workbooks["mid_year"].value("npv_fiscal"), workbooks["zero_rate"].value("npv_fiscal")
    assert mid_year == pytest.approx(EXPECTED["npv_fiscal_mid_year"], abs=MONEY)
    assert zero_rate == pytest.approx(EXPECTED["npv_fiscal_zero_rate"], abs=MONEY)


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_check_reads_ok(workbooks, name):
    sheet = workbooks[name].recalculated["Checks"]
    checks = data("business_case_model")["checks"]
    read_out = {sheet[f"A{row}"].value: sheet[f"B{row}"].value for row in range(6, 6 + len(checks))}
    assert read_out == {check["label"]: "OK" for check in checks}
    assert sheet["B4"].value == "OK"
    assert workbooks[name].recalculated["Read me"].cell(workbooks[name].formulas["Read me"].max_row, 3).value == "OK"


def test_a_wrong_input_makes_its_check_and_the_whole_read_look(workbooks):
    sheet = workbooks["wrong"].recalculated["Checks"]
    look = [sheet[f"A{row}"].value for row in range(6, 27) if sheet[f"B{row}"].value == "LOOK"]
    assert look[:3] == [
        "Adoption lies between 0 and 1",
        "Adoption never falls",
        "Money and rates are both real or both nominal",
    ]
    assert workbooks["wrong"].value("checks_overall") == "LOOK"


def test_unit_costs_are_the_reference(workbooks):
    sheet = workbooks["base"].recalculated["Unit costs"]
    for row, service in enumerate(CASE.services, start=5):
        wanted = EXPECTED["unit_cost"][service.id]
        values = [sheet[f"{column}{row}"].value for column in "CDEFG"]
        names = ("volume", "before_total", "after_total", "before", "after")
        assert values == pytest.approx([wanted[name] for name in names], abs=YEARS)
        assert sheet[f"H{row}"].value * 100 == pytest.approx(wanted["change_pct"], abs=YEARS)


def test_the_tornado_and_the_switching_values_are_the_reference(workbooks):
    opened = workbooks["base"]
    sheet = opened.recalculated["Sensitivity"]
    for row, wanted in enumerate(EXPECTED["tornado_in_order"], start=5):
        values = [sheet[f"{column}{row}"].value for column in "BCDEH"]
        names = ("low", "high", "npv_low", "npv_high", "swing")
        assert values == pytest.approx([wanted[name] for name in names], abs=2 * MONEY)
        assert sheet[f"I{row}"].value == row - 4
        assert [sheet[f"{column}{row}"].value for column in "JKL"] == pytest.approx(values[2:])
    wanted = EXPECTED["switching_values"]
    assert opened.value("switching_savings") == pytest.approx(wanted["saving_mult"], abs=RATE)
    assert opened.value("switching_transition") == pytest.approx(wanted["transition_mult"], abs=RATE)


def test_the_two_way_grid_is_live(workbooks):
    sheet = workbooks["base"].recalculated["Sensitivity"]
    assert (sheet["F19"].value, sheet["A21"].value) == (1, 1)
    assert sheet["F21"].value == pytest.approx(EXPECTED["base"]["npv_fiscal"], abs=MONEY)
    cautious = workbooks["cautious"].recalculated["Sensitivity"]
    # Savings x 0.8 and transition x 1.2, a year late: the cautious scenario itself.
    assert (cautious["D19"].value, cautious["A22"].value) == (0.8, 1.2)
    assert cautious["D22"].value == pytest.approx(-93_359.01, abs=MONEY)


def test_bills_of_all_methods_are_the_reference_to_the_cent(workbooks):
    sheet = workbooks["base"].recalculated["Chargeback"]
    for method, column in zip(("equal", "headcount", "activity", "two_part"), "DEFG", strict=True):
        wanted = EXPECTED["chargeback_year1_full_adoption"][method]
        values = [round(sheet[f"{column}{row}"].value * 100) for row in range(5, 9)]
        assert values == [round(wanted[agency.id] * 100) for agency in CASE.agencies]
    assert [sheet[f"{column}15"].value for column in "DEFGHIJ"] == [0] * 7


def test_a_cap_at_todays_cost_is_kept_or_refused_plainly(workbooks):
    wanted = EXPECTED["chargeback_equal_with_hold_harmless_cap_at_baseline"]
    capped = workbooks["equal"].recalculated["Chargeback"]
    assert [capped[f"J{row}"].value for row in range(5, 9)] == [wanted[agency.id] for agency in CASE.agencies]
    refused = workbooks["cap_too_low"].recalculated["Chargeback"]
    assert refused["J5"].value == "cap too low"
