"""Inputs: every figure that people type, each under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.inputs import METHODS, TIMINGS, Case
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page
from kits.documents.outline import data

BAND_NAMES = ("Small", "Medium", "Large")


def write(book: Book) -> None:
    page = Page(book, "Inputs", widths=(46, 25, *[13] * 11), span="M")
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


def _values(case: Case) -> dict[str, float | str]:
    """What each parameter holds, by its name in the workbook."""
    return {
        "case_title": case.title,
        "currency": case.currency,
        "price_base_year": case.price_base_year,
        "terms": f"{case.terms} terms",
        "rate_terms": f"{case.terms} terms",
        "horizon": case.horizon,
        "timing": TIMINGS[case.timing],
        "scenario": case.scenario,
        "discount_rate": case.base.rate,
        "fin": case.finance_rate,
        "reinv": case.reinvest_rate,
        "baseline_growth": case.baseline_growth,
        "target_growth": case.target_growth,
        "dual_running_share": case.base.dual_share,
        "residual_value": case.residual_value,
        "bias_transition": case.base.ob_transition,
        "bias_benefit": case.base.ob_benefit,
        "non_cashable": case.non_cashable,
        "chargeback_method": METHODS[case.chargeback.method],
        "subscription_share": case.chargeback.subscription_share,
    }


def _parameters(page: Page) -> None:
    page.header(4, ["General", "Value", "What it means", *[""] * 10], words=3)
    values = _values(page.book.case)
    for row, words in enumerate(data("business_case_model")["parameters"], start=5):
        page.label(f"A{row}", words["label"])
        page.entry(f"B{row}", values[words["name"]], words["number"], words["name"])
        page.label(f"C{row}", words["note"], "note")
        _limit_parameter(page, f"B{row}", words)
    # The title may run over two lines.
    page.sheet.set_row(4, 42)


def _limit_parameter(page: Page, cell: str, words: Mapping[str, Any]) -> None:
    if "limit" in words:
        _limit(page, cell, words["limit"])
    elif "whole" in words:
        page.limit_whole(cell, *words["whole"])
    elif "choice" in words:
        listed = ", ".join(str(value) for value in words["choice"])
        page.limit(cell, validate="list", source=words["choice"], error_message=f"Choose one of: {listed}.")


def _limit(page: Page, cells: str, kind: str) -> None:
    page.limit(cells, validate="decimal", **data("business_case_model")["limits"][kind])


def _adoption(page: Page) -> None:
    row = layout.ADOPTION_ROW
    page.year_header(row - 1, "Adoption")
    page.label(f"A{row}", "Share of volume served by the new model")
    page.label(f"B{row}", "Never falls", "note")
    for column, share in zip(YEAR_COLUMNS, page.book.case.adoption, strict=True):
        page.entry(f"{column}{row}", share, "rate")
    _limit(page, f"C{row}:M{row}", "share")
    page.book.define("adoption", page.name, f"C{row}:M{row}")


def _services(page: Page) -> None:
    rows = layout.SERVICE_ROWS
    titles = [
        "Services",
        "Counted in (unit)",
        "Loaded cost of a post",
        "Posts in the new model",
        "Share of shared cost",
    ]
    page.header(rows[0] - 1, titles, height=32, words=2)
    for row, service in zip(rows, page.book.padded(page.book.case.services, len(rows)), strict=True):
        page.entry(f"A{row}", service and service.label, "text")
        page.entry(f"B{row}", service and service.unit, "text")
        page.entry(f"C{row}", service and service.loaded_cost, "money")
        page.entry(f"D{row}", service and service.target_fte, "fte")
        page.entry(f"E{row}", service and service.split, "rate")
    _name_columns(
        page,
        rows,
        A="service_names",
        B="service_units",
        C="service_loaded_cost",
        D="service_target_fte",
        E="service_split",
    )
    _limit(page, f"C{rows[0]}:D{rows[-1]}", "amount")
    _limit(page, f"E{rows[0]}:E{rows[-1]}", "share")


def _shared_cost(page: Page) -> None:
    rows = layout.SHARED_ROWS
    shared = page.book.case.shared
    page.header(rows[0] - 1, ["Shared cost of the new model, a year", "Value"])
    lines = (
        ("management_fte", "Management, posts", shared.management_fte, "fte"),
        ("management_loaded_cost", "Loaded cost of a management post", shared.management_loaded_cost, "money"),
        ("technology_cost", "Technology", shared.technology, "money"),
        ("other_cost", "Other (premises, audit, insurance)", shared.other, "money"),
        ("retained_organisation", layout.RETAINED, shared.retained_organisation, "money"),
    )
    for row, (name, label, value, number) in zip(rows, lines, strict=True):
        page.label(f"A{row}", label)
        page.entry(f"B{row}", value, number, name)
    _limit(page, f"B{rows[0]}:B{rows[-1]}", "amount")


def _agencies(page: Page) -> None:
    rows = layout.AGENCY_ROWS
    page.header(rows[0] - 1, ["Agencies", "Employees"])
    for row, agency in zip(rows, page.book.padded(page.book.case.agencies, len(rows)), strict=True):
        page.entry(f"A{row}", agency and agency.label, "text")
        page.entry(f"B{row}", agency and agency.employees, "count")
    _name_columns(page, rows, A="agency_names", B="agency_employees")
    _limit(page, f"B{rows[0]}:B{rows[-1]}", "amount")


def _baseline_of(page: Page, index: int) -> None:
    """The table of one service: what each agency has and spends on it today."""
    rows, service = layout.service_block_rows(index), page.book.service(index)
    page.header(rows[0] - 1, ["", "Volume a year", "Posts today", "Technology", "Other"])
    name = f"A{layout.SERVICE_ROWS[index]}"
    shown = f"Today: {service.label if service else '(no service)'}"
    formula = f'="Today: "&IF({name}="","(no service)",{name})'
    page.formula(f"A{rows[0] - 1}", formula, shown, "text", "header")
    for position, row in enumerate(rows):
        agency = page.book.agency(position)
        line = agency.lines[service.id] if agency and service else None
        source = f"A{layout.AGENCY_ROWS[position]}"
        page.formula(f"A{row}", f'=IF({source}="","",{source})', agency.label if agency else "", "text")
        page.entry(f"B{row}", line and line.volume, "count")
        page.entry(f"C{row}", line and line.fte, "fte")
        page.entry(f"D{row}", line and line.technology, "money")
        page.entry(f"E{row}", line and line.other, "money")
    names = dict(zip("BCDE", layout.service_names(index), strict=True))
    _name_columns(page, rows, **names)
    _limit(page, f"B{rows[0]}:E{rows[-1]}", "amount")


def _transition(page: Page) -> None:
    rows, flow = layout.TRANSITION_ROWS, page.book.flow
    page.year_header(rows[0] - 1, "Transition cost, before optimism bias")
    for row, line in zip(rows, page.book.padded(page.book.case.transition, len(rows)), strict=True):
        page.entry(f"A{row}", line and line.label, "text")
        for year, column in enumerate(YEAR_COLUMNS):
            page.entry(f"{column}{row}", (line.by_year[year] or None) if line else None, "money")
    _name_columns(page, rows, A="transition_names")
    page.book.define("transition_by_year", page.name, f"C{rows[0]}:M{rows[-1]}")
    _limit(page, f"C{rows[0]}:M{rows[-1]}", "amount")
    total = rows[-1] + 1
    page.label(f"A{total}", "Sum", "total")
    page.formula(f"B{total}", f"=SUM(C{total}:M{total})", sum(flow.transition_entered), role="total")
    sums = [f"=SUM({column}{rows[0]}:{column}{rows[-1]})" for column in YEAR_COLUMNS]
    page.years(total, sums, flow.transition_entered, "total")


def _bands(page: Page) -> None:
    rows, bands = layout.BAND_ROWS, page.book.case.chargeback.bands
    page.header(rows[0] - 1, ["Bands of the tiered method", "Employees from", "Shares of the pool"], height=32)
    for row, label, (start, shares) in zip(rows, BAND_NAMES, bands, strict=True):
        page.label(f"A{row}", label)
        page.entry(f"B{row}", start, "count")
        page.entry(f"C{row}", shares, "plain")
    _name_columns(page, rows, B="band_from", C="band_shares")
    _limit(page, f"B{rows[0]}:C{rows[-1]}", "amount")


def _name_columns(page: Page, rows: range, **names: str) -> None:
    for column, name in names.items():
        page.book.define(name, page.name, f"{column}{rows[0]}:{column}{rows[-1]}")
