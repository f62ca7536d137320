"""Cash flow: the years 0 to 10, line by line, under the scenario in use."""

from __future__ import annotations

from dataclasses import dataclass

from kits.documents.business_case_model import formulas, layout
from kits.documents.business_case_model.appraisal import NOTHING, CashFlow
from kits.documents.business_case_model.inputs import YEARS
from kits.documents.business_case_model.page import YEAR_COLUMNS, Book, Page


@dataclass(frozen=True)
class Series:
    """One row. In `formula`, {c} is the column of the year and {p} of the year before; `first` is for year 0."""

    key: str
    label: str
    unit: str
    formula: str
    first: str = ""
    number: str = "money"
    name: str = ""


SERIES = (
    Series("counted", "Within the horizon", "1 or 0", "=IF({c}4<=horizon,1,0)", number="plain"),
    Series("baseline", "Cost if nothing is done", "", "=baseline_year0*(1+baseline_growth)^{c}4"),
    Series(
        "new_model",
        "Cost of the new model, all volume",
        "",
        "=new_model_year0*(1+target_growth)^{c}4*target_mult",
    ),
    Series(
        "adoption",
        "Adoption",
        "share",
        "=IF({c}4<delay_years,0,INDEX(adoption,1,{c}4-delay_years+1))",
        number="rate",
    ),
    Series(
        "dual_running",
        "Dual running",
        "",
        "=dual_share*MAX({c}9-{p}9,0)*{c}7",
        first="=dual_share*MAX({c}9,0)*{c}7",
    ),
    Series("proposal_operating", "Running cost of the proposal", "", "=(1-{c}9)*{c}7+{c}9*{c}8+{c}10"),
    Series("gross_saving", "Saving before optimism bias", "", "=({c}7-{c}11)*saving_mult"),
    Series(
        "saving_after_bias",
        "Saving after optimism bias",
        "",
        "={c}6*{c}12*(1-IF({c}12>0,ob_benefit,0))",
        name="savings",
    ),
    Series(
        "transition_entered",
        "Transition cost as entered",
        "",
        f"=SUM(Inputs!{{c}}{layout.TRANSITION_ROWS[0]}:{{c}}{layout.TRANSITION_ROWS[-1]})",
    ),
    Series(
        "transition_after_bias",
        "Transition cost after optimism bias",
        "",
        "={c}6*{c}14*transition_mult*(1+ob_transition)",
        name="transition",
    ),
    Series("residual", "Residual value", "", "=IF({c}4=horizon,residual_value,0)", name="residual"),
    Series("non_cashable", "Non-cashable benefit", "economic", "={c}6*non_cashable*{c}9", name="soft_benefit"),
    Series(
        "discount_years",
        "Years of discounting",
        "years",
        '={c}4-IF(AND(timing="mid-year",{c}4>0),0.5,0)',
        number="mult",
        name="discount_years",
    ),
    Series("net_fiscal", "Net, fiscal", "", "={c}13-{c}15+{c}16", name="net_fiscal"),
    Series("net_economic", "Net, economic", "", "={c}20+{c}17", name="net_economic"),
    Series("factor", "Discount factor", "factor", "=(1+rate)^(-{c}18)", number="factor", name="factors"),
    Series("cumulative", "Running total, fiscal", "", "={p}23+{c}20", first="={c}20", name="cumulative"),
    Series(
        "cumulative_discounted",
        "Running total, discounted",
        "",
        "={p}24+{c}20*{c}22",
        first="={c}20*{c}22",
        name="cumulative_discounted",
    ),
    Series(
        "in_debt",
        "Helper: year if still negative",
        "year or -1",
        formulas.in_debt("{c}4", "{c}23"),
        number="plain",
        name="in_debt",
    ),
    Series(
        "in_debt_discounted",
        "Helper: the same, discounted",
        "year or -1",
        formulas.in_debt("{c}4", "{c}24"),
        number="plain",
        name="in_debt_discounted",
    ),
    Series(
        "sign",
        "Helper: sign of the flow",
        "-1, 0, 1",
        "=IF(ABS({c}20)<0.005,{p}27,SIGN({c}20))",
        first="=IF(ABS({c}20)<0.005,0,SIGN({c}20))",
        number="plain",
    ),
)
HEADLINES = {"net_fiscal", "net_economic", "cumulative", "cumulative_discounted"}


def in_debt(running: tuple[float, ...], horizon: int) -> tuple[int, ...]:
    return tuple(year if year <= horizon and running[year] < -NOTHING else -1 for year in YEARS)


def signs(amounts: tuple[float, ...]) -> tuple[int, ...]:
    carried, last = [], 0
    for amount in amounts:
        last = last if abs(amount) < NOTHING else (1 if amount > 0 else -1)
        carried.append(last)
    return tuple(carried)


def helpers(flow: CashFlow, horizon: int) -> dict[str, tuple[int, ...]]:
    return {
        "counted": tuple(1 if year <= horizon else 0 for year in YEARS),
        "in_debt": in_debt(flow.cumulative, horizon),
        "in_debt_discounted": in_debt(flow.cumulative_discounted, horizon),
        "sign": signs(flow.net_fiscal),
    }


def write(book: Book) -> None:
    page = Page(
        book,
        "Cash flow",
        widths=(36, 12, *[12.5] * 11),
        span="M",
    )
    page.year_header(4, "Year", "Unit")
    page.label("A5", "Calendar year", "calc")
    page.label("B5", "year", "note")
    years = [book.case.price_base_year + year for year in YEARS]
    page.years(5, [f"=price_base_year+{column}4" for column in YEAR_COLUMNS], years, "plain")
    page.year_header(19, "Net flows")
    values = helpers(book.flow, book.case.horizon)
    for series in SERIES:
        _series(page, series, values.get(series.key) or getattr(book.flow, series.key))
    page.finish("A1:M27", repeat=(1, 4), freeze="C5")


def _series(page: Page, series: Series, values: tuple[float, ...]) -> None:
    row = layout.FLOW_ROWS[series.key]
    headline = series.key in HEADLINES
    page.label(f"A{row}", series.label, "total" if headline else "calc")
    page.unit(f"B{row}", series.unit)
    written = []
    for position, column in enumerate(YEAR_COLUMNS):
        template = series.first if position == 0 and series.first else series.formula
        written.append(template.format(c=column, p=layout.before(column) if position else ""))
    page.years(row, written, values, "total" if headline else series.number)
    if series.name:
        page.book.define(series.name, page.name, f"C{row}:M{row}")
