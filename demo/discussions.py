"""What members write between meetings and about cases, in the order and at the hours at which they wrote it."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from cases.models import Case
from demo.progress import Progress
from members.models import User
from portal.discussions import operations
from portal.discussions.models import Thread
from portal.follows.models import Channel
from workinggroups.models import WorkingGroup

CONTENT = Path(__file__).parent / "content" / "discussions.yaml"


def load(progress: Progress, now: datetime) -> None:
    """Hold the discussions that are not there yet; what is there is left alone."""
    rows: list[dict[str, Any]] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    handles = {post["by"] for row in rows for post in row["posts"]}
    people = {user.profile.handle: user for user in User.objects.filter(profile__handle__in=handles)}
    known = set(Thread.objects.exclude(key="").values_list("key", flat=True))
    for row in progress.each(rows, "discussions"):
        if _key(row) not in known:
            _hold(row, people, now)


def _key(row: dict[str, Any]) -> str:
    """As long as the key of a form that somebody typed into."""
    return hashlib.sha256(f"demo:{row['key']}".encode()).hexdigest()[:32]


def _place(row: dict[str, Any]) -> tuple[Channel, dict[str, bool]]:
    """Where it is held and on which terms: a group's own people write, under a case every member."""
    if "case" in row:
        return Case.objects.select_related("channel").get(slug=row["case"]).channel, {"members_only": True}
    group = WorkingGroup.objects.select_related("channel").get(slug=row["in"])
    return group.channel, {"seated_only": True}


def _hold(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    channel, terms = _place(row)
    first, *others = row["posts"]
    thread = operations.open_thread(
        channel=channel,
        title=row["title"],
        body=first["text"].strip(),
        key=_key(row),
        quiet=not first.get("tell"),
        by=people[first["by"]],
        at=now - timedelta(hours=first["hours_ago"]),
        **terms,
    ).post.thread
    for post in others:
        operations.reply(
            thread=thread,
            body=post["text"].strip(),
            answers=post.get("answers"),
            by_mail=post.get("mail", False),
            quiet=not post.get("tell"),
            by=people[post["by"]],
            at=now - timedelta(hours=post["hours_ago"]),
        )
