"""Baseline: what each agency pays today, and what the new model costs once everyone has moved."""

from __future__ import annotations

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.appraisal import (
    agency_baseline,
    line_cost,
    new_model_year0,
    unit_cost,
)
from kits.documents.business_case_model.page import Book, Page


def write(book: Book) -> None:
    page = Page(
        book,
        "Baseline",
        widths=(34, 24, 13, 11, 14, 14, 14, 14, 16),
        span="I",
    )
    page.header(
        4,
        ["Agency", "Service", "Volume", "Posts", "Cost of a post", "Labour", "Technology", "Other", "Total"],
        words=2,
    )
    row = layout.BASELINE_FIRST
    for position in range(layout.AGENCIES):
        for index in range(layout.SERVICES):
            _line(page, row, position, index)
            row += 1
    _sum(page)
    _by_agency(page)
    _by_service(page)
    _new_model(page)
    page.finish(f"A1:I{layout.NEW_MODEL_ROWS[-1] + 1}", repeat=(1, 4), freeze="A5", portrait=True)


def _line(page: Page, row: int, position: int, index: int) -> None:
    agency, service = page.book.agency(position), page.book.service(index)
    line = agency.lines[service.id] if agency and service else None
    source = layout.service_block_rows(index)[position]
    agency_cell = f"Inputs!A{layout.AGENCY_ROWS[position]}"
    service_row = layout.SERVICE_ROWS[index]
    service_cell = f"Inputs!A{service_row}"
    both = f'OR({agency_cell}="",{service_cell}="")'
    page.formula(f"A{row}", f'=IF({both},"",{agency_cell})', agency.label if line else "", "text")
    page.formula(f"B{row}", f'=IF({both},"",{service_cell})', service.label if line else "", "text")
    page.formula(f"C{row}", f"=Inputs!B{source}", line.volume if line else 0, "money_or_blank")
    page.formula(f"D{row}", f"=Inputs!C{source}", line.fte if line else 0, "fte_or_blank")
    page.formula(
        f"E{row}",
        f"=IF({both},0,Inputs!C{service_row})",
        service.loaded_cost if line else 0,
        "money_or_blank",
    )
    page.formula(f"F{row}", f"=D{row}*E{row}", line.fte * service.loaded_cost if line else 0, "money_or_blank")
    page.formula(f"G{row}", f"=Inputs!D{source}", line.technology if line else 0, "money_or_blank")
    page.formula(f"H{row}", f"=Inputs!E{source}", line.other if line else 0, "money_or_blank")
    page.formula(f"I{row}", f"=F{row}+G{row}+H{row}", line_cost(service, line) if line else 0, "money_or_blank")


def _sum(page: Page) -> None:
    case, first, last = page.book.case, layout.BASELINE_FIRST, layout.BASELINE_LAST
    lines = [(service, agency.lines[service.id]) for agency in case.agencies for service in case.services]
    totals = {
        "D": sum(line.fte for _, line in lines),
        "F": sum(line.fte * service.loaded_cost for service, line in lines),
        "G": sum(line.technology for _, line in lines),
        "H": sum(line.other for _, line in lines),
        "I": sum(line_cost(service, line) for service, line in lines),
    }
    row = last + 1
    for column in "ABCDEFGHI":
        page.label(f"{column}{row}", "All agencies" if column == "A" else "", "total")
    for column, total in totals.items():
        number = "fte" if column == "D" else "money"
        page.formula(f"{column}{row}", f"=SUM({column}{first}:{column}{last})", total, number, "total")
    page.book.define("baseline_year0", page.name, f"I{row}")


def _by_agency(page: Page) -> None:
    rows = layout.BY_AGENCY_ROWS
    page.header(rows[0] - 1, ["By agency", "Total a year"])
    for position, row in enumerate(rows):
        agency = page.book.agency(position)
        source = f"Inputs!A{layout.AGENCY_ROWS[position]}"
        first = layout.BASELINE_FIRST + position * layout.SERVICES
        page.formula(f"A{row}", f'=IF({source}="","",{source})', agency.label if agency else "", "text")
        page.formula(
            f"B{row}",
            f"=SUM(I{first}:I{first + layout.SERVICES - 1})",
            agency_baseline(page.book.case, agency) if agency else 0,
            "money_or_blank",
        )
    page.book.define("baseline_by_agency", page.name, f"B{rows[0]}:B{rows[-1]}")


def _by_service(page: Page) -> None:
    rows = layout.BY_SERVICE_ROWS
    page.header(rows[0] - 1, ["By service", "Total a year"])
    first, last = layout.BASELINE_FIRST, layout.BASELINE_LAST
    for index, row in enumerate(rows):
        service = page.book.service(index)
        source = f"Inputs!A{layout.SERVICE_ROWS[index]}"
        page.formula(f"A{row}", f'=IF({source}="","",{source})', service.label if service else "", "text")
        page.formula(
            f"B{row}",
            f'=IF(A{row}="",0,SUMIF(B{first}:B{last},A{row},I{first}:I{last}))',
            unit_cost(page.book.case, service).before_total if service else 0,
            "money_or_blank",
        )
    page.book.define("baseline_by_service", page.name, f"B{rows[0]}:B{rows[-1]}")


def _new_model(page: Page) -> None:
    rows, case = layout.NEW_MODEL_ROWS, page.book.case
    page.header(rows[0] - 1, ["New model, all volume moved", "Total a year"])
    for index in range(layout.SERVICES):
        service, source = page.book.service(index), layout.SERVICE_ROWS[index]
        label = f"Posts: {service.label}" if service else ""
        page.formula(f"A{rows[index]}", f'=IF(Inputs!A{source}="","","Posts: "&Inputs!A{source})', label, "text")
        page.formula(
            f"B{rows[index]}",
            f"=Inputs!C{source}*Inputs!D{source}",
            service.target_fte * service.loaded_cost if service else 0,
            "money_or_blank",
        )
    for row, (label, formula, value) in zip(
        rows[layout.SERVICES :],
        (
            ("Management", "=management_fte*management_loaded_cost", case.shared.management),
            ("Technology", "=technology_cost", case.shared.technology),
            ("Other", "=other_cost", case.shared.other),
            (layout.RETAINED, "=retained_organisation", case.shared.retained_organisation),
        ),
        strict=True,
    ):
        page.label(f"A{row}", label, "calc")
        page.formula(f"B{row}", formula, value)
    total = rows[-1] + 1
    page.label(f"A{total}", "New model", "total")
    page.formula(f"B{total}", f"=SUM(B{rows[0]}:B{rows[-1]})", new_model_year0(case), role="total")
    page.book.define("new_model_year0", page.name, f"B{total}")
    page.book.define("shared_cost", page.name, f"B{rows[layout.SERVICES]}:B{rows[-1]}")
