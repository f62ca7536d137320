"""How each person is told: preset, fine-tuning, level, brake and pause, by the queryset and by the rule alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import open_channel
from portal.notifications import choosing, kinds
from portal.notifications.audience import decided
from portal.notifications.models import Level, Notification, Preference, Wishes
from portal.notifications.operations import set_level
from portal.notifications.queries import Told, who_will_be_told
from portal.notifications.rules import level_for, way_for
from portal.notifications.ways import MENTIONS, PRESETS, Brake, Way, Weight, preset_way
from tests.notifications.conftest import AT, DoorIsOpen, SomebodySpoke, Spoken

pytestmark = pytest.mark.django_db
Say = Callable[..., Any]
Door = Callable[..., Channel]
THREAD = "tests.thread:1"


def got(person: Any) -> str:
    """How the only notice of this person came; empty when there is none."""
    notice = Notification.objects.filter(person=person).first()
    return notice.way if notice else ""


@pytest.mark.parametrize(
    ("preset", "weight", "way"),
    [
        ("quiet", "addressed", "mail"),
        ("quiet", "news", "weekly"),
        ("quiet", "around", "list"),
        ("balanced", "addressed", "mail"),
        ("balanced", "news", "daily"),
        ("balanced", "around", "weekly"),
        ("everything", "addressed", "mail"),
        ("everything", "news", "mail"),
        ("everything", "around", "mail"),
    ],
)
def test_a_preset_goes_by_what_a_kind_weighs(  # noqa: PLR0917
    say: Say, member: Any, monkeypatch: pytest.MonkeyPatch, preset: str, weight: str, way: str
) -> None:
    monkeypatch.setattr(SomebodySpoke, "weight", Weight(weight))
    choosing.choose_preset(preset=preset, by=member, at=AT)
    say(seated=[member])
    assert got(member) == way


def test_whoever_never_chose_is_told_as_balanced(say: Say, member: Any) -> None:
    say(seated=[member])
    assert got(member) == preset_way("balanced", "around") == "weekly"
    assert choosing.wishes_of(member).preset == "balanced"


def test_what_speaks_to_somebody_weighs_more_than_what_it_is_to_the_others(
    say: Say, member: Any, co_member: Any
) -> None:
    choosing.choose_preset(preset="quiet", by=member, at=AT)
    choosing.choose_preset(preset="quiet", by=co_member, at=AT)
    say(mentioned=[member], seated=[co_member])
    assert (got(member), got(co_member)) == ("mail", "list")


def test_being_mentioned_has_a_line_of_its_own_in_the_settings(say: Say, member: Any, co_member: Any) -> None:
    for person in (member, co_member):
        choosing.choose(kind=MENTIONS, way="daily", by=person)
        choosing.choose(kind="tests.spoke", way="mail", by=person)
    say(mentioned=[member], seated=[co_member])
    assert (got(member), got(co_member)) == ("daily", "mail")


@pytest.mark.parametrize("way", Way.values)
def test_what_was_chosen_for_a_kind_goes_before_the_preset(say: Say, member: Any, way: str) -> None:
    choosing.choose(kind="tests.spoke", way=way, by=member)
    say(seated=[member])
    assert got(member) == ("" if way == "nothing" else way)


def test_everything_in_a_thread_is_mailed_whatever_the_preset_says(say: Say, door: Door, member: Any) -> None:
    channel = door()
    choosing.choose_preset(preset="quiet", by=member, at=AT)
    choosing.choose(kind="tests.spoke", way="nothing", by=member)
    set_level(channel=channel, thread=THREAD, level="everything", by=member, at=AT)
    say(about=channel, seated=[member])
    assert got(member) == "mail"


def test_what_is_muted_does_not_even_stand_in_the_list(say: Say, door: Door, member: Any) -> None:
    channel = door()
    set_level(channel=channel, level="muted", by=member, at=AT)
    say(about=channel, mentioned=[member])
    assert got(member) == ""


@pytest.mark.parametrize(
    ("brake", "mailed", "daily"),
    [("", "mail", "daily"), ("weekly", "weekly", "weekly"), ("stop", "list", "list"), ("no_digest", "mail", "list")],
)
def test_a_brake_slows_down_whatever_was_chosen(  # noqa: PLR0917
    say: Say, door: Door, member: Any, brake: str, mailed: str, daily: str
) -> None:
    choosing.put_brake(brake=brake, by=member)
    set_level(channel=(loud := door()), level="everything", by=member, at=AT)
    choosing.choose(kind="tests.spoke", way="daily", by=member)
    say(about=loud, seated=[member])
    assert got(member) == mailed
    Notification.objects.all().delete()
    say(seated=[member])
    assert got(member) == daily


def test_in_a_pause_mail_waits_for_the_summary_after_it(say: Say, member: Any) -> None:
    choosing.choose_preset(preset="everything", by=member, at=AT)
    Wishes.objects.update(paused_until=AT + timedelta(days=3))
    say(seated=[member])
    assert got(member) == "daily"
    Notification.objects.all().delete()
    say(seated=[member], at=AT + timedelta(days=3))
    assert got(member) == "mail"


def test_what_is_done_quietly_is_told_to_nobody(say: Say, member: Any) -> None:
    say(mentioned=[member], quiet=True)
    assert got(member) == ""
    fact = Spoken(None, THREAD, mentioned=(member.pk,), quiet=True)
    assert who_will_be_told(kind="tests.spoke", fact=fact, by=None) == Told(0, 0)


def test_of_the_account_itself_one_is_told_whatever_one_chose(
    happen: Callable[..., Any], member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.outbox.drain import run_errands

    monkeypatch.setattr(DoorIsOpen, "transactional", True)
    choosing.put_brake(brake="stop", by=member)
    choosing.choose(kind=DoorIsOpen.slug, way="nothing", by=member)
    happen(member, by=member)
    run_errands()
    notice = Notification.objects.get()
    assert (notice.way, notice.mail_slot) == ("mail", None)


def test_a_person_in_several_routes_is_told_once_by_the_strongest(say: Say, member: Any, co_member: Any) -> None:
    say(mentioned=[member], seated=[member, co_member], followed=[member, co_member])
    assert dict(Notification.objects.values_list("person__email", "route")) == {
        member.email: "mentioned",
        co_member.email: "seated",
    }


def test_the_list_says_why_by_the_route(say: Say, member: Any, co_member: Any, client_of: Callable[[Any], Any]) -> None:
    say(mentioned=[member], seated=[co_member])
    assert "You are mentioned." in client_of(member).get("/notifications/").content.decode()
    assert "You belong here." in client_of(co_member).get("/notifications/").content.decode()


def test_a_composer_is_told_the_numbers_by_channel(  # noqa: PLR0917
    door: Door, member: Any, co_member: Any, outsider: Any, lead: Any, provider: Any
) -> None:
    channel = door()
    ways = {co_member: "daily", outsider: "list", lead: "nothing"}
    for person, way in ways.items():
        choosing.choose(kind="tests.spoke", way=way, by=person)
    choosing.choose(kind="tests.spoke", way="mail", by=member)
    set_level(channel=channel, level="muted", by=provider, at=AT)
    everybody = tuple(person.pk for person in (member, co_member, outsider, lead, provider))
    fact = Spoken(channel.pk, THREAD, seated=everybody)
    told = who_will_be_told(kind="tests.spoke", fact=fact, by=None)
    assert told == Told(people=3, by_mail=1, in_digest=1, listed=1, muted=1)


# --- the queryset and the rule say the same ----------------------------------------------------------------------

levels = st.sampled_from(["", "normal", "everything", "muted"])
wish = st.fixed_dictionaries(
    {
        "preset": st.sampled_from([None, *PRESETS]),
        "brake": st.sampled_from(["", "", "", *Brake.values]),
        "paused": st.sampled_from([None, None, -1, 1]),
        "own": st.sampled_from([None, *Way.values]),
        "mention": st.sampled_from([None, *Way.values]),
        "channel": levels,
        "thread": levels,
        "route": st.sampled_from(["mentioned", "seated", "followed"]),
    }
)


def _make(number: int, traits: dict[str, Any], channel: Channel) -> tuple[User, Wishes]:
    user = User.objects.create(email=f"w{number}@x.example", name=f"W {number}", standing="member")
    wishes = Wishes(person=user)
    if traits["preset"]:
        paused = traits["paused"] and AT + timedelta(hours=traits["paused"])
        wishes = Wishes.objects.create(person=user, preset=traits["preset"], brake=traits["brake"], paused_until=paused)
    for kind, way in (("tests.spoke", traits["own"]), (MENTIONS, traits["mention"])):
        if way:
            Preference.objects.create(person=user, kind=kind, way=way)
    for thread, level in (("", traits["channel"]), (THREAD, traits["thread"])):
        if level:
            Level.objects.create(person=user, channel=channel, thread=thread, level=level, since=AT)
    return user, wishes


@given(people=st.lists(wish, min_size=1, max_size=6), weight=st.sampled_from(Weight.values))
@examples(max_examples=80, deadline=None)
def _same(people: list[dict[str, Any]], weight: str) -> None:
    with transaction.atomic():
        channel = open_channel(kind="door", title="Door", url="/", audience="members")
        made = [_make(number, traits, channel) for number, traits in enumerate(people)]
        kind = SomebodySpoke()
        kind.weight = Weight(weight)  # type: ignore[misc]
        routes = {
            route: tuple(user.pk for (user, _w), traits in zip(made, people, strict=True) if traits["route"] == route)
            for route in ("mentioned", "seated", "followed")
        }
        fact = Spoken(channel.pk, THREAD, **routes)
        by_query = dict(decided(kind, fact, actor_id=None, at=AT).values_list("pk", "way"))
        by_rule = {
            user.pk: way_for(
                wishes=wishes,
                chosen=(traits["mention"] if traits["route"] == "mentioned" else traits["own"]) or "",
                weight=kind.weight_for(traits["route"]),
                level=level_for(traits["thread"], traits["channel"]),
                at=AT,
            )
            for (user, wishes), traits in zip(made, people, strict=True)
        }
        transaction.set_rollback(True)
    assert by_query == {person: way for person, way in by_rule.items() if way != Way.NOTHING}


def test_the_queryset_decides_for_many_as_the_rule_does_for_one() -> None:
    _same()


def test_the_same_number_of_queries_decides_for_3_and_for_30(door: Door, django_assert_num_queries: Any) -> None:
    channel, people = door(), []
    for wanted in (3, 30):
        people += [
            User.objects.create(email=f"q{number}@x.example", name="Q", standing="member", time_zone="Europe/Paris")
            for number in range(len(people), wanted)
        ]
        fact = Spoken(channel.pk, THREAD, seated=tuple(person.pk for person in people))
        with django_assert_num_queries(3):  # the channel for the audience, their zones, the people
            assert len(decided(SomebodySpoke(), fact, actor_id=None, at=AT)) == wanted


def test_without_a_kind_that_mentions_people_there_is_no_line_for_it(
    member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MENTIONS in choosing.weights(member)
    for kind in kinds.all_kinds():
        monkeypatch.setattr(type(kind), "mentions", False)
    assert MENTIONS not in choosing.weights(member)
