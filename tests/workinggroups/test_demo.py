"""The demonstration groups: complete, true to their content, and loaded once however often one loads."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import yaml
from django.utils import timezone

from demo import groups, people
from demo.progress import Progress
from portal.follows.models import Follow, Seat
from portal.meetings.models import AgendaItem, Meeting, Reply
from portal.outbox.models import Fact
from workinggroups.models import Membership, Objective, Product, WorkingGroup

DATA: list[dict[str, Any]] = yaml.safe_load(groups.CONTENT.read_text(encoding="utf-8"))
MODELS = (WorkingGroup, Objective, Product, Membership, Meeting, AgendaItem, Reply, Seat, Follow, Fact)


@pytest.fixture
def loaded(db: None) -> datetime:
    """People and groups, as `load_demo` makes them; the moment it was done."""
    now = timezone.now()
    for part in (people, groups):
        part.load(Progress(StringIO()), now)
    return now


def test_everything_in_the_content_is_there(loaded: datetime) -> None:
    assert WorkingGroup.objects.count() == len(DATA)
    assert Meeting.objects.count() == sum(len(row["meetings"]) for row in DATA)
    assert AgendaItem.objects.count() == sum(len(each["agenda"]) for row in DATA for each in row["meetings"])
    for row in DATA:
        group = WorkingGroup.objects.get(slug=row["slug"])
        assert group.memberships.leads().count() == len(row["leads"])
        assert group.memberships.active().count() == len(row["members"])
        assert group.memberships.count() == len(row["members"])
        states = dict(group.channel.meetings.values_list("title", "state"))
        assert states == {each["title"]: each["state"] for each in row["meetings"]}


def test_loading_again_later_changes_nothing(loaded: datetime) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in MODELS]
    groups.load(Progress(StringIO()), loaded + timedelta(days=3))
    assert [list(model.objects.order_by("pk").values()) for model in MODELS] == before


def test_dates_are_relative_to_today_and_on_working_days(loaded: datetime) -> None:
    for row in DATA:
        for each in row["meetings"]:
            meeting = Meeting.objects.get(title=each["title"])
            assert meeting.local_date.weekday() < 5
            days = (meeting.starts_at - loaded).days
            assert each["in_days"] - 1 <= days <= each["in_days"] + 3
            assert (meeting.starts_at < loaded) == (each["in_days"] < 0)


def test_past_meetings_are_over_with_a_summary_and_coming_ones_take_replies(loaded: datetime) -> None:
    past = Meeting.objects.past(loaded)
    assert past.count() > 0
    assert not past.filter(summary="").exists()
    assert not past.filter(replies=None).exists()
    assert not Reply.objects.filter(at__gt=loaded).exists()


def test_each_group_has_told_of_its_next_meeting_alone(loaded: datetime) -> None:
    told = [fact for fact in Fact.objects.filter(name="meetings.AgendaPublished") if fact.payload["tell"]]
    assert len(told) == len(DATA)
