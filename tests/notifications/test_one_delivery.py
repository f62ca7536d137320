"""Whatever happens in whatever order: each event reaches each person it concerns once, and nobody else ever.

Random events by random routes, with wishes, levels, reads and rights that change in between, held against what the
rules say in words. Mails are read as they go out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as outgoing
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from members.models import User
from portal.follows.models import Channel, Seat
from portal.follows.operations import open_channel, seat, unseat
from portal.notifications import choosing
from portal.notifications.models import Digest, Level, Notification, Preference
from portal.notifications.operations import read_about, set_level
from portal.notifications.ways import MENTIONS, Brake, Preset, Way
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.operations import record
from tests.notifications.conftest import AT, Spoken

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, THREADS = 3, 2
ZONES = ("UTC", "Pacific/Auckland", "America/Los_Angeles")
WORD = re.compile(r"event-(\d+);")
# Long enough for every mail and every summary to have come.
AFTERWARDS = timedelta(days=16)


@dataclass
class World:
    """Three people, a private channel with two threads, and what has been seen of the mail so far."""

    people: list[User]
    channel: Channel
    now: datetime = AT
    events: int = 0
    concerned: dict[int, set[int]] = field(default_factory=dict)  # event -> whom the rules say it is told
    to_mail: set[tuple[int, int]] = field(default_factory=set)  # of those, whom it must reach by mail or summary
    mailed: Counter[tuple[int, int]] = field(default_factory=Counter)
    seen: int = 0
    per_day: Counter[tuple[int, Any]] = field(default_factory=Counter)


def thread(number: int) -> str:
    return f"tests.thread:{number}"


def may_see(world: World, person: User) -> bool:
    """A member with a seat; nobody here is staff."""
    fresh = User.objects.get(pk=person.pk)
    return fresh.is_member and Seat.objects.filter(channel=world.channel, user=person).exists()


def muted(world: World, person: User, key: str) -> bool:
    levels = dict(Level.objects.filter(person=person).values_list("thread", "level"))
    return levels.get(key, levels.get("", "normal")) == "muted"


def speak(world: World, routes: list[str], number: int, actor: int) -> None:
    """An event: `routes` says for each person how it finds them, or that it does not."""
    event, world.events = world.events, world.events + 1
    keys: dict[str, list[int]] = defaultdict(list)
    for person, by in zip(world.people, routes, strict=True):
        for route in by.split():
            keys[route].append(person.pk)
    by = world.people[actor] if actor < PEOPLE else None
    fact = Spoken(world.channel.pk, thread(number), words=f"event-{event};", **{k: tuple(v) for k, v in keys.items()})
    world.concerned[event] = {
        person.pk
        for person, route in zip(world.people, routes, strict=True)
        if route and person != by and may_see(world, person) and not muted(world, person, thread(number))
    }
    with transaction.atomic():
        record(fact, key=f"event:{event}", by=by, at=world.now)
    look(world)
    told = Notification.objects.filter(fact__key=f"event:{event}")
    unwanted = {person for person in world.concerned[event] if wants_nothing(person, told)}
    assert set(told.values_list("person", flat=True)) == world.concerned[event] - unwanted
    world.to_mail |= {(event, person) for person in told.exclude(way=Way.LIST).values_list("person", flat=True)}


def wants_nothing(person: int, told: Any) -> bool:
    """Whether this person chose "nothing" for a line that may have decided; then no notice is right as well."""
    chose = Preference.objects.filter(person=person, way=Way.NOTHING).exists()
    return chose and not told.filter(person=person).exists()


def look(world: World) -> None:
    """Do what is due now, and read what went out."""
    with time_machine.travel(world.now, tick=False):
        drain()
    for message in outgoing.outbox[world.seen :]:
        person = next(each for each in world.people if each.email == message.to[0])
        found = {int(event) for event in WORD.findall(message.body)}
        assert found, "an empty mail"
        assert may_see(world, person), "a mail to somebody who may not see it"
        for event in found:
            assert person.pk in world.concerned[event]
            world.mailed[event, person.pk] += 1
            key = Notification.objects.get(fact__key=f"event:{event}", person=person).thread
            assert not muted(world, person, key), "a mail about what is muted"
        if "Your day" not in message.subject and "Your week" not in message.subject:
            world.per_day[person.pk, timezone.localdate(world.now, person.zone)] += 1
    world.seen = len(outgoing.outbox)
    assert all(times == 1 for times in world.mailed.values()), "told twice"
    assert all(number <= 6 for number in world.per_day.values()), "more than six a day"


def touched(world: World, person: User) -> None:
    """What this person chose, read or lost now may keep what was on its way: it is expected no longer."""
    world.to_mail = {(event, who) for event, who in world.to_mail if who != person.pk}


# --- what may happen ---------------------------------------------------------------------------------------------


def wait(world: World, minutes: int) -> None:
    world.now += timedelta(minutes=minutes)
    look(world)


def choose(world: World, who: int, kind: str, way: str) -> None:
    touched(world, world.people[who])
    choosing.choose(kind=kind, way=way, by=world.people[who])


def preset(world: World, who: int, name: str) -> None:
    touched(world, world.people[who])
    choosing.choose_preset(preset=name, by=world.people[who], at=world.now)


def brake(world: World, who: int, name: str) -> None:
    touched(world, world.people[who])
    choosing.put_brake(brake=name, by=world.people[who])


def pause(world: World, who: int, days: int) -> None:
    touched(world, world.people[who])
    until = timezone.localdate(world.now, world.people[who].zone) + timedelta(days=days)
    choosing.choose_times(hour=7, weekday=0, paused_until=until, by=world.people[who], at=world.now)


def level(world: World, who: int, number: int, name: str) -> None:
    touched(world, world.people[who])
    key = thread(number) if number < THREADS else ""
    set_level(channel=world.channel, thread=key, level=name, by=world.people[who], at=world.now)


def read(world: World, who: int, number: int) -> None:
    touched(world, world.people[who])
    read_about(channel=world.channel, thread=thread(number), by=world.people[who], at=world.now)


def lose_or_gain(world: World, who: int, *, seated: bool) -> None:
    touched(world, world.people[who])
    (seat if seated else unseat)(channel=world.channel, user=world.people[who])


def suspend_or_not(world: World, who: int, *, active: bool) -> None:
    touched(world, world.people[who])
    standing = "member" if active else "suspended"
    User.objects.filter(pk=world.people[who].pk).update(standing=standing, is_active=active)


somebody = st.integers(0, PEOPLE - 1)
routes = st.lists(
    st.sampled_from(["", "mentioned", "seated", "followed", "mentioned seated", "seated followed"]),
    min_size=PEOPLE,
    max_size=PEOPLE,
)
numbers = st.integers(0, THREADS - 1)
Step = Callable[[World], None]


def bound(step: Callable[..., None], **drawn: Any) -> st.SearchStrategy[Step]:
    """The step with its arguments drawn."""
    return st.fixed_dictionaries(drawn).map(lambda given: lambda world: step(world, **given))


steps = st.one_of(
    bound(speak, routes=routes, number=numbers, actor=st.integers(0, PEOPLE)),
    bound(speak, routes=routes, number=numbers, actor=st.just(PEOPLE)),
    bound(speak, routes=routes, number=numbers, actor=st.just(PEOPLE)),
    bound(wait, minutes=st.sampled_from([1, 4, 6, 60, 60 * 24, 60 * 24 * 7])),
    bound(wait, minutes=st.sampled_from([1, 6, 60])),
    bound(choose, who=somebody, kind=st.sampled_from(["tests.spoke", MENTIONS]), way=st.sampled_from(Way.values)),
    bound(preset, who=somebody, name=st.sampled_from(Preset.values)),
    bound(brake, who=somebody, name=st.sampled_from(Brake.values)),
    bound(pause, who=somebody, days=st.integers(1, 9)),
    bound(level, who=somebody, number=st.integers(0, THREADS), name=st.sampled_from(Level.Choice.values)),
    bound(read, who=somebody, number=numbers),
    bound(lose_or_gain, who=somebody, seated=st.booleans()),
    bound(suspend_or_not, who=somebody, active=st.booleans()),
)


def _begin(presets: list[str]) -> World:
    channel = open_channel(kind="door", title="Door", url="/", audience="seated")
    people = [
        User.objects.create(email=f"o{number}@x.example", name="O", standing="member", time_zone=zone)
        for number, zone in enumerate(ZONES)
    ]
    for person, name in zip(people, presets, strict=True):
        seat(channel=channel, user=person)
        choosing.choose_preset(preset=name, by=person, at=AT)
    outgoing.outbox = []
    return World(people, channel)


@given(
    presets=st.lists(st.sampled_from(Preset.values), min_size=PEOPLE, max_size=PEOPLE),
    story=st.lists(steps, min_size=1, max_size=14),
)
@examples(max_examples=25, deadline=None)
def _story(presets: list[str], story: list[Step]) -> None:
    with transaction.atomic():
        world = _begin(presets)
        for step in story:
            step(world)
        for _day in range(AFTERWARDS.days):
            wait(world, 60 * 24)
        waits = Notification.objects.filter(waiting=True, person__standing="member")
        paused = [each.pk for each in world.people if choosing.wishes_of(each).is_paused(world.now)]
        assert not waits.exclude(person__in=paused).exists(), "something waits for ever"
        assert not Mail.objects.filter(state__in=["queued", "sending"]).exists()
        assert all(world.mailed[each] == 1 for each in world.to_mail), "lost"
        pairs = Counter(Notification.objects.values_list("fact", "person"))
        assert all(number == 1 for number in pairs.values())
        assert not Notification.objects.exclude(digest=None).filter(mail_slot__isnull=False).exists()
        sent = Mail.objects.filter(renderer="digest", state="sent").values("subject_id")
        assert not Digest.objects.filter(pk__in=sent, notices=None).exists()
        transaction.set_rollback(True)


def test_each_event_reaches_each_person_once_and_nobody_who_may_not_see_it(settings: Any) -> None:
    settings.OUTBOX_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    _story()
