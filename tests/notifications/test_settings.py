"""The settings: presets, times, pause, each kind, each thing, the brake and the feed; one's own only."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import User
from portal.follows.models import Channel
from portal.follows.operations import open_channel
from portal.notifications import choosing, feeds, kinds
from portal.notifications.models import Digest, FeedKey, Level, Notification, Preference, Wishes
from portal.notifications.operations import set_level
from portal.notifications.preview import Preview
from portal.notifications.wanting import wanting
from portal.outbox.drain import run_errands
from tests.notifications.conftest import AT, DoorIsOpen

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
URL = "/settings/notifications/"
FORM = {"preset": "balanced", "hour": "7", "weekday": "0", "paused_until": ""}


def page(client: Client) -> str:
    return client.get(URL).content.decode()


def test_a_preset_is_chosen_with_its_times(member: Any, client_of: ClientOf) -> None:
    client = client_of(member)
    assert 'value="balanced" checked' in page(client)
    response = client.post(URL, {**FORM, "preset": "quiet", "hour": "18", "weekday": "4"}, follow=True)
    assert "Your choice is saved." in response.content.decode()
    wishes = Wishes.objects.get()
    assert (wishes.person, wishes.preset, wishes.hour, wishes.weekday) == (member, "quiet", 18, 4)
    assert wishes.chosen_at is not None
    assert 'value="quiet" checked' in page(client)


def test_a_mail_or_notice_leads_to_the_line_that_decided(member: Any, client_of: ClientOf) -> None:
    html = client_of(member).get(URL + "?line=tests.door-open").content.decode()
    assert '<details class="disc" id="fine-tune" open>' in html
    (asked,) = re.findall(r'<fieldset class="ways ways--asked" id="line"><legend>([^<]+)</legend>', html)
    assert asked == "A door is open"
    assert 'id="line"' not in client_of(member).get(URL + "?line=<b>").content.decode()


def test_a_pause_ends_at_midnight_of_the_person_s_own_day(member: Any, client_of: ClientOf) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Auckland")
    with time_machine.travel(AT, tick=False):
        client = client_of(member)
        client.post(URL, {**FORM, "paused_until": "2026-05-11"})
        assert Wishes.objects.get().paused_until == datetime(2026, 5, 10, 12, tzinfo=UTC)
        assert "Paused: no mail and no summary before 11 May 2026." in page(client)
        assert 'value="2026-05-11"' in page(client)
        client.post(URL, FORM)
        assert Wishes.objects.get().paused_until is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"paused_until": "2026-05-04"}, "Choose a day after today"),
        ({"paused_until": "2020-01-01"}, "Choose a day after today"),
        ({"paused_until": "2028-01-01"}, "A pause lasts a year at most."),
        ({"paused_until": "soon"}, "Enter a valid date."),
        ({"preset": "loud"}, "Select a valid choice."),
        ({"hour": "24"}, "Select a valid choice."),
        ({"hour": "\x00"}, "Select a valid choice."),
        ({"weekday": "7"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence_and_what_was_chosen_stays(
    member: Any, client_of: ClientOf, changes: dict[str, str], sentence: str
) -> None:
    with time_machine.travel(AT, tick=False):
        response = client_of(member).post(URL, {**FORM, "preset": "quiet", **changes})
    assert response.status_code == 422
    html = response.content.decode()
    assert sentence in html
    if "preset" not in changes:
        assert 'value="quiet" checked' in html
    assert not Wishes.objects.exists()


def test_another_hour_plans_the_summary_that_waits_anew(
    member: Any, happen: Callable[..., Any], client_of: ClientOf
) -> None:
    from portal.notifications import digests

    choosing.choose(kind=DoorIsOpen.slug, way="daily", by=member)
    happen(member)
    run_errands()
    digests.plan(at=AT)
    assert Digest.objects.get().due_at.hour == 7
    client_of(member).post(URL, {**FORM, "hour": "18"})
    digests.plan(at=AT)
    assert Digest.objects.get().due_at == datetime(2026, 5, 4, 18, tzinfo=UTC)


def test_each_kind_stands_there_as_the_preset_has_it_and_only_differences_are_kept(
    member: Any, client_of: ClientOf
) -> None:
    client = client_of(member)
    html = page(client)
    for kind in kinds.choosable(member):
        assert f'name="way-{kind.slug}"' in html
    before = {choice.slug: choice.way for area in wanting(member, AT).areas for choice in area.choices}
    ways = {f"way-{slug}": way for slug, way in before.items()}
    client.post(f"{URL}kinds/", {**ways, "way-tests.door-open": "list"})
    assert list(Preference.objects.values_list("person", "kind", "way")) == [(member.pk, "tests.door-open", "list")]
    html = page(client)
    assert 'name="way-tests.door-open" value="list" checked' in html
    assert "1 differs from your preset" in html
    client.post(f"{URL}kinds/", {**ways, "way-tests.door-open": before["tests.door-open"]})
    assert not Preference.objects.exists()


def test_a_new_preset_leaves_what_differs_and_drops_what_differs_no_more(member: Any) -> None:
    choosing.choose_ways(ways={"tests.door-open": "list", "tests.spoke": "mail"}, by=member, at=AT)
    choosing.choose_preset(preset="everything", by=member, at=AT)
    assert list(Preference.objects.values_list("kind", "way")) == [("tests.door-open", "list")]


def test_all_can_be_told_as_the_preset_has_it_again(member: Any, co_member: Any, client_of: ClientOf) -> None:
    for person in (member, co_member):
        choosing.choose_ways(ways={"tests.door-open": "list"}, by=person, at=AT)
    client_of(member).post(f"{URL}kinds/", {"preset": "1", "way-tests.door-open": "daily"})
    assert list(Preference.objects.values_list("person", flat=True)) == [co_member.pk]


def test_what_is_no_kind_and_no_way_changes_nothing(member: Any, client_of: ClientOf) -> None:
    nonsense = {"way-nonsense": "mail", "way-tests.door-open": "pigeon", "way-": "mail", "way-\x00": "x" * 500}
    assert client_of(member).post(f"{URL}kinds/", nonsense).status_code == 302
    assert not Preference.objects.exists()


def test_kinds_of_staff_are_offered_to_staff_alone(member: Any, staff: Any, client_of: ClientOf) -> None:
    assert "way-members.join-requested" not in page(client_of(member))
    assert "way-members.join-requested" in page(client_of(staff))


def test_there_is_nothing_to_choose_about_one_s_own_account(member: Any, client_of: ClientOf) -> None:
    assert "way-members.join-approved" not in page(client_of(member))


def test_levels_are_listed_and_changed_with_one_click(member: Any, co_member: Any, client_of: ClientOf) -> None:
    channel = open_channel(kind="door", title="The green door", url="/glossary/", audience="members")
    client = client_of(member)
    assert "The green door" not in page(client)
    set_level(channel=channel, level="muted", by=co_member, at=AT)
    set_level(channel=channel, thread="tests.thread:1", level="everything", by=member, at=AT)
    html = page(client)
    assert "The green door" in html
    assert "Everything, at once" in html
    address = f"/notifications/level/{channel.pk}/"
    back = {"next": f"{URL}#things", "thread": "tests.thread:1"}
    response = client.post(address, {**back, "level": "muted"})
    assert response["Location"] == f"{URL}#things"
    assert Level.objects.get(person=member).level == "muted"
    assert "You hear nothing more of this conversation." in page(client)
    assert Level.objects.get(person=co_member).level == "muted"


@pytest.mark.parametrize(
    "sent",
    [
        {"level": "loud"},
        {},
        {"level": "muted", "thread": "x" * 200},
        {"level": "muted", "thread": "\x00"},
        {"level": "muted", "thread": "<script>"},
        {"level": "muted", "thread": "a.b:" + "9" * 19},
    ],
)
def test_what_is_no_level_or_no_thread_changes_nothing(member: Any, client_of: ClientOf, sent: dict[str, str]) -> None:
    channel = open_channel(kind="door", title="Door", url="/glossary/", audience="members")
    assert client_of(member).post(f"/notifications/level/{channel.pk}/", sent).status_code == 302
    assert not Level.objects.exists()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_click_leads_back_into_the_portal_only(member: Any, client_of: ClientOf, wanted: str) -> None:
    channel = open_channel(kind="door", title="Door", url="/glossary/", audience="members")
    response = client_of(member).post(f"/notifications/level/{channel.pk}/", {"level": "muted", "next": wanted})
    assert response["Location"] == "/glossary/"


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended", "outsider"])
def test_nobody_chooses_about_what_they_may_not_see(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    channel = open_channel(kind="door", title="Secret", url="/glossary/", audience="seated")
    client = client_of(request.getfixturevalue(who))
    response = client.post(f"/notifications/level/{channel.pk}/", {"level": "muted"})
    assert response.status_code in {302, 404}
    assert "/notifications/" not in response.get("Location", "") or "login" in response["Location"]
    assert not Level.objects.exists()


def test_a_brake_is_shown_and_taken_away(member: Any, client_of: ClientOf) -> None:
    client = client_of(member)
    assert "Tell me again as chosen below" not in page(client)
    for brake, words in (
        ("stop", "You get no mail."),
        ("weekly", "Everything waits for one summary a week."),
        ("no_digest", "You get no summaries."),
    ):
        choosing.put_brake(brake=brake, by=member)
        assert words in page(client)
    client.post(URL, {**FORM, "hour": "9"})
    assert Wishes.objects.get().brake == "no_digest"
    client.post(f"{URL}brake/")
    assert Wishes.objects.get().brake == ""


def test_another_preset_takes_the_brake_away(member: Any, client_of: ClientOf) -> None:
    choosing.put_brake(brake="stop", by=member)
    client_of(member).post(URL, {**FORM, "preset": "everything"})
    assert (Wishes.objects.get().preset, Wishes.objects.get().brake) == ("everything", "")


def test_one_person_s_settings_are_not_another_s(member: Any, co_member: Any, client_of: ClientOf) -> None:
    client_of(member).post(URL, {**FORM, "preset": "quiet"})
    assert choosing.wishes_of(co_member).preset == "balanced"


def test_whoever_waits_to_be_let_in_may_choose_already(pending: Any, client_of: ClientOf) -> None:
    client = client_of(pending)
    assert "Your own feed" not in page(client)
    assert client.post(URL, {**FORM, "preset": "quiet"}).status_code == 302
    assert Wishes.objects.get().preset == "quiet"


# --- last week ---------------------------------------------------------------------------------------------------


def _opened(happen: Callable[..., Any], person: Any, moments: list[datetime]) -> None:
    for number, moment in enumerate(moments):
        happen(person, key=f"door:{number}", at=moment)
        run_errands()


def test_last_week_is_counted_from_what_really_happened(
    happen: Callable[..., Any], member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DoorIsOpen, "weight", "news")
    days = [AT - timedelta(days=day) for day in (1, 1, 3, 5)]
    _opened(happen, member, [*days, AT - timedelta(days=8)])
    cards = {card.value: card.last_week for card in wanting(member, AT).cards}
    assert cards == {"quiet": Preview(0, 1), "balanced": Preview(0, 3), "everything": Preview(4, 0)}


def test_the_seventh_of_a_day_is_counted_as_a_summary(happen: Callable[..., Any], member: Any) -> None:
    _opened(happen, member, [AT - timedelta(days=2, minutes=minute) for minute in range(9)])
    assert wanting(member, AT).cards[0].last_week == Preview(6, 1)


def test_talk_is_counted_as_it_is_merged(say: Callable[..., Any], member: Any) -> None:
    for minute in (0, 1, 2, 30):
        say(mentioned=[member], at=AT - timedelta(days=1) + timedelta(minutes=minute))
    say("tests.thread:2", mentioned=[member], at=AT - timedelta(days=1))
    assert wanting(member, AT).cards[0].last_week == Preview(3, 0)


def test_the_page_says_so_in_words(happen: Callable[..., Any], member: Any, client_of: ClientOf) -> None:
    assert page(client_of(member)).count("Last week nothing would have come.") == 3
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        _opened(happen, member, [AT])
        assert "Last week you would have received 1 mail, 0 summaries." in page(client_of(member))


def test_the_page_costs_the_same_whatever_was_chosen_and_told(
    happen: Callable[..., Any], member: Any, client_of: ClientOf
) -> None:
    client, costs, made = client_of(member), [], 0
    for wanted in (1, 3, 30):
        for number in range(made, wanted):
            happen(member, key=f"door:{number}", at=AT)
            channel = open_channel(kind="door", title=f"Door {number}", url="/glossary/", audience="members")
            set_level(channel=channel, level="everything", by=member, at=AT)
        while run_errands():
            pass
        made = wanted
        with time_machine.travel(AT + timedelta(hours=1), tick=False), CaptureQueriesContext(connection) as queries:
            response = client.get(URL)
        costs.append(len(queries))
        assert len(response.content) <= 60_000
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 12


# --- the feed ----------------------------------------------------------------------------------------------------


def _feed_address(client: Client) -> str:
    html = client.post(f"{URL}feed/").content.decode()
    start = html.index("/feeds/me/")
    return html[start : html.index('"', start)]


def test_a_feed_holds_one_s_own_notices_for_whoever_has_its_address(
    happen: Callable[..., Any], member: Any, co_member: Any, client_of: ClientOf
) -> None:
    happen(member, title="The red door & <b>more</b>")
    happen(co_member, key="door:2", title="Not mine")
    while run_errands():
        pass
    address = _feed_address(client_of(member))
    response = Client().get(address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    body = response.content.decode()
    assert "The red door &amp; &lt;b&gt;more&lt;/b&gt; is open" in body
    assert "You asked about doors." in body
    assert "http://localhost:8000/glossary/" in body
    assert "Not mine" not in body
    assert "sessionid" not in response.cookies


def test_only_a_digest_of_the_key_is_kept_and_a_new_one_ends_the_old(member: Any, client_of: ClientOf) -> None:
    client = client_of(member)
    first, second = _feed_address(client), _feed_address(client)
    assert first != second
    assert FeedKey.objects.count() == 1
    assert second.split("/")[-2] not in FeedKey.objects.get().hashed
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert second not in page(client)


def test_a_feed_can_be_ended(member: Any, client_of: ClientOf) -> None:
    client = client_of(member)
    address = _feed_address(client)
    assert "End the feed" in page(client)
    client.post(f"{URL}feed/", {"end": "1"})
    assert Client().get(address).status_code == 404
    assert "End the feed" not in page(client)


@pytest.mark.parametrize("change", [{"standing": "suspended", "is_active": False}, {"standing": "pending"}])
def test_who_is_no_member_any_more_has_no_feed(member: Any, client_of: ClientOf, change: dict[str, Any]) -> None:
    address = _feed_address(client_of(member))
    User.objects.filter(pk=member.pk).update(**change)
    assert Client().get(address).status_code == 404


def test_a_feed_shows_nothing_that_one_may_no_longer_see(
    happen: Callable[..., Any], member: Any, client_of: ClientOf
) -> None:
    from portal.follows.operations import seat, unseat

    channel: Channel = open_channel(kind="door", title="Secret", url="/glossary/", audience="seated")
    seat(channel=channel, user=member)
    happen(member, about=channel, title="Secret door")
    run_errands()
    address = _feed_address(client_of(member))
    assert "Secret door" in Client().get(address).content.decode()
    unseat(channel=channel, user=member)
    assert "Secret door" not in Client().get(address).content.decode()


@pytest.mark.parametrize("key", ["forged", "0" * 43, "é", "x" * 3000, "%00"])
def test_a_forged_key_opens_no_feed(member: Any, key: str) -> None:
    feeds.make_key(by=member, at=AT)
    assert Client().get(f"/feeds/me/{key}/").status_code in {400, 404}


def test_reading_the_feed_marks_nothing_as_read(happen: Callable[..., Any], member: Any, client_of: ClientOf) -> None:
    happen(member)
    run_errands()
    Client().get(_feed_address(client_of(member)))
    assert Notification.objects.filter(person=member).unread().count() == 1
