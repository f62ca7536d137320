"""A mail server that misbehaves in thirteen ways, over 200 mails each."""

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from portal.outbox.drain import drain
from portal.outbox.models import Mail, Trouble
from tests.faults.amounts import so_many
from tests.harness.services import free_port
from tests.harness.smtp_sink import Answer, SmtpSink

MISBEHAVES = "The mail server misbehaves"
AWAY = "The mail server is away"
HELD_UP_AT_MOST_SECONDS = 10
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def count() -> int:
    """How many mails each misbehaviour meets."""
    return so_many(200, 12)


def pass_time() -> None:
    """The wait until the next try is over, and so is every hold."""
    now = timezone.now()
    Mail.objects.unsent().update(due_at=now, lease_until=None)
    Trouble.objects.update(hold_until=now)


def outcome(sink: SmtpSink) -> dict[str, Any]:
    """What became of the mails, and what the server took."""
    taken = sink.taken()
    states = Counter(Mail.objects.values_list("state", flat=True))
    return {
        "mails": Mail.objects.count(),
        "sent": states["sent"],
        "bounced": states["bounced"],
        "lost": Mail.objects.filter(state="sent").exclude(message_id__in=taken).count(),
        "duplicates": sum(taken.values()) - len(taken),
    }


def tried() -> int:
    """The most tries that were counted for a mail."""
    return max(Mail.objects.values_list("attempts", flat=True))


@pytest.mark.parametrize("reply", ["421 too busy", "451 greylisted", "452 no room just now"])
def test_try_later_is_delivered_by_the_third_try(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int, reply: str
) -> None:
    mails(count)
    post.put_off(reply, times=2)
    rounds = 0
    while Mail.objects.unsent().exists() and rounds < 4:
        drain()
        pass_time()
        rounds += 1
    found = outcome(post)
    figure(MISBEHAVES, f"{reply[:3]} twice for each mail", tries=rounds, **found)
    assert (found["sent"], found["lost"], found["duplicates"]) == (count, 0, 0)
    assert rounds <= 3


@pytest.mark.parametrize("reply", ["550 no such mailbox", "552 too large", "554 against our policy"])
def test_a_refusal_for_good_bounces_once(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int, reply: str
) -> None:
    mails(count)
    post.put_off(reply, times=99)
    for _ in range(3):
        drain()
        pass_time()
    found = outcome(post)
    figure(MISBEHAVES, f"{reply[:3]} for the text of each mail", tries=1, **found)
    assert found["bounced"] == count
    assert post.attempts == count  # never retried


def test_of_recipients_that_are_refused_the_others_hear_nothing(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int
) -> None:
    mails(count)
    for number in range(0, count, 2):
        post.refuse_recipient(f"mail{number}@reader.example")
    for _ in range(2):
        drain()
        pass_time()
    found = outcome(post)
    figure(MISBEHAVES, "550 for every other recipient", tries=1, **found)
    assert (found["sent"], found["bounced"], found["duplicates"]) == (count // 2, count // 2, 0)


def test_an_address_that_the_server_cannot_spell_bounces_once(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int
) -> None:
    """No SMTPUTF8, and a name before the @ that needs it."""
    mails(count)
    post.spells_everything = False
    some = list(Mail.objects.values_list("pk", flat=True))[::2]
    Mail.objects.filter(pk__in=some).update(address="jürgen@reader.example")
    for _ in range(2):
        drain()
        pass_time()
    found = outcome(post)
    figure(MISBEHAVES, "no SMTPUTF8 for every other address", tries=1, **found)
    assert (found["sent"], found["bounced"]) == (count // 2, count // 2)


def test_a_connection_that_ends_after_each_mail_costs_no_try(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int
) -> None:
    mails(count)
    post.answer_domain("reader.example", Answer.TAKE_AND_LEAVE)
    drain()
    found = outcome(post)
    figure(MISBEHAVES, "hangs up after each 250", tries=tried() + 1, **found)
    assert (found["sent"], found["duplicates"], tried()) == (count, 0, 0)


def test_one_stalled_destination_holds_up_the_others_for_a_moment(
    post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int, settings: Any
) -> None:
    """The stalled mails are due first, and the server says nothing to them after their text."""
    settings.EMAIL_TIMEOUT = so_many(8, 1)  # as in production
    mails(count, "stalled", "tar.example")
    mails(count, "other")
    Mail.objects.filter(key__startswith="other").update(due_at=F("due_at") + timedelta(milliseconds=1))
    post.answer_domain("tar.example", Answer.STALL)
    began = time.monotonic()
    while Mail.objects.filter(key__startswith="other").unsent().exists():
        drain()
    moments = [began, *sorted(delivery.at for delivery in post.deliveries)]
    longest = max(later - earlier for earlier, later in pairwise(moments))
    found = outcome(post)
    figure(MISBEHAVES, "stalls for one destination of two", others_held_up_s=round(longest, 1), **found)
    assert found["sent"] == count
    assert longest <= HELD_UP_AT_MOST_SECONDS
    tries = Counter(Mail.objects.filter(key__startswith="stalled").values_list("attempts", flat=True))
    assert tries[0] >= count - 2
    post.answer_domain("tar.example", None)
    for _ in range(3):
        pass_time()
        drain()
    assert outcome(post)["sent"] == 2 * count


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=20) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("fault", ["refused connection", "no greeting", "no TLS", "wrong password", "turned away"])
def test_a_server_that_is_away_costs_no_mail_a_try(  # noqa: PLR0917
    fault: str, post: SmtpSink, mails: Callable[..., None], figure: Callable[..., None], count: int, settings: Any
) -> None:
    mails(count)
    port = settings.EMAIL_PORT
    with contextlib.ExitStack() as stack:
        if fault == "refused connection":
            settings.EMAIL_PORT = free_port()
        if fault == "no greeting":
            settings.EMAIL_PORT = stack.enter_context(silent_server())
        settings.EMAIL_USE_TLS = fault == "no TLS"
        if fault == "wrong password":
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
        post.sender_refusal = "530 authentication required" if fault == "turned away" else None
        waited = []
        for _ in range(5):
            began = time.monotonic()
            drain()
            waited.append(time.monotonic() - began)
            Trouble.objects.update(hold_until=timezone.now())
    counted = tried()
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = port, False, ""
    post.sender_refusal = None
    drain()
    found = outcome(post)
    figure(AWAY, fault, tries_counted=counted, a_worker_waits_s=round(max(waited), 1), **found)
    assert counted == 0
    assert (found["sent"], found["duplicates"]) == (count, 0)
    assert max(waited) <= HELD_UP_AT_MOST_SECONDS
