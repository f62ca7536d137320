"""Five hundred strings through the names and titles of every kind of mail: all of them with all."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.outbox.models import Mail
from tests.mailing.conftest import KINDS, SUMMARY, mail_of  # noqa: F401 -- a fixture
from tests.mailing.naughty import STRINGS
from tests.mailing.renaming import renamed_and_read

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.once, pytest.mark.django_db]


@pytest.mark.parametrize("slug", [*KINDS, SUMMARY])
def test_every_string_through_every_kind(
    slug: str,
    mail_of: Callable[..., Mail],  # noqa: F811
    member: Any,
    settings: Any,
) -> None:
    settings.SITE_URL = "https://portal.example"
    assert renamed_and_read(mail_of(slug), STRINGS, to=member.email) == []
    print(f"{slug}: {len(STRINGS)} strings, every mail parsed, 0 faults")
