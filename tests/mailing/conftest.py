"""The mail of any kind, queued for a reader."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.follows.models import Channel, Seat
from portal.notifications.kinds import all_kinds
from portal.notifications.models import Notification
from portal.outbox.drain import run_errands
from portal.outbox.models import Mail
from tests.mailing.makers import MAKERS

# The declared kinds that have a maker; test_every_kind.py asks that all have one.
KINDS = sorted({kind.slug for kind in all_kinds()} & set(MAKERS))


@pytest.fixture
def mail_of(db: None, member: Any, co_member: Any) -> Callable[..., Mail]:
    """Let something of this kind happen, caused by the co-member; the mail that the member is to get."""

    def make(slug: str) -> Mail:
        MAKERS[slug](member, co_member)
        while run_errands(100):
            pass
        notice = Notification.objects.get(person=member, kind=slug)
        return Mail.objects.get(subject_id=notice.pk, renderer="notification", person=member)

    return make


@pytest.fixture
def closed(member: Any, co_member: Any) -> Callable[[], None]:
    """Every channel there is becomes one for those who belong to it, the two people among them."""

    def close() -> None:
        Channel.objects.update(audience="seated")
        for channel in Channel.objects.all():
            for person in (member, co_member):
                Seat.objects.get_or_create(channel=channel, user=person)

    return close
