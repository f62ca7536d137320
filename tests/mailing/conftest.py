"""The mail of any kind, queued for a reader."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.follows.models import Channel, Seat
from portal.notifications.choosing import choose_preset
from portal.notifications.digests import make_due_digests
from portal.notifications.kinds import all_kinds
from portal.notifications.models import Notification
from portal.notifications.ways import Preset
from portal.outbox.drain import run_errands
from portal.outbox.models import Mail
from tests.factories.notifications import wants_mail
from tests.mailing import people  # noqa: F401 -- makers of its own
from tests.mailing.makers import MAKERS

# The declared kinds that have a maker; test_every_kind.py asks that all have one.
KINDS = sorted({kind.slug for kind in all_kinds()} & set(MAKERS))


# The summary of a week, which is of no kind.
SUMMARY = "summary"


@pytest.fixture
def mail_of(db: None, member: Any, co_member: Any) -> Callable[..., Mail]:
    """Let something of this kind happen, caused by the co-member; the mail that the member is to get."""

    def make(slug: str) -> Mail:
        if slug == SUMMARY:
            return _summary(member, co_member)
        wants_mail(member)
        MAKERS[slug](member, co_member)
        while run_errands(100):
            pass
        led = Notification.objects.filter(person=member, kind=slug, joins=None).get()
        return Mail.objects.get(subject_id=led.pk, renderer="notification", person=member)

    return make


def _summary(reader: Any, actor: Any) -> Mail:
    """Of one news of each sort, and of one of them twice."""
    choose_preset(preset=Preset.QUIET, by=reader, at=timezone.now())
    for slug in ("meetings.agenda-published", "kits.released", "cases.published", "meetings.agenda-published"):
        MAKERS[slug](reader, actor)
    while run_errands(100):
        pass
    make_due_digests(at=timezone.now() + timedelta(days=8))
    return Mail.objects.get(renderer="digest", person=reader)


@pytest.fixture
def closed(member: Any, co_member: Any) -> Callable[[], None]:
    """Every channel there is becomes one for those who belong to it, the two people among them."""

    def close() -> None:
        Channel.objects.update(audience="seated")
        for channel in Channel.objects.all():
            for person in (member, co_member):
                Seat.objects.get_or_create(channel=channel, user=person)

    return close
