"""Mails of notices: asked again at the moment of sending, well formed, stoppable in one click."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from members.models import User
from portal.follows.models import Channel, Seat
from portal.follows.operations import seat, unseat
from portal.notifications import kinds
from portal.notifications.choosing import choose
from portal.notifications.mail import compose
from portal.notifications.models import Notification, Preference
from portal.notifications.stopping import read_token, stop_token
from portal.outbox.drain import drain, run_errands
from portal.outbox.models import Mail
from portal.outbox.rendering import render
from tests.harness.smtp_sink import SmtpSink
from tests.notifications.conftest import DoorIsOpen, readers

pytestmark = pytest.mark.django_db
Happen = Callable[..., Any]


def bodies(message: EmailMessage) -> tuple[str, str]:
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def test_a_mail_says_what_why_where_and_how_to_stop_it(happen: Happen, member: Any, sink: SmtpSink) -> None:
    happen(member)
    drain()
    (delivery,) = sink.deliveries
    message, mail = delivery.message, Mail.objects.get()
    token = stop_token(member.pk, "tests.door-open")
    assert message["Subject"] == "The door is open"
    assert message["To"] == member.email
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<tests.door-open.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = message["List-Unsubscribe"].strip()  # long: it stands on a line of its own
    assert stop.startswith("<http://localhost:8000/notifications/stop/")
    assert read_token(stop.split("/")[-2]) == read_token(token)
    for body in bodies(message):
        assert "Come in." in body
        assert "You asked about doors." in body
        assert "http://localhost:8000/glossary/" in body
        assert "/notifications/stop/" in body
        assert "http://localhost:8000/settings/notifications/" in body


def test_styles_stand_in_the_elements_and_the_dark_ones_in_the_head(
    happen: Happen, member: Any, sink: SmtpSink
) -> None:
    happen(member)
    drain()
    _text, html = bodies(sink.deliveries[0].message)
    assert "@media (prefers-color-scheme:dark)" in html.replace("scheme: dark", "scheme:dark")
    assert '<p style="' in html
    assert "{% " not in html


def _lose_the_seat(channel: Channel, person: User) -> None:
    unseat(channel=channel, user=person)


def _stop_this_kind(channel: Channel, person: User) -> None:
    choose(kind=DoorIsOpen.slug, way="list", by=person)


def _be_suspended(channel: Channel, person: User) -> None:
    User.objects.filter(pk=person.pk).update(standing="suspended", is_active=False)


def _lose_membership(channel: Channel, person: User) -> None:
    User.objects.filter(pk=person.pk).update(standing="pending")


def _close_to_staff(channel: Channel, person: User) -> None:
    Channel.objects.filter(pk=channel.pk).update(audience="staff")


def _see_it_vanish(channel: Channel, person: User) -> None:
    DoorIsOpen.note = ""


def _lose_the_notice(channel: Channel, person: User) -> None:
    Notification.objects.all().delete()


@pytest.mark.parametrize(
    "change",
    [
        _lose_the_seat,
        _stop_this_kind,
        _be_suspended,
        _lose_membership,
        _close_to_staff,
        _see_it_vanish,
        _lose_the_notice,
    ],
)
def test_between_queue_and_sending_the_person_may_lose_it(  # noqa: PLR0917
    change: Callable[[Channel, User], None],
    happen: Happen,
    door: Callable[..., Channel],
    member: Any,
    co_member: Any,
    sink: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DoorIsOpen, "note", "Come in.")
    channel = door("seated")
    seat(channel=channel, user=member)
    happen(member, about=channel)
    while run_errands():
        pass
    assert Mail.objects.get().state == "queued"
    change(channel, member)
    drain()
    assert sink.deliveries == []
    assert Mail.objects.get().state == "suppressed"
    assert Mail.objects.get().lease_until is None


def test_somebody_promoted_meanwhile_still_gets_it(
    happen: Happen, door: Callable[..., Channel], member: Any, sink: SmtpSink
) -> None:
    channel = door("seated")
    seat(channel=channel, user=member)
    happen(member, about=channel)
    while run_errands():
        pass
    unseat(channel=channel, user=member)
    User.objects.filter(pk=member.pk).update(is_staff=True)
    drain()
    assert readers(sink) == [member.email]


def test_a_mail_goes_to_the_address_that_the_person_has_now(happen: Happen, member: Any, sink: SmtpSink) -> None:
    happen(member)
    while run_errands():
        pass
    User.objects.filter(pk=member.pk).update(email="moved@agency.example")
    drain()
    assert readers(sink) == ["moved@agency.example"]
    assert Mail.objects.get().address == "moved@agency.example"


def test_a_kind_that_this_worker_does_not_know_yet_is_waited_for(
    happen: Happen, member: Any, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(member)
    while run_errands():
        pass
    with monkeypatch.context() as patch:
        patch.delitem(kinds._kinds, DoorIsOpen.slug)
        drain()
    assert Mail.objects.values_list("state", "attempts").get() == ("queued", 1)


def test_times_and_words_are_the_reader_s(happen: Happen, member: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Europe/Bucharest", language="en-gb")
    seen = []

    def context(self: Any, fact: Any, person: Any) -> dict[str, Any]:
        seen.append((timezone.get_current_timezone_name(), translation.get_language()))
        return {"note": "x"}

    monkeypatch.setattr(DoorIsOpen, "context", context)
    happen(member)
    while run_errands():
        pass
    render(Mail.objects.get())
    assert seen == [("Europe/Bucharest", "en-gb")]


def test_when_mail_is_off_the_notice_is_still_in_the_list(happen: Happen, member: Any, sink: SmtpSink) -> None:
    Preference.objects.create(person=member, kind=DoorIsOpen.slug, way="list")
    happen(member)
    drain()
    assert Notification.objects.visible_to(member).count() == 1
    assert not Mail.objects.exists()


naughty = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=300),
    st.sampled_from(
        [
            "Door\r\nBcc: everybody@x.example",
            "Door\nSubject: other",
            "Door\u2028Bcc: a@x.example",
            "<script>alert(1)</script>",
            "=?utf-8?q?=0ABcc:_a@x.example?=",
            "{{ 7|add:7 }}{% now %}",
            "'\"><img src=x onerror=alert(1)>",
            "ＬＯＮＧ" * 400,
            "٠١٢ עברית \u202b mixed",
        ]
    ),
)


def test_whatever_a_thing_is_called_its_mail_is_well_formed(happen: Happen, member: Any, own_kinds: kinds.Kind) -> None:
    row = happen(member)
    while run_errands():
        pass
    mail = Mail.objects.get()

    @given(naughty)
    @examples(max_examples=120, deadline=None)
    def check(title: str) -> None:
        type(row).objects.filter(pk=row.pk).update(payload={**row.payload, "title": title.replace("\x00", "")})
        message = render(mail)
        wire = message.message().as_bytes(linesep="\r\n")
        parsed = message_from_bytes(wire, policy=SMTP)
        assert set(parsed.keys()) == {
            "Content-Type",
            "MIME-Version",
            "Subject",
            "From",
            "To",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Precedence",
            "X-Auto-Response-Suppress",
        }
        assert parsed["To"] == member.email
        assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
        assert max(map(len, wire.split(b"\r\n"))) <= 998
        _text, html = bodies(parsed)
        assert "<script" not in html
        assert "<img" not in html

    check()


@pytest.mark.parametrize("method", ["get", "head"])
def test_following_the_link_shows_and_changes_nothing(member: Any, client: Client, method: str) -> None:
    address = f"/notifications/stop/{stop_token(member.pk, DoorIsOpen.slug)}/"
    response = getattr(client, method)(address)
    assert response.status_code == 200
    assert not Preference.objects.exists()
    if method == "get":
        page = response.content.decode()
        assert "A door is open" in page
        assert member.email not in page
        assert member.name not in page
        assert '<form class="stop-scopes" method="post">' in page


@pytest.mark.parametrize("who", ["member", "pending", "suspended"])
def test_one_click_stops_the_kind_without_a_cookie_a_redirect_or_a_form_token(
    who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    client = Client(enforce_csrf_checks=True)
    address = f"/notifications/stop/{stop_token(person.pk, DoorIsOpen.slug)}/"
    response = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "sessionid" not in response.cookies
    assert Preference.objects.values_list("person", "kind", "way").get() == (person.pk, DoorIsOpen.slug, "list")
    assert client.post(address).status_code == 200
    assert Preference.objects.count() == 1


def test_after_the_answer_no_further_mail_goes_out_not_even_a_queued_one(
    happen: Happen, member: Any, client: Client, sink: SmtpSink
) -> None:
    happen(member)
    while run_errands():
        pass
    client.post(f"/notifications/stop/{stop_token(member.pk, DoorIsOpen.slug)}/")
    happen(member, key="door:2")
    drain()
    assert sink.deliveries == []


def test_for_an_account_that_is_gone_the_link_still_answers(member: Any, client: Client) -> None:
    token = stop_token(member.pk, DoorIsOpen.slug)
    User.objects.filter(pk=member.pk).delete()
    assert client.get(f"/notifications/stop/{token}/").status_code == 200
    assert client.post(f"/notifications/stop/{token}/").status_code == 200
    assert not Preference.objects.exists()


def _forgeries(token: str) -> list[str]:
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token), 7)]
    return [
        *flipped,
        token[:-1],
        token + "x",
        "x",
        "0",
        signing.dumps({"person": 1, "kind": DoorIsOpen.slug}),
        signing.dumps({"person": 1, "kind": DoorIsOpen.slug}, salt="other"),
        signing.dumps({"person": 1, "kind": DoorIsOpen.slug}, key="other", salt="notifications.unsubscribe"),
    ]


def test_a_forged_link_is_no_page(member: Any, client: Client) -> None:
    for token in _forgeries(stop_token(member.pk, DoorIsOpen.slug)):
        assert client.get(f"/notifications/stop/{token}/").status_code == 404
        assert client.post(f"/notifications/stop/{token}/").status_code == 404
    assert not Preference.objects.exists()


def test_a_link_of_the_former_key_still_works(member: Any, client: Client, settings: Any) -> None:
    token = stop_token(member.pk, DoorIsOpen.slug)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key " * 6
    assert client.post(f"/notifications/stop/{token}/").status_code == 200
    assert Preference.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_no_other_method_acts(member: Any, client: Client, method: str) -> None:
    address = f"/notifications/stop/{stop_token(member.pk, DoorIsOpen.slug)}/"
    assert getattr(client, method)(address).status_code == 405
    assert not Preference.objects.exists()


def test_the_link_opens_no_session(member: Any, client: Client) -> None:
    client.post(f"/notifications/stop/{stop_token(member.pk, DoorIsOpen.slug)}/")
    assert client.get("/notifications/").status_code == 302


def test_asking_again_costs_five_queries(
    happen: Happen, door: Callable[..., Channel], member: Any, django_assert_max_num_queries: Any
) -> None:
    channel = door("seated")
    Seat.objects.create(channel=channel, user=member)
    happen(member, about=channel)
    while run_errands():
        pass
    mail = Mail.objects.get()
    with django_assert_max_num_queries(5):
        compose(mail)
