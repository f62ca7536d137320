"""The three working groups: charter, people, products, and meetings that were and will be."""

import hashlib
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from demo.progress import Progress
from members.models import User
from portal.follows.operations import follow
from portal.meetings import operations as meetings
from portal.meetings.models import Meeting
from workinggroups import operations as groups
from workinggroups.models import Membership, Objective, Product, WorkingGroup

CONTENT = Path(__file__).parent / "content" / "groups.yaml"

# An announcement goes out so long before the meeting, a summary so long after it.
ANNOUNCED_BEFORE, SUMMED_UP_AFTER = timedelta(days=10), timedelta(days=3)
FRIDAY = 4
# Of a group's people, so many in a hundred say that they come, cannot say yet, or cannot; the rest are silent.
ANSWERS = (("yes", 55), ("unsure", 10), ("no", 12), ("", 23))
# Whoever tries the portal signs in as one of these; their coming meetings wait for their own answer.
UNANSWERED = frozenset({"practitioner@example.org", "lead@example.org", "provider@example.org", "staff@example.org"})


def load(progress: Progress, now: datetime) -> None:
    """Make the groups and meetings that are not there yet; what is there is left alone."""
    data: list[dict[str, Any]] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    people = {user.profile.handle: user for user in User.objects.members().select_related("profile")}
    staff = User.objects.programme_staff().order_by("pk").first()
    held = 0
    for row in data:
        group = WorkingGroup.objects.select_related("channel").filter(slug=row["slug"]).first()
        if group is None:
            group = _charter(row, people, staff, now)
        for each in row["meetings"]:
            _hold(group, row, each, people, now)
        held += len(row["meetings"])
        progress.done(f"group “{group.title}” with {len(row['members'])} members")
    progress.done(f"{held} meetings with agendas, replies and summaries")


def _charter(row: dict[str, Any], people: dict[str, User], staff: Any, now: datetime) -> WorkingGroup:
    chartered = now - timedelta(days=row["chartered_days_ago"])
    group = groups.charter_group(
        slug=row["slug"],
        terms=groups.Terms(title=row["title"], audience=row["audience"]),
        purpose=row["purpose"],
        charter=row["charter"],
        chartered_on=chartered.date(),
        lead=people[row["leads"][0]],
        by=staff,
        at=chartered,
    )
    _make(Objective, group, row["objectives"], ("text",))
    _make(Product, group, row["products"], ("title", "kind", "state", "note"))
    _people(group, row, people, staff, now)
    return group


def _make(model: Any, group: WorkingGroup, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    model.objects.bulk_create(
        model(
            group=group,
            position=position,
            due_on=_months_after(group.chartered_on, row["due_in_months"]),
            **{name: row[name] for name in names},
        )
        for position, row in enumerate(rows)
    )


def _months_after(day: date, months: int) -> date:
    """The last day of the month that lies so many months after `day`."""
    months = day.month + months
    return date(day.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def _people(group: WorkingGroup, row: dict[str, Any], people: dict[str, User], staff: Any, now: datetime) -> None:
    chance = random.Random(row["slug"])
    for handle in row["members"]:
        lead = handle in row["leads"]
        days = 0 if lead else chance.randint(0, row["chartered_days_ago"] - 20)
        groups.appoint(
            group=group,
            user=people[handle],
            role=Membership.Role.LEAD if lead else Membership.Role.MEMBER,
            by=staff,
            at=now - timedelta(days=row["chartered_days_ago"] - days),
        )
    others = [user for handle, user in people.items() if handle not in row["members"]]
    for user in chance.sample(others, k=6):
        follow(channel=group.channel, by=user, at=now - timedelta(days=chance.randint(1, 60)))


def _hold(
    group: WorkingGroup, row: dict[str, Any], each: dict[str, Any], people: dict[str, User], now: datetime
) -> None:
    """Arrange one meeting and let it happen, as far as it lies in the past."""
    key = hashlib.sha256(f"demo:{row['slug']}:{each['slug']}".encode()).hexdigest()[:32]
    if Meeting.objects.filter(uid__startswith=key).exists():
        return
    details, lead = _details(each, now), people[row["leads"][0]]
    at = min(now, _start(details) - ANNOUNCED_BEFORE) - timedelta(hours=2)
    meeting = meetings.arrange(
        channel=group.channel, details=details, rows=_rows(each, people), key=key, by=lead, at=at
    )
    if each["state"] == "draft":
        return
    # Everybody has one announcement in the list: that of the group's next meeting.
    news = now < meeting.starts_at and not group.channel.meetings.filter(state="published", starts_at__gt=now).exists()
    meetings.publish(meeting=meeting, version=meeting.version, tell=news, by=lead, at=at + timedelta(hours=1))
    meeting.refresh_from_db()
    _replies(meeting, row, each, people, now)
    if each.get("summary") and meeting.ends_at < now:
        done = min(now, meeting.ends_at + SUMMED_UP_AFTER)
        meetings.sum_up(meeting=meeting, summary=each["summary"], version=meeting.version, by=lead, at=done)


def _details(each: dict[str, Any], now: datetime) -> meetings.Details:
    day = now.astimezone(ZoneInfo(each["zone"])).date() + timedelta(days=each["in_days"])
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return meetings.Details(
        title=each["title"],
        kind=each["kind"],
        local_date=day,
        local_time=time.fromisoformat(each["local_time"]),
        zone=each["zone"],
        minutes=each["minutes"],
        location_note=each["location_note"],
        join_url=f"https://meet.example.org/{each['slug']}" if each["in_days"] > 0 else "",
    )


def _start(details: meetings.Details) -> datetime:
    wall = datetime.combine(details.local_date, details.local_time)
    return wall.replace(tzinfo=ZoneInfo(details.zone))


def _rows(each: dict[str, Any], people: dict[str, User]) -> list[meetings.Row]:
    return [
        meetings.Row(
            title=item["title"],
            minutes=item["minutes"],
            kind=item["kind"],
            owner_id=people[item["owner"]].pk,
            notes=item["notes"],
        )
        for item in each["agenda"]
    ]


def _replies(
    meeting: Meeting, row: dict[str, Any], each: dict[str, Any], people: dict[str, User], now: datetime
) -> None:
    chance = random.Random(f"{row['slug']}:{each['slug']}")
    choices, weights = zip(*ANSWERS, strict=True)
    opened = meeting.published_at or now
    span = (min(now, meeting.starts_at) - opened).total_seconds()
    for handle in row["members"]:
        answer = chance.choices(choices, weights)[0]
        at = opened + timedelta(seconds=chance.random() * max(0.0, span))
        if not answer or (people[handle].email in UNANSWERED and meeting.starts_at > now):
            continue
        meetings.reply(meeting=meeting, answer=answer, by=people[handle], at=at)
