"""Reports of failure: what real servers write is counted exactly, what is forged or garbled counts nothing."""

import random
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

from portal.incoming import rules
from portal.incoming.failures import failures
from portal.incoming.models import AddressHealth
from portal.incoming.operations import count_failure, note_complaint, use_again
from portal.incoming.queries import state_of
from portal.incoming.receiving import Outcome, receive
from portal.outbox.models import Mail
from portal.outbox.return_path import return_path
from tests.incoming.conftest import AT
from tests.incoming.reports import REASONS, REPORTING, SERVERS, postfix

DAY = timedelta(days=1)
ADDRESS = "olena@agency.example"


@pytest.mark.once
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(("status", "reply", "counts"), REASONS)
def test_each_server_s_reasons_count_what_they_should(server: str, status: str, reply: str, counts: int) -> None:
    (failure,) = failures(message_from_bytes(SERVERS[server](ADDRESS, status, reply)))
    assert (failure.recipient, failure.counts) == (ADDRESS, counts)
    assert failure.words


@pytest.mark.once
@pytest.mark.parametrize("server", REPORTING)
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_did_not_fail_counts_nothing(server: str, action: str) -> None:
    status = "4.4.1" if action == "delayed" else "2.0.0"
    assert failures(message_from_bytes(REPORTING[server](ADDRESS, status, "250 ok", action=action))) == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "reply", "counts"),
    [
        ("5.0.0", "550 5.1.1 unknown user", 2),
        ("5.0.0", "550 5.7.1 spam", 1),
        ("5.0.0", "", 2),
        ("", "550 no such user here", 2),
        ("", "553 not in my list of hosts", 2),
        ("", "554 rejected", 1),
        ("", "451 later", 1),
        ("", "no reason at all", 1),
        ("nonsense", "550 no such user", 2),
    ],
)
def test_where_the_status_says_little_the_reply_decides(status: str, reply: str, counts: int) -> None:
    (failure,) = failures(message_from_bytes(postfix(ADDRESS, status, reply)))
    assert failure.counts == counts


@pytest.mark.django_db
def test_three_hundred_reports_over_many_days_give_exactly_the_scores_of_the_rules(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    dice, at, expected, received = random.Random(4), AT, {}, 0
    mails = [mail_to(f"p{number}@agency.example", f"m:{number}") for number in range(10)]
    for _report in range(330):
        at += timedelta(hours=dice.choice([1, 2, 5, 9, 13, 26] if dice.random() < 0.98 else [960]))
        mail, server = dice.choice(mails), dice.choice(list(SERVERS))
        status, reply, counts = dice.choice(REASONS)
        outcome = receive(SERVERS[server](mail.address, status, reply), recipient=back(mail), at=at)
        assert outcome is Outcome.COUNTED
        received += 1
        _expect(expected, mail.address, counts, at)
        if expected[mail.address]["paused"] and dice.random() < 0.3:
            AddressHealth.objects.filter(address=mail.address).delete()
            expected.pop(mail.address)
    assert received == 330
    found = {row.address: (row.score, row.paused_at is not None) for row in AddressHealth.objects.all()}
    assert found == {address: (row["score"], row["paused"]) for address, row in expected.items()}
    assert {paused for _score, paused in found.values()} == {True, False}


def _expect(rows: dict[str, dict[str, Any]], address: str, counts: int, at: Any) -> None:
    """The rules once more, written another way: failures of a day count once, thirty quiet days wipe the slate."""
    row = rows.setdefault(address, {"score": 0, "day": None, "last": None, "paused": False})
    if row["day"] == at.date():
        return
    if row["last"] is not None and at - row["last"] > timedelta(days=30):
        row["score"] = 0
    row["score"] += counts
    row["day"], row["last"] = at.date(), at
    row["paused"] = row["paused"] or row["score"] >= 4


def _garbled(dice: random.Random, raw: bytes) -> bytes:
    """Cut off, with bytes changed, lines lost, doubled or in another order."""
    way = dice.randrange(6)
    if way == 0:
        return raw[: dice.randrange(len(raw))]
    if way == 1:
        data = bytearray(raw)
        for _change in range(dice.randrange(1, 60)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        return bytes(data)
    lines = raw.split(b"\n")
    if way == 2:
        dice.shuffle(lines)
    elif way == 3:
        lines = [line for line in lines if dice.random() < 0.7]
    elif way == 4:
        lines = [line for line in lines for _copy in range(dice.randrange(3))]
    else:
        lines = [bytes(dice.randrange(256) for _byte in range(80)) for _line in range(60)]
    return b"\n".join(lines)


def _forged(dice: random.Random, good: str) -> str:  # noqa: PLR0911 -- one return for each way to forge
    """An address that looks like one of ours and is none."""
    local, _at, domain = good.partition("@")
    tag = local.partition("+")[2]
    other = "abcdefghijklmnopqrstuvwxyz234567"
    way = dice.randrange(7)
    if way == 0:
        return f"bounces+{tag[:-1]}@{domain}"
    if way == 1:
        at = dice.randrange(len(tag))
        new = dice.choice([each for each in other if each != tag[at]])
        return f"bounces+{tag[:at]}{new}{tag[at + 1 :]}@{domain}"
    if way == 2:
        number, _dash, seal = tag.partition("-")
        return f"bounces+{number}0-{seal}@{domain}"
    if way == 3:
        return f"bounces+{''.join(dice.choice(other) for _letter in range(26))}@{domain}"
    if way == 4:
        return f"bounces+1-{''.join(dice.choice(other) for _letter in range(26))}@{domain}"
    if way == 5:
        return f"bounces+{tag}-{tag}@{domain}"
    return f"bounces+{'z' * dice.randrange(400)}-{'é' * dice.randrange(3)}@{domain}"


@pytest.mark.django_db
def test_three_hundred_forged_and_garbled_reports_count_nothing_and_break_nothing(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    dice = random.Random(7)
    mail = mail_to(ADDRESS)
    for number in range(300):
        status, reply, _counts = dice.choice(REASONS)
        raw = dice.choice(list(SERVERS.values()))(ADDRESS, status, reply)
        forged = _forged(dice, back(mail))
        assert receive(raw, recipient=forged, at=AT) is Outcome.FORGED, forged
        garbled = _garbled(dice, raw)
        assert receive(garbled, recipient=forged, at=AT) is Outcome.FORGED
        assert receive(garbled, recipient="bounces@portal.example", at=AT) is Outcome.STRANGER
        assert receive(garbled, at=AT) is Outcome.STRANGER, number
    assert not AddressHealth.objects.exists()


@pytest.mark.django_db
def test_garbled_reports_to_a_true_address_break_nothing(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    dice = random.Random(11)
    for number in range(300):
        mail = mail_to(f"p{number}@agency.example", f"m:{number}")
        status, reply, _counts = dice.choice(REASONS)
        raw = _garbled(dice, dice.choice(list(SERVERS.values()))(mail.address, status, reply))
        assert receive(raw, recipient=back(mail), at=AT) in {Outcome.COUNTED, Outcome.AUTOMATIC}
    scores = set(AddressHealth.objects.values_list("score", flat=True))
    assert scores <= {1, 2}
    assert set(AddressHealth.objects.values_list("address", flat=True)) <= {f"p{n}@agency.example" for n in range(300)}


@pytest.mark.django_db
def test_a_report_counts_for_the_address_that_the_mail_went_to_whomever_it_names(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    mail = mail_to(ADDRESS)
    receive(postfix("victim@agency.example", "5.1.1", "550 5.1.1 unknown"), recipient=back(mail), at=AT)
    assert list(AddressHealth.objects.values_list("address", "score")) == [(ADDRESS, 2)]
    assert Mail.objects.get().state == "bounced"


@pytest.mark.django_db
def test_servers_may_change_the_case_and_former_keys_still_count(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str], settings: Any
) -> None:
    mail = mail_to(ADDRESS)
    address = back(mail).upper()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 6
    assert receive(postfix(ADDRESS, "5.1.1", "550 x"), recipient=f"<{address}>", at=AT) is Outcome.COUNTED


@pytest.mark.django_db
def test_without_an_envelope_the_headers_say_where_it_came_back_to(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    mail = mail_to(ADDRESS)
    raw = f"Delivered-To: {back(mail)}\n".encode() + postfix(ADDRESS, "5.1.1", "550 5.1.1 x")
    assert receive(raw, at=AT) is Outcome.COUNTED


@pytest.mark.django_db
def test_an_absence_notice_to_the_return_path_is_no_failure(
    mail_to: Callable[..., Mail], back: Callable[[Mail], str]
) -> None:
    raw = (
        b"From: olena@agency.example\nSubject: Away\nAuto-Submitted: auto-replied\n\nI am away. 550 5.1.1 is my room.\n"
    )
    assert receive(raw, recipient=back(mail_to(ADDRESS)), at=AT) is Outcome.AUTOMATIC
    assert not AddressHealth.objects.exists()


@pytest.mark.django_db
def test_a_forgotten_mail_s_address_counts_nothing(mail_to: Callable[..., Mail], back: Callable[[Mail], str]) -> None:
    mail = mail_to(ADDRESS)
    address = back(mail)
    mail.delete()
    assert receive(postfix(ADDRESS, "5.1.1", "550 x"), recipient=address, at=AT) is Outcome.FORGED


def score(address: str = ADDRESS) -> tuple[int, bool]:
    row = AddressHealth.objects.get(address=address)
    return row.score, row.paused_at is not None


@pytest.mark.django_db
def test_a_day_counts_once_whatever_comes_back() -> None:
    for hour in range(6):
        count_failure(address=ADDRESS, counts=rules.HARD, problem="x", at=AT + timedelta(hours=hour))
    assert score() == (2, False)
    count_failure(address=ADDRESS.upper(), counts=rules.SOFT, problem="x", at=AT + DAY)
    assert score() == (3, False)
    count_failure(address=ADDRESS, counts=rules.SOFT, problem="y", at=AT + 2 * DAY)
    assert score() == (4, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "expected"), [(29, 4), (30, 4), (31, 2), (400, 2)])
def test_thirty_quiet_days_wipe_the_slate(days: int, expected: int) -> None:
    count_failure(address=ADDRESS, counts=rules.HARD, problem="x", at=AT)
    count_failure(address=ADDRESS, counts=rules.HARD, problem="x", at=AT + days * DAY)
    assert score()[0] == expected


@pytest.mark.django_db
def test_one_complaint_pauses_at_once() -> None:
    note_complaint(address=ADDRESS, problem="spam", at=AT)
    row = AddressHealth.objects.get()
    assert (row.score, row.paused_at, row.cause) == (0, AT, "complaint")


@pytest.mark.django_db
def test_its_owner_uses_it_again_and_it_begins_anew(member: Any, co_member: Any) -> None:
    for person in (member, co_member):
        note_complaint(address=person.email, problem="spam", at=AT)
    assert use_again(by=member, at=AT) is True
    assert use_again(by=member, at=AT) is True
    assert score(member.email) == (0, False)
    assert score(co_member.email) == (0, True)
    count_failure(address=member.email, counts=rules.HARD, problem="x", at=AT)
    assert score(member.email) == (2, False)


@pytest.mark.django_db
def test_nobody_but_its_owner_and_staff_sees_the_state_of_an_address(  # noqa: PLR0917
    member: Any, outsider: Any, pending: Any, suspended: Any, staff: Any, visitor: Any
) -> None:
    note_complaint(address=member.email, problem="spam", at=AT)
    for person in (outsider, pending, suspended, visitor):
        assert not AddressHealth.objects.visible_to(person).exists()
    for person in (member, staff):
        assert AddressHealth.objects.visible_to(person).count() == 1
    assert state_of(member).cause == "complaint"


def test_each_mail_has_a_return_path_of_its_own_within_what_servers_take(mail_to: Callable[..., Mail]) -> None:
    paths = {return_path(mail_to(f"p{n}@agency.example", f"m:{n}")) for n in range(20)}
    assert len(paths) == 20
    assert max(len(path.partition("@")[0]) for path in paths) <= 64
    assert len(return_path(Mail(pk=2**63 - 1)).partition("@")[0]) <= 64
