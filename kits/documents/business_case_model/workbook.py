"""The workbook as a whole: ten sheets, all of whose figures are live formulas from Inputs."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import xlsxwriter

from kits.documents.business_case_model import (
    layout,
    sheet_baseline,
    sheet_cash_flow,
    sheet_chargeback,
    sheet_checks,
    sheet_inputs,
    sheet_read_me,
    sheet_results,
    sheet_scenarios,
    sheet_sensitivity,
    sheet_unit_costs,
)
from kits.documents.business_case_model.appraisal import cash_flow, outcome
from kits.documents.business_case_model.inputs import Case
from kits.documents.business_case_model.page import Book
from kits.documents.outline import Component

SHEETS = (
    sheet_read_me,
    sheet_inputs,
    sheet_baseline,
    sheet_cash_flow,
    sheet_results,
    sheet_unit_costs,
    sheet_scenarios,
    sheet_sensitivity,
    sheet_chargeback,
    sheet_checks,
)


def render(case: Case, component: Component, *, version: str, released_on: date) -> bytes:
    """The workbook, prefilled with `case`. ValueError if the case has more rows than the sheets have room for."""
    _fits(case)
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    workbook.set_properties(
        {
            "title": component.title,
            "subject": component.subject,
            "author": component.author,
            "category": "Starter kit",
            "keywords": f"{component.id}, version {version}",
            "comments": f"Version {version}. {component.licence}",
            "created": datetime.combine(released_on, time()),
        }
    )
    workbook.set_custom_property("Version", version, "text")
    workbook.set_custom_property("Licence", component.licence, "text")
    # Wide enough for nearly every screen; the first sheet to be seen is Read me.
    workbook.set_size(2400, 1500)
    flow = cash_flow(case, case.drivers)
    book = Book(workbook, case, flow, outcome(case, flow), component.title, version, released_on, component.licence)
    for sheet in SHEETS:
        sheet.write(book)
    workbook.close()
    return target.getvalue()


def _fits(case: Case) -> None:
    room = {
        "agencies": (case.agencies, layout.AGENCIES),
        "services": (case.services, layout.SERVICES),
        "transition": (case.transition, layout.TRANSITION_LINES),
    }
    for what, (rows, most) in room.items():
        if len(rows) > most:
            message = f"The workbook has room for {most} {what}, not {len(rows)}."
            raise ValueError(message)
