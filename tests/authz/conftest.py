"""The stage of the matrix: one real thing for every address that needs one."""

from typing import Any

import pytest


@pytest.fixture
def stage(db: None) -> dict[str, Any]:
    """Names used in `sample:` and what they stand for; apps add theirs."""
    return {}
