"""The stage of the matrix: one real thing for every address that needs one."""

from typing import Any

import pytest

from members.models import User
from tests.factories.cases import stage_cases
from tests.factories.kits import make_kit, make_release
from tests.factories.members import JoinRequestFactory, OrganisationFactory, ProfileFactory
from tests.factories.reach import stage_reach
from tests.factories.workinggroups import staged


@pytest.fixture
def stage(db: None, lead: User) -> dict[str, Any]:
    """Names used in `sample:` and what they stand for; apps add theirs."""
    ProfileFactory(handle="open-olga", visibility="public")
    reached = stage_reach(ProfileFactory(handle="closed-clara").user, lead)
    OrganisationFactory(slug="an-organisation")
    asked = JoinRequestFactory()
    make_release(make_kit())
    stage_cases()
    return {**reached, **staged(lead), "a-join-request": asked.pk}
