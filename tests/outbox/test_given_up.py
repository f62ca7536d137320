"""What was tried too often waits on the staff desk, with its reason and a way to try again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.outbox import registry
from portal.outbox.drain import drain
from portal.outbox.models import Errand, Mail
from portal.outbox.operations import record
from tests.harness.smtp_sink import SmtpSink
from tests.outbox.conftest import AT, due_again

pytestmark = pytest.mark.django_db
PAGE, AGAIN, LEAVE = "/manage/given-up/", "/manage/given-up/again/", "/manage/given-up/leave/"
ClientOf = Callable[[Any], Client]


@pytest.fixture
def dead_errand(kettle_boiled: type) -> Callable[[int], Errand]:
    def give_up(number: int = 0) -> Errand:
        row = record(kettle_boiled(number), key=f"kettle:{number}", by=None, at=AT)
        fields = {"due_at": AT, "state": "dead", "attempts": 5, "problem": "ValueError: no tea"}
        return Errand.objects.create(fact=row, subscriber="tests.fails", **fields)

    return give_up


def test_staff_read_what_failed_and_why(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail], dead_errand: Callable[..., Errand]
) -> None:
    dead_errand()
    queue("one", state="dead", attempts=22, problem="SMTPDataError: <never>")
    page = client_of(staff).get(PAGE).content.decode()
    assert "Kettle boiled: fails" in page
    assert "tests.KettleBoiled for tests.fails. ValueError: no tea" in page
    assert "Mail to one@reader.example" in page
    assert "SMTPDataError: &lt;never&gt;" in page
    assert "Tried 22 times" in page


def test_the_desk_counts_it(staff: Any, client_of: ClientOf, dead_errand: Callable[..., Errand]) -> None:
    desk = client_of(staff).get("/manage/").content.decode()
    assert "Everything went out." in desk
    errand = dead_errand()
    desk = client_of(staff).get("/manage/").content.decode()
    assert f'href="{PAGE}#errand-{errand.pk}"' in desk


def test_try_again_makes_one_row_due_with_all_its_tries(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail], sink: SmtpSink
) -> None:
    one, other = queue("one", state="dead", attempts=22), queue("other", state="dead", attempts=22)
    response = client_of(staff).post(AGAIN, {"mail": one.pk}, follow=True)
    assert "1 row is tried again now." in response.content.decode()
    drain()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.attempts, other.state) == ("sent", 0, "dead")


def test_an_errand_is_tried_again_once_its_subscriber_is_mended(
    staff: Any, client_of: ClientOf, kettle_boiled: type, dead_errand: Callable[..., Errand]
) -> None:
    errand, told = dead_errand(), []
    registry.attach(kettle_boiled, "tests.fails", lambda fact, envelope: told.append(fact))
    client_of(staff).post(AGAIN, {"errand": errand.pk})
    drain()
    errand.refresh_from_db()
    assert (errand.state, told) == ("done", [kettle_boiled(0)])


def test_all_of_them_are_tried_again_at_once(
    staff: Any,
    client_of: ClientOf,
    queue: Callable[..., Mail],
    dead_errand: Callable[..., Errand],
) -> None:
    dead_errand(1)
    queue("one", state="dead")
    sent = queue("sent", state="sent", sent_at=timezone.now())
    response = client_of(staff).post(AGAIN, follow=True)
    assert "2 rows are tried again now." in response.content.decode()
    assert (Errand.objects.get().state, Mail.objects.get(key="one").state) == ("waiting", "queued")
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_the_list_can_be_narrowed_to_mails_or_errands_and_to_one_cause(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail], dead_errand: Callable[..., Errand]
) -> None:
    dead_errand()
    queue("refused", state="dead", problem="SMTPDataError: (451, b'later')")
    queue("broken", state="dead", problem="TemplateSyntaxError: no")
    client = client_of(staff)
    page = client.get(PAGE).content.decode()
    assert "The other side asks to be tried later, again and again (451)." in page
    assert "cause=TemplateSyntaxError" in page
    mails = client.get(PAGE, {"what": "mails"}).content.decode()
    assert ("tests.KettleBoiled" in mails, "refused@" in mails, "broken@" in mails) == (False, True, True)
    one = client.get(PAGE, {"what": "mails", "cause": "SMTPDataError"}).content.decode()
    assert ("refused@" in one, "broken@" in one) == (True, False)
    nothing = client.get(PAGE, {"what": "errands", "cause": "SMTPDataError"}).content.decode()
    assert "Nothing of this sort waits here." in nothing
    assert "refused@" in client.get(PAGE, {"what": "x", "cause": "; --"}).content.decode()


def test_all_that_the_filter_lets_through_is_tried_again_and_nothing_else(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail], dead_errand: Callable[..., Errand]
) -> None:
    dead_errand()
    for key, problem in (("a", "SMTPDataError: (451,"), ("b", "SMTPDataError: (452,"), ("c", "KeyError: 'x'")):
        queue(key, state="dead", problem=problem)
    response = client_of(staff).post(AGAIN, {"what": "mails", "cause": "SMTPDataError"}, follow=True)
    assert "2 rows are tried again now." in response.content.decode()
    assert dict(Mail.objects.values_list("key", "state")) == {"a": "queued", "b": "queued", "c": "dead"}
    assert Errand.objects.get().state == "dead"


def test_what_is_left_undone_is_never_sent_and_its_text_forgotten(
    staff: Any,
    client_of: ClientOf,
    queue: Callable[..., Mail],
    dead_errand: Callable[..., Errand],
    sink: SmtpSink,
) -> None:
    errand, one = dead_errand(), queue("one", state="dead", raw="private words")
    queue("other", state="dead")
    client = client_of(staff)
    response = client.post(LEAVE, {"mail": one.pk}, follow=True)
    assert "1 row is left undone." in response.content.decode()
    assert Mail.objects.values_list("state", "raw").get(key="one") == ("suppressed", "")
    client.post(LEAVE)
    drain()
    errand.refresh_from_db()
    assert (errand.state, Mail.objects.get(key="other").state, sink.attempts) == ("dropped", "suppressed", 0)


@pytest.mark.parametrize("wanted", [{"mail": "10" * 20}, {"mail": "x"}, {"errand": "1\x00"}, {"mail": 0}])
def test_what_was_not_given_up_cannot_be_named(staff: Any, client_of: ClientOf, wanted: dict[str, Any]) -> None:
    assert client_of(staff).post(AGAIN, wanted).status_code == 404
    assert client_of(staff).post(LEAVE, wanted).status_code == 404


def test_a_mail_that_is_only_late_cannot_be_named(staff: Any, client_of: ClientOf, queue: Callable[..., Mail]) -> None:
    late = queue("late", attempts=3, due_at=timezone.now() + timedelta(hours=1))
    assert client_of(staff).post(AGAIN, {"mail": late.pk}).status_code == 404
    late.refresh_from_db()
    assert late.attempts == 3


@pytest.mark.parametrize("who", ["visitor", "pending", "suspended", "member", "lead", "provider"])
def test_nobody_else_sees_it_or_acts(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf, queue: Callable[..., Mail]
) -> None:
    mail = queue("one", state="dead")
    client = client_of(request.getfixturevalue(who))
    for response in (client.get(PAGE), *(client.post(address, {"mail": mail.pk}) for address in (AGAIN, LEAVE))):
        assert response.status_code in {302, 404}
        assert "reader.example" not in response.content.decode()
    mail.refresh_from_db()
    assert mail.state == "dead"


def test_a_look_changes_nothing(staff: Any, client_of: ClientOf, queue: Callable[..., Mail]) -> None:
    queue("one", state="dead")
    client = client_of(staff)
    client.get(PAGE)
    assert client.get(AGAIN).status_code == 405
    assert Mail.objects.get().state == "dead"


def test_the_page_costs_the_same_for_1_3_and_30_rows(
    staff: Any, client_of: ClientOf, queue: Callable[..., Mail], dead_errand: Callable[..., Errand]
) -> None:
    client, made, costs = client_of(staff), 0, []
    for wanted in (1, 3, 30):
        for number in range(made, wanted):
            queue(f"m{number}", state="dead", problem="x" * 2000)
            dead_errand(number)
        made = wanted
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(PAGE)
        costs.append(len(queries))
        assert len(response.content) <= 60_000
    assert len(set(costs)) == 1
    assert costs[0] <= 12
    assert "The 30 oldest of 60." in response.content.decode()


def test_what_was_given_up_is_reported_to_who_asks_readyz(client: Client, queue: Callable[..., Mail]) -> None:
    queue("one", state="dead")
    late = queue("late")
    Mail.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=10))
    report = client.get("/readyz").json()
    assert report["given_up"] == 1
    assert 600 <= report["oldest_mail_seconds"] < 660
    assert report["oldest_errand_seconds"] == 0
    due_again(late)
