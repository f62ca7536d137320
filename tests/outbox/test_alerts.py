"""Staff hear of given-up work once for an outbreak; members read on their pages that mail is late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.notifications.models import Notification
from portal.outbox import breaker, context, given_up, registry, rendering
from portal.outbox.drain import drain
from portal.outbox.models import Errand, Fact, Mail, Trouble
from portal.outbox.operations import record
from tests.harness.smtp_sink import SmtpSink
from tests.outbox.conftest import due_again

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
LATE = "Mail from the portal is late"


@pytest.fixture
def broken(own_registries: None) -> None:
    @rendering.renders("broken")
    def broken(mail: Mail) -> None:
        raise ZeroDivisionError


@pytest.fixture
def pages_look(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page looks whether mail is late."""
    settings.MAIL_DELAY_LOOK_SECONDS = 0
    monkeypatch.setattr(context, "_seen", None)


def told() -> int:
    return Fact.objects.filter(name="outbox.WorkGivenUp").count()


def test_ten_poisoned_mails_are_one_alert_to_each_of_the_staff(
    staff: Any, member: Any, queue: Callable[..., Mail], sink: SmtpSink, broken: None
) -> None:
    for number in range(10):
        queue(f"m{number}", renderer="broken", attempts=4)
    drain()
    assert Mail.objects.given_up().count() == 10
    notice = Notification.objects.get()
    assert (notice.person, notice.kind) == (staff, "outbox.work-given-up")
    (delivery,) = sink.deliveries
    text = delivery.message.get_body(("plain",)).get_content()
    assert delivery.recipients == (staff.email,)
    assert "A fault in the program: ZeroDivisionError." in text
    assert "10 mails or errands wait" in text
    assert "/manage/given-up/" in text


def test_an_errand_that_is_given_up_is_told_of_too(staff: Any, kettle_boiled: type, sink: SmtpSink) -> None:
    def fails(fact: Any, envelope: Any) -> None:
        raise ZeroDivisionError

    registry.attach(kettle_boiled, "tests.fails", fails)
    record(kettle_boiled(1), key="kettle:1", by=None, at=timezone.now())
    Errand.objects.update(attempts=4)
    drain()
    assert Errand.objects.given_up().exists()
    assert Notification.objects.filter(person=staff, kind="outbox.work-given-up").count() == 1


def test_an_outbreak_that_goes_on_is_told_of_once_a_day(queue: Callable[..., Mail], broken: None) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for hours in (0, 1, 22, 2, 1):
            clock.shift(timedelta(hours=hours))
            queue(f"m{timezone.now().timestamp()}", renderer="broken", attempts=4)
            drain()
        assert told() == 2


def test_the_next_outbreak_is_told_of_once_staff_saw_to_the_last(
    staff: Any, queue: Callable[..., Mail], broken: None
) -> None:
    one = queue("one", renderer="broken", attempts=4)
    drain()
    given_up.try_again(errands=Errand.objects.all(), mails=Mail.objects.all(), by=staff, at=timezone.now())
    assert not Trouble.objects.exists()
    for _ in range(5):
        due_again(one)
        drain()
    assert told() == 2
    given_up.leave_undone(errands=Errand.objects.all(), mails=Mail.objects.all(), by=staff, at=timezone.now())
    assert not Trouble.objects.exists()
    assert Mail.objects.get(key="one").state == "suppressed"


def test_while_some_of_it_waits_the_outbreak_is_not_over(staff: Any, queue: Callable[..., Mail], broken: None) -> None:
    one, _other = (queue(key, renderer="broken", attempts=4) for key in ("one", "other"))
    drain()
    mails = Mail.objects.filter(pk=one.pk)
    given_up.try_again(errands=Errand.objects.none(), mails=mails, by=staff, at=timezone.now())
    assert Trouble.objects.filter(what="work").exists()


def test_whoever_saw_to_it_is_noted(staff: Any, queue: Callable[..., Mail]) -> None:
    queue("one", state="dead")
    given_up.try_again(errands=Errand.objects.none(), mails=Mail.objects.all(), by=staff, at=timezone.now())
    fact = Fact.objects.get(name="outbox.WorkTakenUp")
    assert (fact.by, fact.payload) == (staff, {"rows": 1, "again": True})


def test_what_is_kept_of_an_outbreak_names_nobody(db: None) -> None:
    problem = "SMTPRecipientsRefused: {'ann@reader.example': (450, b'<ann@reader.example>: later')}"
    given_up.tell_staff(problem, at=timezone.now())
    breaker.failed(Trouble.With.SERVER, "", problem, timezone.now())
    kept = [*Trouble.objects.values_list("problem", flat=True), Fact.objects.get().payload["problem"]]
    assert kept == ["SMTPRecipientsRefused: {'…@…': (450, b'<…@…>: later')}"] * 3


@pytest.mark.parametrize("minutes", [9, 11])
def test_members_read_that_mail_is_late_when_it_is(
    member: Any, client_of: ClientOf, queue: Callable[..., Mail], pages_look: None, minutes: int
) -> None:
    queue("one", due_at=timezone.now() - timedelta(minutes=minutes))
    assert (LATE in client_of(member).get("/glossary/").content.decode()) is (minutes > 10)


def test_visitors_do_not_read_it_and_nobody_when_mail_only_waits_for_its_next_try(
    member: Any, client: Client, client_of: ClientOf, queue: Callable[..., Mail], pages_look: None
) -> None:
    late = queue("one", due_at=timezone.now() - timedelta(minutes=11))
    assert LATE not in client.get("/glossary/").content.decode()
    Mail.objects.filter(pk=late.pk).update(attempts=3, due_at=timezone.now() + timedelta(hours=1))
    assert LATE not in client_of(member).get("/glossary/").content.decode()


def test_a_process_looks_only_now_and_then(  # noqa: PLR0917
    member: Any,
    client_of: ClientOf,
    queue: Callable[..., Mail],
    pages_look: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MAIL_DELAY_LOOK_SECONDS = 30
    client = client_of(member)
    assert LATE not in client.get("/glossary/").content.decode()
    queue("one", due_at=timezone.now() - timedelta(minutes=11))
    assert LATE not in client.get("/glossary/").content.decode()
    monkeypatch.setattr(context, "_seen", None)
    assert LATE in client.get("/glossary/").content.decode()


def test_the_desk_and_readyz_say_that_the_server_is_away_and_readyz_stays_ready(
    staff: Any, client: Client, client_of: ClientOf
) -> None:
    desk = client_of(staff)
    assert "Mail goes out." in desk.get("/manage/").content.decode()
    assert client.get("/readyz").json()["mail_server"] == "ok"
    breaker.failed(Trouble.With.SERVER, "", "ConnectionRefusedError: 111", timezone.now() - timedelta(minutes=5))
    assert "The mail server has not answered for 5\xa0minutes" in desk.get("/manage/").content.decode()
    ready = client.get("/readyz")
    assert ready.json()["mail_server"].startswith("away since 20")
    assert "Nobody listens where the mail server should be." in desk.get("/manage/mail/").content.decode()


def test_the_desk_says_when_a_destination_is_on_hold_or_mail_is_late(
    staff: Any, client: Client, client_of: ClientOf, queue: Callable[..., Mail]
) -> None:
    desk = client_of(staff)
    for _ in range(2):
        breaker.failed(Trouble.With.DESTINATION, "tar.example", "TimeoutError: ", timezone.now())
    assert "one destination does not answer" in desk.get("/manage/").content.decode()
    assert client.get("/readyz").json()["destinations_on_hold"] == 1
    assert "tar.example" in desk.get("/manage/mail/").content.decode()
    queue("one", due_at=timezone.now() - timedelta(minutes=20))
    assert "the oldest has waited for 20\xa0minutes" in desk.get("/manage/").content.decode()
    assert "look whether the worker and beat are running" in desk.get("/manage/mail/").content.decode()


def test_the_page_says_why_mails_were_put_off_in_words(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail]
) -> None:
    later = timezone.now() + timedelta(hours=1)
    problem = "SMTPRecipientsRefused: {'a@x.example': (450, b'later')}"
    for number in range(3):
        queue(f"m{number}", attempts=2, due_at=later, problem=problem)
    queue("cut", attempts=1, due_at=later, problem="SMTPServerDisconnected: Connection unexpectedly closed")
    page = client_of(staff).get("/manage/mail/").content.decode()
    assert "<b>3</b> The other side" in page
    assert "<b>1</b> The connection broke off" in page


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended", "member", "lead", "provider"])
def test_nobody_else_sees_how_mail_is_doing(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf, queue: Callable[..., Mail]
) -> None:
    breaker.failed(Trouble.With.DESTINATION, "tar.example", "TimeoutError: ", timezone.now())
    person = request.getfixturevalue(who)
    response = client_of(person).get("/manage/mail/")
    assert response.status_code in {302, 404}
    assert "tar.example" not in response.content.decode()
    assert not Trouble.objects.visible_to(person).exists()
