"""Staff ask before they decide; the person answers, or time closes the request."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.joining import operations, queries
from members.joining.operations import AlreadyDecided
from members.models import JoinMessage, JoinRequest, User
from members.operations import NotAllowed
from members.tasks import sweep_requests
from portal.desk.queues import waiting
from portal.incoming.receiving import Outcome, receive
from portal.outbox.models import Mail
from tests.factories.members import PASSWORD, JoinRequestFactory
from tests.members.post import delivered, newest

pytestmark = pytest.mark.django_db

ADDRESS = "renske@tamarack.example"
QUESTION = "Which hub?\nAnd <b>who</b> pays?"


@pytest.fixture
def row():
    return JoinRequestFactory(person__email=ADDRESS, person__name="Renske Oduya")


@pytest.fixture
def asked_back(row, staff):
    operations.ask_back(request=row, question=QUESTION, by=staff, at=timezone.now())
    return row


def person_of(row):
    client = Client()
    client.post("/accounts/login/", {"login": row.person.email, "password": PASSWORD})
    return client


def test_a_question_reaches_the_person_who_answers_on_their_page_and_is_staff_s_again(row, staff, client_of):
    page = client_of(staff).post(f"/manage/join-requests/{row.pk}/ask/", {"ask-question": QUESTION}, follow=True)
    assert "Renske Oduya is asked by mail" in page.content.decode()
    mail = newest(ADDRESS)
    assert mail.message["Subject"] == "A question about your request to join"
    assert "And <b>who</b> pays?" in mail.text
    assert "And &lt;b&gt;who&lt;/b&gt; pays?" in mail.html
    assert "/members/me/" in mail.text

    person = person_of(row)
    shown = person.get("/members/me/").content.decode()
    assert "The programme office asks you something" in shown
    assert "And &lt;b&gt;who&lt;/b&gt; pays?" in shown
    assert staff.name not in shown, "who waits sees nobody"
    assert person.post("/members/me/answer/", {"text": "The regional one."}).status_code == 302
    assert "Your request is being looked at" in person.get("/members/me/").content.decode()

    told = newest(staff.email)
    assert told.message["Subject"] == "An answer about a request to join"
    assert "The regional one." in told.text
    desk = client_of(staff).get(f"/manage/join-requests/{row.pk}/").content.decode()
    assert desk.index("Which hub?") < desk.index("The regional one.")
    assert staff.name in desk


def test_what_was_asked_back_leaves_the_front_of_the_queue_until_it_is_answered(asked_back, staff, client_of):
    other = JoinRequestFactory(person__name="Casimir Vell")
    queue = next(each for each in waiting(staff) if each.queue.slug == "join-requests")
    assert [item.title for item in queue.items] == ["Casimir Vell"]
    page = client_of(staff).get("/manage/join-requests/").content.decode()
    assert page.index("Casimir Vell") < page.index("Waiting for the person") < page.index("Renske Oduya")

    operations.answer(request=asked_back, text="Here.", by=asked_back.person, at=timezone.now())
    assert list(queries.waiting_requests()) == [other, asked_back], "waits anew from the answer on"
    assert not queries.asked_back_requests().exists()


def test_a_second_question_and_a_second_answer_are_possible(asked_back, staff):
    operations.answer(request=asked_back, text="One.", by=asked_back.person, at=timezone.now())
    operations.ask_back(request=asked_back, question="And?", by=staff, at=timezone.now())
    operations.answer(request=asked_back, text="Two.", by=asked_back.person, at=timezone.now())
    said = [(each.from_staff, each.text) for each in queries.thread(asked_back, staff)]
    assert said == [(True, QUESTION), (False, "One."), (True, "And?"), (False, "Two.")]


def test_something_may_be_added_without_being_asked_and_the_place_in_the_queue_stays(row):
    before = row.waits_since
    client = person_of(row)
    client.post("/members/me/answer/", {"text": "I forgot: we are twelve towns."})
    row.refresh_from_db()
    assert row.waits_since == before
    assert "we are twelve towns" in client.get("/members/me/").content.decode()


def test_an_empty_answer_is_named_beside_the_field(asked_back):
    page = person_of(asked_back).post("/members/me/answer/", {"text": " "})
    assert page.status_code == 422
    assert "This field is required." in page.content.decode()
    assert JoinMessage.objects.filter(from_staff=False).count() == 0


def test_an_empty_question_is_named_beside_the_field(row, staff, client_of):
    page = client_of(staff).post(f"/manage/join-requests/{row.pk}/ask/", {"ask-question": ""})
    assert page.status_code == 422
    assert "This field is required." in page.content.decode()


def test_who_was_asked_is_reminded_after_a_week_once_and_closed_kindly_after_a_month(asked_back):
    began = asked_back.asked_back_at
    assert operations.sweep(at=began + timedelta(days=6, hours=23)) == operations.Swept(0, 0)
    assert operations.sweep(at=began + timedelta(days=7)) == operations.Swept(1, 0)
    assert newest(ADDRESS).message["Subject"] == "We still wait for your answer"
    assert "Which hub?" in newest(ADDRESS).text
    assert operations.sweep(at=began + timedelta(days=20)) == operations.Swept(0, 0)
    assert operations.sweep(at=began + timedelta(days=30)) == operations.Swept(0, 1)
    assert operations.sweep(at=began + timedelta(days=31)) == operations.Swept(0, 0)
    assert newest(ADDRESS).message["Subject"] == "Your request to join is closed"
    asked_back.refresh_from_db()
    assert (asked_back.decision, asked_back.decided_by, asked_back.asked_back_at) == ("closed", None, None)

    client = person_of(asked_back)
    page = client.get("/members/me/").content.decode()
    assert "Your request is closed" in page
    assert "Nobody has decided against you" in page
    again = {"organisation": "Tamarack County", "kind": "practitioner", "reason": "I was away."}
    assert client.post("/members/me/ask-again/", again).status_code == 302
    assert queries.waiting_requests().count() == 1


def test_an_answer_stops_reminder_and_closing(asked_back):
    operations.answer(request=asked_back, text="Here.", by=asked_back.person, at=timezone.now())
    assert operations.sweep(at=timezone.now() + timedelta(days=400)) == operations.Swept(0, 0)


def test_a_sweep_that_was_missed_is_made_up_without_a_reminder_after_the_end(asked_back):
    """Down for six weeks: the request is closed, and nobody is reminded of what is over."""
    before = Mail.objects.count()
    assert operations.sweep(at=timezone.now() + timedelta(days=42)) == operations.Swept(0, 1)
    assert Mail.objects.count() == before + 1


def test_the_task_sweeps(asked_back):
    at = timezone.now() - timedelta(days=31)
    JoinRequest.objects.filter(pk=asked_back.pk).update(asked_back_at=at, remind_at=None, close_at=at)
    sweep_requests()
    asked_back.refresh_from_db()
    assert asked_back.decision == "closed"


def test_what_is_decided_can_neither_be_asked_about_nor_answered(row, staff):
    operations.refuse(request=row, reason="No.", by=staff, at=timezone.now())
    with pytest.raises(AlreadyDecided):
        operations.ask_back(request=row, question="?", by=staff, at=timezone.now())
    with pytest.raises(AlreadyDecided):
        operations.answer(request=row, text="!", by=row.person, at=timezone.now())
    assert JoinMessage.objects.count() == 0


def test_a_decision_ends_the_waiting(asked_back, staff):
    operations.approve(request=asked_back, organisation=None, kind="practitioner", by=staff, at=timezone.now())
    asked_back.refresh_from_db()
    assert (asked_back.asked_back_at, asked_back.remind_at, asked_back.close_at) == (None, None, None)


def test_nobody_answers_for_somebody_else(asked_back, pending, member):
    with pytest.raises(NotAllowed):
        operations.answer(request=asked_back, text="x", by=member, at=timezone.now())


@pytest.mark.parametrize("persona", ["visitor", "pending", "suspended", "member", "outsider", "provider"])
def test_messages_are_for_staff_and_the_person_alone(persona, asked_back, request):
    stranger = request.getfixturevalue(persona)
    assert not JoinMessage.objects.visible_to(stranger).exists()
    assert JoinMessage.objects.visible_to(asked_back.person).count() == 1


def test_waiting_for_the_person_has_its_dates_or_none(row):
    for broken in ({"asked_back_at": timezone.now()}, {"remind_at": timezone.now()}, {"close_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinRequest.objects.filter(pk=row.pk).update(**broken)


def test_only_those_who_asked_are_told_of_the_answer(asked_back, staff, second_staff):
    operations.answer(request=asked_back, text="Here.", by=asked_back.person, at=timezone.now())
    told = {mail.message["To"] for mail in delivered() if "An answer about" in mail.message["Subject"]}
    assert told == {staff.email}


# --- by mail ----------------------------------------------------------------------------------------------------


@pytest.fixture
def answer_at(row, staff, settings):
    """Where the person answers the mail that asks something."""
    settings.REPLY_ADDRESS = "reply@portal.example"
    operations.ask_back(request=row, question=QUESTION, by=staff, at=timezone.now())
    mail = newest(ADDRESS)
    assert "You can answer this mail" in mail.text
    return parseaddr(mail.message["Reply-To"])[1]


def answer_by_mail(text, to, sender=ADDRESS, number=1):
    message = EmailMessage()
    said = {"From": sender, "To": to, "Subject": "Re: A question", "Message-ID": f"<{number}@tamarack.example>"}
    for name, value in said.items():
        message[name] = value
    message.set_content(text)
    return receive(message.as_bytes(), recipient=to, at=timezone.now())


def test_the_question_can_be_answered_by_mail(row, answer_at, staff):
    quoted = "The regional one.\n\nOn Mon, 4 May 2026 at 10:01, the office wrote:\n> Which hub?\n"
    assert answer_by_mail(quoted, answer_at) is Outcome.POSTED
    assert answer_by_mail(quoted, answer_at) is Outcome.REPEATED
    assert [each.text for each in queries.thread(row, staff)] == [QUESTION, "The regional one."]
    assert list(queries.waiting_requests()) == [row]


def test_nobody_else_answers_by_mail_and_nobody_after_the_decision(row, answer_at, staff):
    assert answer_by_mail("Me!", answer_at, sender="other@elsewhere.example") is Outcome.STRANGER
    operations.refuse(request=row, reason="No.", by=staff, at=timezone.now())
    assert answer_by_mail("But!", answer_at, number=2) is Outcome.REFUSED
    assert not JoinMessage.objects.filter(from_staff=False).exists()


def test_who_is_suspended_meanwhile_answers_nothing(row, answer_at):
    User.objects.filter(pk=row.person_id).update(is_active=False)
    assert answer_by_mail("Here.", answer_at) is Outcome.REFUSED
    assert not JoinMessage.objects.filter(from_staff=False).exists()


def test_without_an_address_for_replies_the_mail_asks_for_none(row, staff, settings):
    settings.REPLY_ADDRESS = ""
    operations.ask_back(request=row, question=QUESTION, by=staff, at=timezone.now())
    mail = newest(ADDRESS)
    assert mail.message["Reply-To"] is None
