"""Inputs: every figure that people type, each under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.inputs import METHODS, TIMINGS, Case
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page

SHARE = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1,
         "error_message": "Give a share between 0 % and 100 %."}
RATE = {"validate": "decimal", "criteria": "between", "minimum": -0.99, "maximum": 10,
        "error_message": "Give a rate above -99 %, for example 3.5 %."}
AMOUNT = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "Give a figure of nought or more."}


def choice(values: Sequence[str | int]) -> dict:
    listed = ", ".join(str(value) for value in values)
    return {"validate": "list", "source": list(values), "error_message": f"Choose one of: {listed}."}


def whole(lowest: int, highest: int) -> dict:
    return {"validate": "integer", "criteria": "between", "minimum": lowest, "maximum": highest,
            "error_message": f"Give a whole number from {lowest} to {highest}."}


@dataclass(frozen=True)
class Parameter:
    name: str
    label: str
    value: float | str
    number: str
    note: str
    rule: dict | None = None


def parameters(case: Case) -> tuple[Parameter, ...]:
    base = case.base
    return (
        Parameter("case_title", "Title", case.title, "text", ""),
        Parameter("currency", "Currency", case.currency, "text", "All money in this one currency."),
        Parameter("price_base_year", "Price base year", case.price_base_year, "plain",
                  "The year whose prices all amounts are in; year 0 below.", whole(1990, 2100)),
        Parameter("terms", "Money is in", f"{case.terms} terms", "text",
                  "Real: constant prices. Nominal: with inflation.", choice(["real terms", "nominal terms"])),
        Parameter("rate_terms", "Rates are in", f"{case.terms} terms", "text",
                  "Must be the same as money: a nominal rate on real money hides savings.",
                  choice(["real terms", "nominal terms"])),
        Parameter("horizon", "Horizon, years", case.horizon, "plain",
                  "3 to 10. Years beyond it count for nothing.", whole(3, 10)),
        Parameter("timing", "Flows fall at", TIMINGS[case.timing], "text",
                  "Mid-year discounts year 1 by half a year, and so on. Year 0 is never discounted.",
                  choice(list(TIMINGS.values()))),
        Parameter("scenario", "Scenario in use", case.scenario, "plain",
                  "1 to 4, as numbered on the Scenarios sheet. Every sheet follows.",
                  choice(list(range(1, len(case.scenarios) + 1)))),
        Parameter("discount_rate", "Discount rate", base.rate, "rate", "Confirm with your budget office.", RATE),
        Parameter("fin", "Finance rate", case.finance_rate, "rate", "MIRR only: what borrowing costs.", RATE),
        Parameter("reinv", "Reinvestment rate", case.reinvest_rate, "rate",
                  "MIRR only: what returned money earns.", RATE),
        Parameter("baseline_growth", "Growth of today's cost", case.baseline_growth, "rate",
                  "A year, if nothing is done, beyond inflation in real terms.", RATE),
        Parameter("target_growth", "Growth of the new model's cost", case.target_growth, "rate", "A year.", RATE),
        Parameter("dual_running_share", "Dual running", base.dual_share, "rate",
                  "Share of the old cost of moved volume that stays behind for one year.", SHARE),
        Parameter("residual_value", "Residual value", case.residual_value, "money",
                  "What is left to sell or re-use in the last year of the horizon.", AMOUNT),
        Parameter("bias_transition", "Optimism bias: transition", base.ob_transition, "rate",
                  "Added to every transition cost, because they are usually underestimated.", RATE),
        Parameter("bias_benefit", "Optimism bias: savings", base.ob_benefit, "rate",
                  "Taken off every yearly saving. A loss is never shrunk.", SHARE),
        Parameter("non_cashable", "Non-cashable benefit a year", case.non_cashable, "money",
                  "At full adoption. Time freed, penalties avoided: economic view only.", AMOUNT),
        Parameter("chargeback_method", "Chargeback method", METHODS[case.chargeback.method], "text",
                  "The one that the agencies would be billed by.", choice(list(METHODS.values()))),
        Parameter("subscription_share", "Subscription share", case.chargeback.subscription_share, "rate",
                  "Two-part method: this share by headcount, the rest by use.", SHARE),
    )


def write(book: Book) -> None:
    page = Page(
        book,
        "Inputs",
        widths=(46, 25, *[13] * 11),
        lead="Overwrite the tinted cells. The figures are those of Three Rivers, an invented group of four agencies; empty "
        "rows are room for yours. A cell that refuses a figure says why.",
        span="M",
    )
    _parameters(page)
    _adoption(page)
    _services(page)
    _shared_cost(page)
    _agencies(page)
    for index in range(layout.SERVICES):
        _baseline_of(page, index)
    _transition(page)
    _bands(page)
    page.finish(f"A1:M{layout.BAND_ROWS[-1]}", repeat=(1, 2), freeze="A3")


def _parameters(page: Page) -> None:
    page.header(4, ["General", "Value", "What it means", *[""] * 10], words=3)
    for row, parameter in enumerate(parameters(page.book.case), start=5):
        page.label(f"A{row}", parameter.label)
        page.entry(f"B{row}", parameter.value, parameter.number, parameter.name)
        page.label(f"C{row}", parameter.note, "note")
        if parameter.rule:
            page.limit(f"B{row}", **parameter.rule)
    page.sheet.set_row(4, 42)


def _adoption(page: Page) -> None:
    row = layout.ADOPTION_ROW
    page.year_header(row - 1, "Adoption")
    page.label(f"A{row}", "Share of volume served by the new model")
    page.label(f"B{row}", "Never falls", "note")
    for column, share in zip(YEAR_COLUMNS, page.book.case.adoption, strict=True):
        page.entry(f"{column}{row}", share, "rate")
    page.limit(f"C{row}:M{row}", **SHARE)
    page.book.define("adoption", page.name, f"C{row}:M{row}")


def _services(page: Page) -> None:
    rows = layout.SERVICE_ROWS
    page.header(rows[0] - 1, ["Services", "Counted in (unit)", "Loaded cost of a post", "Posts in the new model",
                              "Share of shared cost"], height=32, words=2)
    services = page.book.case.services
    for index, row in enumerate(rows):
        service = services[index] if index < len(services) else None
        page.entry(f"A{row}", service and service.label, "text")
        page.entry(f"B{row}", service and service.unit, "text")
        page.entry(f"C{row}", service and service.loaded_cost, "money")
        page.entry(f"D{row}", service and service.target_fte, "fte")
        page.entry(f"E{row}", service and service.split, "rate")
    _name_columns(page, rows, A="service_names", B="service_units", C="service_loaded_cost",
                  D="service_target_fte", E="service_split")
    page.limit(f"C{rows[0]}:D{rows[-1]}", **AMOUNT)
    page.limit(f"E{rows[0]}:E{rows[-1]}", **SHARE)


def _shared_cost(page: Page) -> None:
    rows = layout.SHARED_ROWS
    shared = page.book.case.shared
    page.header(rows[0] - 1, ["Shared cost of the new model, a year", "Value"])
    for row, (name, label, value, number) in zip(rows, (
        ("management_fte", "Management, posts", shared.management_fte, "fte"),
        ("management_loaded_cost", "Loaded cost of a management post", shared.management_loaded_cost, "money"),
        ("technology_cost", "Technology", shared.technology, "money"),
        ("other_cost", "Other (premises, audit, insurance)", shared.other, "money"),
        ("retained_organisation", "People who stay in the agencies to run the relationship",
         shared.retained_organisation, "money"),
    ), strict=True):
        page.label(f"A{row}", label)
        page.entry(f"B{row}", value, number, name)
    page.limit(f"B{rows[0]}:B{rows[-1]}", **AMOUNT)


def _agencies(page: Page) -> None:
    rows = layout.AGENCY_ROWS
    page.header(rows[0] - 1, ["Agencies", "Employees"])
    agencies = page.book.case.agencies
    for index, row in enumerate(rows):
        agency = agencies[index] if index < len(agencies) else None
        page.entry(f"A{row}", agency and agency.label, "text")
        page.entry(f"B{row}", agency and agency.employees, "count")
    _name_columns(page, rows, A="agency_names", B="agency_employees")
    page.limit(f"B{rows[0]}:B{rows[-1]}", **AMOUNT)


def _baseline_of(page: Page, index: int) -> None:
    case, rows = page.book.case, layout.service_block_rows(index)
    service = case.services[index] if index < len(case.services) else None
    name_cell = f"A{layout.SERVICE_ROWS[index]}"
    page.header(rows[0] - 1, ["", "Volume a year", "Posts today", "Technology", "Other"])
    shown = f"Today: {service.label}" if service else "Today: (no service)"
    page.formula(f"A{rows[0] - 1}", f'="Today: "&IF({name_cell}="","(no service)",{name_cell})', shown, "text", "header")
    for position, (row, source) in enumerate(zip(rows, layout.AGENCY_ROWS, strict=True)):
        agency = case.agencies[position] if position < len(case.agencies) else None
        line = agency.lines[service.id] if agency and service else None
        page.formula(f"A{row}", f'=IF(A{source}="","",A{source})', agency.label if agency else "", "text")
        page.entry(f"B{row}", line and line.volume, "count")
        page.entry(f"C{row}", line and line.fte, "fte")
        page.entry(f"D{row}", line and line.technology, "money")
        page.entry(f"E{row}", line and line.other, "money")
    prefix = f"service{index + 1}"
    _name_columns(page, rows, B=f"{prefix}_volume", C=f"{prefix}_posts", D=f"{prefix}_technology", E=f"{prefix}_other")
    page.limit(f"B{rows[0]}:E{rows[-1]}", **AMOUNT)


def _transition(page: Page) -> None:
    rows = layout.TRANSITION_ROWS
    lines = page.book.case.transition
    page.year_header(rows[0] - 1, "Transition cost, before optimism bias")
    for index, row in enumerate(rows):
        line = lines[index] if index < len(lines) else None
        page.entry(f"A{row}", line and line.label, "text")
        for year, column in enumerate(YEAR_COLUMNS):
            page.entry(f"{column}{row}", (line.by_year[year] or None) if line else None, "money")
    _name_columns(page, rows, A="transition_names")
    page.book.define("transition_by_year", page.name, f"C{rows[0]}:M{rows[-1]}")
    page.limit(f"C{rows[0]}:M{rows[-1]}", **AMOUNT)
    total = rows[-1] + 1
    page.label(f"A{total}", "Sum", "total")
    page.formula(f"B{total}", f"=SUM(C{total}:M{total})", sum(page.book.flow.transition_entered), role="total")
    sums = [f"=SUM({column}{rows[0]}:{column}{rows[-1]})" for column in YEAR_COLUMNS]
    page.years(total, sums, page.book.flow.transition_entered, "total")


def _bands(page: Page) -> None:
    rows = layout.BAND_ROWS
    page.header(rows[0] - 1, ["Bands of the tiered method", "Employees from", "Shares of the pool"])
    for row, label, (start, shares) in zip(
        rows, ("Small", "Medium", "Large"), page.book.case.chargeback.bands, strict=True
    ):
        page.label(f"A{row}", label)
        page.entry(f"B{row}", start, "count")
        page.entry(f"C{row}", shares, "plain")
    _name_columns(page, rows, B="band_from", C="band_shares")
    page.limit(f"B{rows[0]}:C{rows[-1]}", **AMOUNT)


def _name_columns(page: Page, rows: range, **names: str) -> None:
    for column, name in names.items():
        page.book.define(name, page.name, f"{column}{rows[0]}:{column}{rows[-1]}")
