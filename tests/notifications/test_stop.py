"""The link of a mail: how far it stops, in one click without signing in, and how it is taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import open_channel
from portal.notifications import choosing, stopping
from portal.notifications.models import Level, Notification, Preference, Wishes
from portal.notifications.operations import set_level
from portal.notifications.stopping import DIGEST, Said, stop_token
from portal.notifications.ways import MENTIONS
from portal.outbox.drain import run_errands
from tests.notifications.conftest import AT, DoorIsOpen

pytestmark = pytest.mark.django_db
THREAD = "tests.thread:1"


@pytest.fixture
def channel(db: None) -> Channel:
    """What the mail was about."""
    return open_channel(kind="door", title="The green door", url="/glossary/", audience="members")


def address(person: Any, kind: str = "tests.door-open", **about: Any) -> str:
    return f"/notifications/stop/{stop_token(person.pk, kind, **about)}/"


def undo_of(html: str) -> str:
    return re.search(r'name="undo" value="([^"]+)"', html).group(1)  # type: ignore[union-attr]


def state(person: Any) -> tuple[Any, ...]:
    """Everything that a link may change."""
    return (
        sorted(Preference.objects.filter(person=person).values_list("kind", "way")),
        sorted(Level.objects.filter(person=person).values_list("channel", "thread", "level")),
        choosing.wishes_of(person).brake,
    )


def test_the_page_offers_the_thing_the_kind_a_week_and_all(member: Any, channel: Channel, client: Client) -> None:
    html = client.get(address(member, channel_id=channel.pk)).content.decode()
    assert re.findall(r'name="scope" value="(\w+)"', html) == ["thing", "kind", "weekly", "all"]
    assert "Nothing more about “The green door”" in html
    assert "No more mail of the kind “A door is open”" in html
    assert member.name not in html


def test_a_summary_s_page_offers_what_summaries_have(member: Any, client: Client) -> None:
    html = client.get(address(member, DIGEST)).content.decode()
    assert re.findall(r'name="scope" value="(\w+)"', html) == ["digest", "weekly", "all"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("thing", lambda channel: ([], [(channel.pk, "", "muted")], "")),
        ("kind", lambda channel: ([("tests.door-open", "list")], [], "")),
        ("weekly", lambda channel: ([], [], "weekly")),
        ("all", lambda channel: ([], [], "stop")),
    ],
)
def test_a_click_stops_just_that_and_can_be_undone(
    member: Any, channel: Channel, client: Client, scope: str, expected: Callable[[Channel], Any]
) -> None:
    before, where = state(member), address(member, channel_id=channel.pk)
    html = client.post(where, {"scope": scope}).content.decode()
    assert state(member) == expected(channel)
    assert client.post(where, {"undo": undo_of(html)}).status_code == 200
    assert state(member) == before


def test_undoing_puts_back_what_was_chosen_before(member: Any, channel: Channel, client: Client) -> None:
    choosing.choose(kind="tests.door-open", way="weekly", by=member)
    choosing.put_brake(brake="weekly", by=member)
    set_level(channel=channel, level="everything", by=member, at=AT)
    before, where = state(member), address(member, channel_id=channel.pk)
    for scope in ("thing", "kind", "all"):
        html = client.post(where, {"scope": scope}).content.decode()
        assert state(member) != before
        assert "Put back" in client.post(where, {"undo": undo_of(html)}).content.decode()
        assert state(member) == before


def test_one_conversation_is_muted_and_its_group_is_not(member: Any, channel: Channel, client: Client) -> None:
    where = address(member, "tests.spoke", channel_id=channel.pk, thread=THREAD)
    assert "Nothing more about this conversation" in client.get(where).content.decode()
    client.post(where, {"scope": "thing"})
    assert state(member)[1] == [(channel.pk, THREAD, "muted")]


@pytest.mark.parametrize(("kind", "brake"), [(DIGEST, "no_digest"), ("tests.door-open", "")])
def test_a_mail_program_s_click_names_no_scope(member: Any, kind: str, brake: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(address(member, kind), {"List-Unsubscribe": "One-Click"})
    assert (response.status_code, choosing.wishes_of(member).brake) == (200, brake)
    assert Preference.objects.filter(way="list").count() == (kind != DIGEST)


@pytest.mark.parametrize("scope", ["nonsense", "digest", "\x00", "x" * 500])
def test_a_scope_that_is_not_offered_is_none(member: Any, client: Client, scope: str) -> None:
    client.post(address(member), {"scope": scope})
    assert state(member) == ([("tests.door-open", "list")], [], "")


def test_the_mail_that_mentions_somebody_stops_mentions(say: Callable[..., Any], member: Any, client: Client) -> None:
    say(mentioned=[member])
    where = f"/notifications/stop/{stopping.token_of(Notification.objects.get())}/"
    assert "No more mail of the kind “Somebody mentions you”" in client.get(where).content.decode()
    client.post(where, {"scope": "kind"})
    assert state(member)[0] == [(MENTIONS, "list")]


def test_what_its_reader_may_no_longer_see_is_not_named(member: Any, client: Client) -> None:
    secret = open_channel(kind="door", title="Secret", url="/glossary/", audience="seated")
    html = client.get(address(member, channel_id=secret.pk)).content.decode()
    assert "Secret" not in html
    assert "Nothing more about this" in html
    client.post(address(member, channel_id=secret.pk), {"scope": "thing"})
    assert Level.objects.get().level == "muted"


@pytest.mark.parametrize("who", ["member", "pending", "suspended"])
def test_it_works_for_everybody_who_still_has_an_account(
    who: str, request: pytest.FixtureRequest, channel: Channel, client: Client
) -> None:
    person = request.getfixturevalue(who)
    for scope in ("thing", "kind", "weekly", "all"):
        assert client.post(address(person, channel_id=channel.pk), {"scope": scope}).status_code == 200
    assert choosing.wishes_of(person).brake == "stop"


def test_for_the_erased_it_answers_and_does_nothing(member: Any, channel: Channel, client: Client) -> None:
    where = address(member, channel_id=channel.pk)
    undo = undo_of(client.post(where, {"scope": "all"}).content.decode())
    User.objects.filter(pk=member.pk).delete()
    for sent in ({"scope": "all"}, {"scope": "thing"}, {}, {"undo": undo}):
        response = client.post(where, sent)
        assert response.status_code == 200
        assert 'name="undo"' not in response.content.decode()
    assert not Wishes.objects.exists()
    assert not Level.objects.exists()


def test_for_a_thing_that_is_gone_it_answers(member: Any, channel: Channel, client: Client) -> None:
    where = address(member, channel_id=channel.pk)
    channel.delete()
    assert client.get(where).status_code == 200
    undo = undo_of(client.post(where, {"scope": "thing"}).content.decode())
    assert client.post(where, {"undo": undo}).status_code == 200
    assert not Level.objects.exists()


def test_one_mail_s_undo_does_nothing_for_another(
    member: Any, co_member: Any, channel: Channel, client: Client
) -> None:
    choosing.put_brake(brake="weekly", by=co_member)
    undo = undo_of(client.post(address(member), {"scope": "all"}).content.decode())
    forged = signing.dumps({"said": {}, "scope": "all", "before": ""}, salt="other")
    for where in (address(co_member), address(member, channel_id=channel.pk)):
        for token in (undo, undo[:-1], forged, "x", "\x00", ""):
            assert client.post(where, {"undo": token}).status_code == 200
    assert (choosing.wishes_of(member).brake, choosing.wishes_of(co_member).brake) == ("stop", "weekly")


def test_an_account_s_own_mail_has_nothing_to_stop(
    member: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DoorIsOpen, "transactional", True)
    assert client.get(address(member)).status_code == 404


def test_the_page_is_kept_by_no_cache_and_found_by_no_search(member: Any, client: Client) -> None:
    response = client.get(address(member))
    assert response["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert stopping.read_token("x") is None
    assert stopping.read_token(stop_token(member.pk, "tests.door-open")) == Said(member.pk, "tests.door-open")


def test_a_link_of_an_older_mail_still_works(happen: Callable[..., Any], member: Any, client: Client) -> None:
    token = signing.dumps({"person": member.pk, "kind": "tests.door-open"}, salt="notifications.unsubscribe")
    client.post(f"/notifications/stop/{token}/")
    happen(member)
    run_errands()
    assert Notification.objects.get().way == "list"
