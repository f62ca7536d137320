"""Unit costs: what one invoice or one payslip costs before and after."""

from __future__ import annotations

from kits.documents.business_case_model import layout
from kits.documents.business_case_model.appraisal import UnitCost, unit_cost
from kits.documents.business_case_model.page import Book, Page


def write(book: Book) -> None:
    page = Page(
        book,
        "Unit costs",
        widths=(28, 26, 14, 16, 16, 14, 14, 12),
        span="H",
    )
    page.header(
        4,
        ["Service", "Unit", "Volume", "Cost before", "Cost after", "A unit before", "A unit after", "Change"],
        words=2,
    )
    for index, row in enumerate(layout.UNIT_COST_ROWS):
        service = book.service(index)
        cost = unit_cost(book.case, service) if service else UnitCost(0, 0, 0)
        _names(
            page,
            row,
            layout.SERVICE_ROWS[index],
            service.label if service else "",
            service.unit if service else "",
        )
        _figures(page, row, index, cost)
    _totals(page)
    page.finish(f"A1:H{layout.UNIT_COST_ROWS[-1] + 1}", repeat=(1, 4), freeze="A5")


def _names(page: Page, row: int, source: int, label: str, unit: str) -> None:
    page.formula(f"A{row}", f'=IF(Inputs!A{source}="","",Inputs!A{source})', label, "text")
    page.formula(f"B{row}", f'=IF(Inputs!B{source}="","",Inputs!B{source})', unit, "text")


def _figures(page: Page, row: int, index: int, cost: UnitCost) -> None:
    source = layout.SERVICE_ROWS[index]
    after = f"=Inputs!C{source}*Inputs!D{source}+Inputs!E{source}*SUM(shared_cost)"
    page.formula(f"C{row}", f"=SUM(service{index + 1}_volume)", cost.volume, "money_or_blank")
    page.formula(f"D{row}", f"=Baseline!B{layout.BY_SERVICE_ROWS[index]}", cost.before_total, "money_or_blank")
    page.formula(f"E{row}", after, cost.after_total, "money_or_blank")
    for column, above, value in (("F", f"D{row}", cost.before), ("G", f"E{row}", cost.after)):
        page.formula(f"{column}{row}", f'=IF(C{row}=0,"",{above}/C{row})', "" if value is None else value, "money2")
    page.formula(
        f"H{row}",
        f'=IF(OR(C{row}=0,D{row}=0),"",E{row}/D{row}-1)',
        "" if cost.change is None else cost.change,
        "rate",
    )


def _totals(page: Page) -> None:
    rows, case = layout.UNIT_COST_ROWS, page.book.case
    costs = [unit_cost(case, service) for service in case.services]
    total = rows[-1] + 1
    for column in "ABCDEFGH":
        page.label(f"{column}{total}", "All services" if column == "A" else "", "total")
    for column, value in (
        ("D", sum(c.before_total for c in costs)),
        ("E", sum(c.after_total for c in costs)),
    ):
        page.formula(f"{column}{total}", f"=SUM({column}{rows[0]}:{column}{rows[-1]})", value, role="total")
    page.book.define("after_by_service", page.name, f"E{rows[0]}:E{rows[-1]}")
