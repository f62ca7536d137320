"""Where things stand in the workbook. Every sheet that refers to another one's cells asks here."""

from __future__ import annotations

from kits.documents.business_case_model.page import YEAR_COLUMNS

# More room than the example needs: an empty row counts as nothing.
AGENCIES = 8
SERVICES = 4
TRANSITION_LINES = 10
BANDS = 3

RETAINED = "People who stay in the agencies to run the relationship"

# Inputs
ADOPTION_ROW = 27
SERVICE_ROWS = range(30, 30 + SERVICES)
SHARED_ROWS = range(36, 41)
AGENCY_ROWS = range(43, 43 + AGENCIES)
TRANSITION_ROWS = range(93, 93 + TRANSITION_LINES)
BAND_ROWS = range(106, 106 + BANDS)

# Baseline
BASELINE_FIRST, BASELINE_LAST = 5, 4 + AGENCIES * SERVICES
BY_AGENCY_ROWS = range(40, 40 + AGENCIES)
BY_SERVICE_ROWS = range(51, 51 + SERVICES)
NEW_MODEL_ROWS = range(58, 58 + SERVICES + 4)

# Chargeback
CHARGE_ROWS = range(5, 5 + AGENCIES)
AGENCY_COLUMNS = "DEFGHIJK"

UNIT_COST_ROWS = range(5, 5 + SERVICES)

# Cash flow: the row each series stands in
FLOW_ROWS = {
    "counted": 6,
    "baseline": 7,
    "new_model": 8,
    "adoption": 9,
    "dual_running": 10,
    "proposal_operating": 11,
    "gross_saving": 12,
    "saving_after_bias": 13,
    "transition_entered": 14,
    "transition_after_bias": 15,
    "residual": 16,
    "non_cashable": 17,
    "discount_years": 18,
    "net_fiscal": 20,
    "net_economic": 21,
    "factor": 22,
    "cumulative": 23,
    "cumulative_discounted": 24,
    "in_debt": 25,
    "in_debt_discounted": 26,
    "sign": 27,
}


def service_block_rows(index: int) -> range:
    """Rows of the agencies in the baseline table of one service on Inputs; its header is one row above."""
    first = 53 + 10 * index
    return range(first, first + AGENCIES)


def service_names(index: int) -> tuple[str, str, str, str]:
    """Names of the four columns in the baseline table of one service on Inputs."""
    volume, posts, technology, other = (
        f"service{index + 1}_{part}" for part in ("volume", "posts", "technology", "other")
    )
    return volume, posts, technology, other


def flow(row: str, column: str) -> str:
    """One year of a series on the Cash flow sheet."""
    return f"'Cash flow'!{column}{FLOW_ROWS[row]}"


def flow_range(row: str, first: str = "C", last: str = "M") -> str:
    return f"'Cash flow'!{first}{FLOW_ROWS[row]}:{last}{FLOW_ROWS[row]}"


def before(column: str) -> str:
    """The column of the year before."""
    return YEAR_COLUMNS[YEAR_COLUMNS.index(column) - 1]
