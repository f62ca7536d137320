"""The banner of a paused address, staff's list of them, and answering a captured mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.incoming.models import AddressHealth
from portal.incoming.operations import note_complaint
from portal.incoming.replies import reply_address
from portal.outbox.capture import CaptureBackend, captured
from tests.incoming.conftest import AT, THREAD, Thread

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
BANNER = "We have stopped mailing you."


def test_whose_address_is_paused_sees_it_on_every_page_and_can_use_it_again(member: Any, client_of: ClientOf) -> None:
    client = client_of(member)
    assert BANNER not in client.get("/").content.decode()
    note_complaint(address=member.email, problem="spam", at=AT)
    for page in ("/", "/cases/", "/notifications/", "/settings/notifications/", "/accounts/email/"):
        text = client.get(page).content.decode()
        assert BANNER in text, page
        assert member.email in text
        assert 'href="/accounts/email/"' in text
    response = client.post("/settings/address/again/", follow=True)
    assert response.status_code == 200
    assert f"We send mail to {member.email} again." in response.content.decode()
    assert BANNER not in response.content.decode()
    assert AddressHealth.objects.get().paused_at is None


def test_nobody_else_sees_it_nor_uses_it(
    member: Any, outsider: Any, staff: Any, client: Client, client_of: ClientOf
) -> None:
    note_complaint(address=member.email, problem="spam", at=AT)
    for other in (client_of(outsider), client_of(staff), client):
        assert BANNER not in other.get("/").content.decode()
        other.post("/settings/address/again/")
    assert AddressHealth.objects.get().paused_at is not None


def test_who_waits_for_approval_sees_it_too(pending: Any, client_of: ClientOf) -> None:
    note_complaint(address=pending.email, problem="spam", at=AT)
    assert BANNER in client_of(pending).get("/members/me/").content.decode()


def test_another_address_has_a_clean_slate(member: Any, client_of: ClientOf) -> None:
    note_complaint(address=member.email, problem="spam", at=AT)
    member.email = "moved@agency.example"
    member.save()
    assert BANNER not in client_of(member).get("/").content.decode()


def test_the_banner_costs_no_query(member: Any, client_of: ClientOf) -> None:
    client, counts = client_of(member), []
    client.get("/glossary/")
    for _time in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/glossary/")
        counts.append(len(queries))
        note_complaint(address=member.email, problem="spam", at=AT)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_staff_see_whom_mail_does_not_reach_at_the_same_cost(rows: int, staff: Any, client_of: ClientOf) -> None:
    for number in range(rows):
        note_complaint(address=f"p{number}@agency.example", problem="<b>spam</b>", at=AT + timedelta(minutes=number))
    client = client_of(staff)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/manage/addresses/").content.decode()
    assert len(queries) <= 12
    assert page.count('id="address-') == rows or (rows > 20 and 'rel="next"' in page)
    assert "&lt;b&gt;spam" in page
    assert "p0@agency.example" in client.get("/manage/").content.decode()


def test_staff_without_paused_addresses_read_so(staff: Any, client_of: ClientOf) -> None:
    assert "Mail reaches everybody." in client_of(staff).get("/manage/addresses/").content.decode()


@pytest.fixture
def shown(member: Any, thread: Thread) -> str:
    """The name of a captured mail that can be answered."""
    address = reply_address(person=member, handler=THREAD, key="1", at=timezone.now())
    message = EmailMultiAlternatives("Costs", "Who has done this?\n", to=[member.email], reply_to=[address])
    message.attach_alternative("<p>Who?</p>", "text/html")
    CaptureBackend().send_messages([message])
    return captured()[0].name


def test_a_captured_mail_is_answered_on_its_page(shown: str, thread: Thread, client: Client) -> None:
    assert "Answer it" in client.get(f"/dev/mail/{shown}/").content.decode()
    response = client.post(f"/dev/mail/{shown}/answer/", {"text": "We have.\n\nTwice."}, follow=True)
    assert "a reply, posted" in response.content.decode()
    assert [post["text"] for post in thread.posts] == ["We have.\n\nTwice."]


def test_a_mail_that_takes_no_answer_has_no_form(member: Any, client: Client) -> None:
    CaptureBackend().send_messages([EmailMultiAlternatives("Code", "x", to=[member.email])])
    name = captured()[0].name
    assert "Answer it" not in client.get(f"/dev/mail/{name}/").content.decode()
    assert client.post(f"/dev/mail/{name}/answer/", {"text": "x"}).status_code == 404
    assert client.post("/dev/mail/none.eml/answer/", {"text": "x"}).status_code == 404
