"""What the four accounts have chosen to be told, and enough happening that their lists and summaries hold something."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import QueryDict

from cases import operations as cases
from cases.alerts.operations import save_search
from cases.models import Case
from demo.accounts import ACCOUNTS
from demo.progress import Progress
from kits.models import Kit
from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import follow
from portal.notifications import choosing
from portal.notifications.announcing import operations as announcing
from portal.notifications.announcing.models import Announcement
from portal.notifications.announcing.queries import SLUG as ANNOUNCEMENT
from portal.notifications.models import Notification, Wishes
from portal.notifications.operations import mark_read, set_level
from portal.notifications.ways import Way
from portal.outbox.models import Mail
from workinggroups import operations as groups
from workinggroups.models import Membership, WorkingGroup

CONTENT = Path(__file__).parent / "content" / "told.yaml"
SINCE = timedelta(days=60)
# What is older has been read by the four; what is newer waits for them.
READ_AFTER = timedelta(days=3)


def load(progress: Progress, now: datetime) -> None:
    """Choose for whoever has not chosen yet; follow, change and join what is not followed, changed and joined."""
    data: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    people = {user.email: user for user in User.objects.filter(email__in=[account.email for account in ACCOUNTS])}
    for row in data["follows"]:
        for slug in row["things"]:
            follow(channel=_channel(slug), by=people[row["account"]], at=now - SINCE)
    for row in data["searches"]:
        for query in row["saved"]:
            save_search(params=QueryDict(query), by=people[row["account"]], at=now - SINCE)
    for row in data["wishes"]:
        _wish(people[row["account"]], row, now)
    for row in data["announcements"]:
        _announce(row, now)
    changed = sum(_change(row, now) for row in data["changes"])
    joined = sum(_join(row, now) for row in data["joins"])
    progress.done(f"wishes of {len(data['wishes'])} accounts, {changed} cases changed, {joined} people joined groups")


def last_notice() -> int:
    """The newest notice there is, before anything is loaded."""
    return Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def settle(now: datetime, *, after: int) -> None:
    """Of the notices just loaded, those the four had some days ago are read, and nobody else waits for a summary."""
    mine, loaded = [account.email for account in ACCOUNTS], Notification.objects.filter(pk__gt=after)
    loaded.filter(waiting=True).exclude(person__email__in=mine).update(waiting=False, way=Way.LIST)
    old = loaded.filter(person__email__in=mine, at__lt=now - READ_AFTER).unread()
    for notice in old.order_by("pk"):
        mark_read(notices=[notice], at=notice.at + timedelta(hours=3))
    _show_as_sent(loaded)


def _show_as_sent(loaded: QuerySet[Notification]) -> None:
    """The mails of announcements, which staff follow while they go out, look as they would some days later."""
    of_announcements = loaded.filter(kind=ANNOUNCEMENT).values("pk")
    unsent = Mail.objects.filter(renderer="notification", subject_id__in=of_announcements, state=Mail.State.SUPPRESSED)
    unsent.update(state=Mail.State.SENT, sent_at=F("created_at"))


def _channel(slug: str) -> Channel:
    """The channel of the case, group or kit of this name."""
    for model in (Case, WorkingGroup, Kit):
        found = model.objects.select_related("channel").filter(slug=slug).first()
        if found is not None and found.channel is not None:
            return found.channel
    msg = f"There is no case, group or kit called {slug}."
    raise LookupError(msg)


@transaction.atomic
def _wish(person: User, row: dict[str, Any], now: datetime) -> None:
    if Wishes.objects.filter(person=person).exists():
        return
    choosing.choose_preset(preset=row["preset"], by=person, at=now - SINCE)
    choosing.choose_ways(ways=row.get("ways", {}), by=person, at=now - SINCE)
    for each in row.get("levels", ()):
        set_level(channel=_channel(each["thing"]), level=each["level"], by=person, at=now - SINCE)


@transaction.atomic
def _change(row: dict[str, Any], now: datetime) -> bool:
    """A later revision of a published case, by its editor and published by another, as always."""
    case = Case.objects.get(slug=row["case"])
    draft = case.get_latest_revision_as_object()
    before = getattr(draft, row["field"])
    if row["add"] in before or case.get_latest_revision().pk != case.live_revision_id:
        return False
    setattr(draft, row["field"], f"{before}\n\n{row['add']}")
    at = now - timedelta(days=row["days_ago"])
    editor, publisher = case.get_latest_revision().user, User.objects.get(email="staff@example.org")
    cases.save_draft(case=draft, by=editor, at=at - timedelta(hours=5))
    cases.publish(case=Case.objects.get(pk=case.pk), by=publisher, at=at)
    return True


@transaction.atomic
def _announce(row: dict[str, Any], now: datetime) -> None:
    """What staff told everybody, or have written and not sent yet."""
    if Announcement.objects.filter(title=row["title"]).exists():
        return
    staff = User.objects.get(email="staff@example.org")
    at = now - timedelta(days=row["days_ago"])
    words = {name: row[name] for name in ("title", "text", "circle")}
    written = announcing.draft(**words, by=staff, at=at)
    if row["sent"]:
        announcing.send(announcement=written, by=staff, at=at)


def _join(row: dict[str, Any], now: datetime) -> bool:
    group = WorkingGroup.objects.get(slug=row["group"])
    person = User.objects.select_related("profile").get(profile__handle=row["handle"])
    if Membership.objects.filter(group=group, user=person).exists():
        return False
    groups.join(group=group, kind=person.profile.kind, by=person, at=now - timedelta(days=row["days_ago"]))
    return True
