"""Replies by mail: one person, one thread, once; everybody else, and every machine, is left alone."""

# ruff: noqa: E501 -- mails, as programs write them

import random
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.mime.image import MIMEImage
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from members.models import User
from portal.incoming import replies
from portal.incoming.models import Arrival, ThreadAddress
from portal.incoming.receiving import Outcome, receive
from portal.outbox.drain import drain
from portal.outbox.models import Mail
from portal.outbox.tags import sealed
from tests.harness.smtp_sink import SmtpSink
from tests.incoming.conftest import AT, THREAD, Thread

pytestmark = pytest.mark.django_db
WORDS = "We priced it with them."


def address_of(person: Any, key: str = "12", **fields: Any) -> str:
    return replies.reply_address(person=person, handler=THREAD, key=key, at=fields.get("at", AT))


def reply(
    person: Any, text: str = WORDS, *, sender: str = "", headers: dict[str, str] | None = None, html: str = ""
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender or f"{person.name} <{person.email}>"
    message["To"] = "Community <reply@portal.example>"
    message["Subject"] = "Re: Costs"
    message["Message-ID"] = f"<{random.getrandbits(64)}@agency.example>"
    for name, value in (headers or {}).items():
        del message[name]
        message[name] = value
    if text:
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message


def arrive(message: EmailMessage | bytes, recipient: str, **envelope: Any) -> Outcome:
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return receive(raw, recipient=recipient, **({"at": AT} | envelope))


def answers_sent() -> list[tuple[str, str]]:
    return [(mail.address, mail.raw) for mail in Mail.objects.order_by("pk")]


def test_a_reply_is_posted_as_its_writer_wrote_it(member: Any, thread: Thread) -> None:
    text = f"{WORDS}\n\nOn Mon, 4 May 2026 at 10:01, Community <reply@portal.example> wrote:\n> Who has?\n"
    message = reply(member, text)
    assert arrive(message, address_of(member)) is Outcome.POSTED
    (post,) = thread.posts
    assert post == {"person": member, "key": "12", "text": WORDS, "at": AT, "message_id": message["Message-ID"]}
    assert not Mail.objects.exists()
    arrival = Arrival.objects.get()
    assert (arrival.person, arrival.handler, arrival.key, arrival.outcome) == (member, THREAD, "12", "posted")


def test_delivered_five_times_it_is_posted_once(member: Any, thread: Thread) -> None:
    message, address = reply(member), address_of(member)
    outcomes = [arrive(message, address) for _time in range(5)]
    assert outcomes == [Outcome.POSTED] + [Outcome.REPEATED] * 4
    assert len(thread.posts) == 1


def test_a_mail_without_an_id_is_posted_once_too(member: Any, thread: Thread) -> None:
    message = reply(member)
    del message["Message-ID"]
    assert [arrive(message, address_of(member)) for _time in range(2)] == [Outcome.POSTED, Outcome.REPEATED]


def test_two_answers_to_one_mail_are_two_posts(member: Any, thread: Thread) -> None:
    address = address_of(member)
    for words in ("First.", "Second."):
        arrive(reply(member, words), address)
    assert [post["text"] for post in thread.posts] == ["First.", "Second."]


def test_each_person_and_thread_has_an_address_of_its_own(member: Any, co_member: Any, thread: Thread) -> None:
    addresses = {address_of(person, key) for person in (member, co_member) for key in ("1", "2", "3")}
    assert len(addresses) == 6
    assert address_of(member, "1") == address_of(member, "1")
    assert ThreadAddress.objects.count() == 6
    assert max(len(address.partition("@")[0]) for address in addresses) <= 64


def test_another_verified_address_of_the_account_may_answer(member: Any, thread: Thread) -> None:
    EmailAddress.objects.create(user=member, email="olena@home.example", verified=True)
    EmailAddress.objects.create(user=member, email="olena@claimed.example", verified=False)
    assert arrive(reply(member, sender="Olena@Home.example"), address_of(member)) is Outcome.POSTED
    assert arrive(reply(member, sender="olena@claimed.example"), address_of(member)) is Outcome.STRANGER
    assert len(thread.posts) == 1


@pytest.mark.parametrize(
    "sender",
    ["stranger@elsewhere.example", "Olena Owner <stranger@elsewhere.example>", "olena@agency.example.evil.example"],
)
def test_a_stranger_with_the_address_is_not_answered_and_the_person_is_told_once(
    sender: str, member: Any, thread: Thread
) -> None:
    message = reply(member, sender=sender)
    for _time in range(3):
        assert arrive(message, address_of(member)) is Outcome.STRANGER
    assert thread.posts == []
    ((address, raw),) = answers_sent()
    assert address == member.email
    assert WORDS not in raw
    assert "not an address of your account" in raw


@pytest.mark.parametrize("sender", ["a@agency.example, olena@agency.example", "", "nobody", "<>", '"@" <x>', "Olena <"])
def test_who_does_not_say_who_they_are_is_nobody(sender: str, member: Any, thread: Thread) -> None:
    raw = reply(member).as_bytes().replace(f"From: Olena Owner <{member.email}>".encode(), f"From: {sender}".encode())
    assert b"Olena Owner" not in raw
    assert arrive(raw, address_of(member)) is Outcome.STRANGER
    assert thread.posts == []


def test_a_colleague_cannot_answer_at_somebody_else_s_address(member: Any, co_member: Any, thread: Thread) -> None:
    assert arrive(reply(co_member), address_of(member)) is Outcome.STRANGER
    assert thread.posts == []


AUTOMATIC = [
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated; type=x"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"Precedence": "Junk"},
    {"Precedence": "list"},
    {"Return-Path": "<>"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Autoreply": "yes"},
    {"X-Autorespond": "1"},
    {"List-Id": "<x.example>"},
    {"List-Unsubscribe": "<https://x.example>"},
]


@pytest.mark.parametrize("headers", AUTOMATIC, ids=lambda headers: "".join(map(":".join, headers.items())))
def test_machines_are_left_alone(headers: dict[str, str], member: Any, thread: Thread) -> None:
    assert arrive(reply(member, headers=headers), address_of(member)) is Outcome.AUTOMATIC
    assert thread.posts == []
    assert not Mail.objects.exists()
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("sender", ["", "<>", "MAILER-DAEMON"])
def test_so_is_what_comes_from_an_empty_envelope(sender: str, member: Any, thread: Thread) -> None:
    assert arrive(reply(member), address_of(member), sender=sender) is Outcome.AUTOMATIC
    assert arrive(reply(member), address_of(member), sender=member.email) is Outcome.POSTED


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "no"}, {"Precedence": "normal"}, {"Return-Path": "<o@a.example>"}]
)
def test_a_person_is_not_taken_for_a_machine(headers: dict[str, str], member: Any, thread: Thread) -> None:
    assert arrive(reply(member, headers=headers), address_of(member)) is Outcome.POSTED


def test_our_own_notices_sent_back_are_left_alone(member: Any, thread: Thread, sink: SmtpSink) -> None:
    """A forwarding rule that sends our mail to the address it came from must not post it."""
    thread.refuse = "No."
    arrive(reply(member), address_of(member))
    drain()
    (delivery,) = sink.deliveries
    thread.refuse = ""
    assert arrive(delivery.message.as_bytes(), address_of(member)) is Outcome.AUTOMATIC


def _forgeries(good: str, row: ThreadAddress, day: int) -> list[str]:
    local, _at, domain = good.partition("@")
    tag = local.removeprefix("reply+")
    flipped = [tag[:at] + letter + tag[at + 1 :] for at in range(len(tag)) for letter in "a7-" if letter != tag[at]]
    swapped = [
        sealed("return-path", row.pk, day),
        sealed("return-path", row.pk),
        sealed("reply", row.pk),
        sealed("reply", day, row.pk),
        sealed("reply", row.pk, day, 1),
        sealed("reply", row.pk + 1, day),
        sealed("other", row.pk, day),
    ]
    return [
        f"reply+{each}@{domain}"
        for each in (*flipped, *swapped, "", "-", "--", tag[:-1], f"{tag}a", f"0{tag}", "x" * 900)
    ]


def test_forged_swapped_and_flipped_addresses_are_none(member: Any, thread: Thread) -> None:
    good = address_of(member)
    row = ThreadAddress.objects.get()
    known = replies.answers(good)
    forged = _forgeries(good, row, (known.issued - replies._EPOCH).days)
    assert len(forged) > 90
    for address in forged:
        assert replies.answers(address) is None, address
        assert arrive(reply(member), address) is Outcome.FORGED
    assert replies.answers(good.replace("portal.example", "other.example")) is None
    assert thread.posts == []
    assert not Mail.objects.exists()


def test_ten_thousand_guesses_open_nothing(member: Any, thread: Thread, django_assert_num_queries: Any) -> None:
    address_of(member)
    dice, letters = random.Random(5), "abcdefghijklmnopqrstuvwxyz234567"
    with django_assert_num_queries(0):
        for _guess in range(10_000):
            seal = "".join(dice.choice(letters) for _letter in range(26))
            assert replies.answers(f"reply+1-{dice.randrange(4000):x}-{seal}@portal.example") is None


def test_an_address_made_with_a_former_key_still_works(member: Any, thread: Thread, settings: Any) -> None:
    address = address_of(member)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key " * 6
    assert arrive(reply(member), address) is Outcome.POSTED
    settings.SECRET_KEY_FALLBACKS = []
    assert arrive(reply(member), address) is Outcome.FORGED


@pytest.mark.parametrize(("days", "outcome"), [(0, Outcome.POSTED), (90, Outcome.POSTED), (91, Outcome.REFUSED)])
def test_an_address_lasts_ninety_days(days: int, outcome: Outcome, member: Any, thread: Thread) -> None:
    assert arrive(reply(member), address_of(member), at=AT + timedelta(days=days)) is outcome
    if outcome is Outcome.REFUSED:
        assert "more than 90 days old" in answers_sent()[0][1]


def test_a_later_mail_does_not_prolong_an_earlier_one(member: Any, thread: Thread) -> None:
    early = address_of(member)
    address_of(member, at=AT + timedelta(days=80))
    assert arrive(reply(member), early, at=AT + timedelta(days=100)) is Outcome.REFUSED


def _suspended(person: Any) -> None:
    User.objects.filter(pk=person.pk).update(standing="suspended", is_active=False)


def _pending(person: Any) -> None:
    User.objects.filter(pk=person.pk).update(standing="pending")


@pytest.mark.parametrize("lose", [_suspended, _pending])
def test_who_lost_membership_is_told_kindly(lose: Callable[[Any], None], member: Any, thread: Thread) -> None:
    address = address_of(member)
    lose(member)
    assert arrive(reply(member), address) is Outcome.REFUSED
    ((to, raw),) = answers_sent()
    assert to == member.email
    assert "You can no longer answer there." in raw
    assert thread.posts == []


def test_who_is_gone_answers_nowhere(member: Any, thread: Thread) -> None:
    message, address = reply(member), address_of(member)
    User.objects.filter(pk=member.pk).delete()
    assert arrive(message, address) is Outcome.FORGED
    assert not ThreadAddress.objects.exists()


def test_what_the_thread_refuses_is_told_once_with_one_s_own_words(member: Any, thread: Thread, sink: SmtpSink) -> None:
    thread.refuse = "This thread is closed."
    message = reply(member, f"{WORDS}\n\n<b>& more</b>")
    for _time in range(3):
        arrive(message, address_of(member))
    drain()
    (delivery,) = sink.deliveries
    told = delivery.message
    assert told["To"] == member.email
    assert told["Subject"] == "Your answer was not posted"
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["In-Reply-To"] == told["References"] == message["Message-ID"]
    text, html = (told.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "This thread is closed." in body
        assert WORDS in body
    assert "<b>& more</b>" in text
    assert "&lt;b&gt;&amp; more" in html
    assert Arrival.objects.get().outcome == "refused"


def test_a_program_that_keeps_answering_is_told_twenty_times_a_day(member: Any, thread: Thread) -> None:
    thread.refuse = "Closed."
    for _time in range(30):
        arrive(reply(member), address_of(member))
    assert len(answers_sent()) == 20
    assert arrive(reply(member), address_of(member), at=AT + timedelta(days=2)) is Outcome.REFUSED


def test_when_the_portal_fails_nothing_is_written_and_it_may_come_again(member: Any, thread: Thread) -> None:
    message, address = reply(member), address_of(member)
    thread.fail = True
    with pytest.raises(ConnectionError):
        arrive(message, address)
    assert not Arrival.objects.exists()
    thread.fail = False
    assert arrive(message, address) is Outcome.POSTED


def test_a_feature_that_is_gone_takes_nothing(member: Any, thread: Thread) -> None:
    address = address_of(member)
    del replies._handlers[THREAD]
    assert arrive(reply(member), address) is Outcome.REFUSED
    assert address_of(member) == ""


def test_without_an_address_for_replies_there_is_none(member: Any, thread: Thread, settings: Any) -> None:
    settings.REPLY_ADDRESS = ""
    assert address_of(member) == ""
    assert arrive(reply(member), "reply+1-1-x@portal.example") is Outcome.STRANGER


def test_two_features_cannot_take_the_same_replies(thread: Thread) -> None:
    with pytest.raises(ValueError, match="taken already"):
        replies.takes_replies(THREAD)(lambda **said: None)


# --- what mails hold ------------------------------------------------------------------------------------------------


def test_files_are_left_out_and_named_while_the_words_are_posted(member: Any, thread: Thread) -> None:
    message = reply(member)
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan <b>.pdf")
    message.add_attachment("a,b", subtype="csv", filename="figures.csv")
    assert arrive(message, address_of(member)) is Outcome.POSTED
    assert [post["text"] for post in thread.posts] == [WORDS]
    ((_to, raw),) = answers_sent()
    assert "plan <b>.pdf, figures.csv" in raw
    assert "posted, without its files" in raw


def test_marks_of_signatures_are_no_files(member: Any, thread: Thread) -> None:
    message = reply(member, html=f"<p>{WORDS}</p><img src=cid:logo>")
    picture = MIMEImage(b"\x89PNG", "png")
    picture["Content-ID"] = "<logo>"
    message.make_mixed()
    message.attach(picture)
    for kind in ("pgp-signature", "pkcs7-signature", "ms-tnef"):
        message.add_attachment(b"x", maintype="application", subtype=kind, filename="signature.asc")
    assert arrive(message, address_of(member)) is Outcome.POSTED
    assert not Mail.objects.exists()


def test_a_file_alone_is_no_answer(member: Any, thread: Thread) -> None:
    message = reply(member, "\n")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")
    assert arrive(message, address_of(member)) is Outcome.REFUSED
    assert "no words of your own" in answers_sent()[0][1]


def test_a_mail_that_is_attached_is_not_what_this_person_says(member: Any, thread: Thread) -> None:
    message = reply(member)
    message.add_attachment(reply(member, "Somebody else's words."))
    assert arrive(message, address_of(member)) is Outcome.POSTED
    assert [post["text"] for post in thread.posts] == [WORDS]


HTML = {
    "Gmail": "<div dir=ltr>We did.<br><br>Twice &amp; more.</div><br><div class='gmail_quote gmail_quote_container'><div class=gmail_attr>On Mon, C &lt;<a href='x'>r@p</a>&gt; wrote:<br></div><blockquote class=gmail_quote><p>Who has?</p></blockquote></div>",
    "Outlook": "<html><head><style>p{color:red}</style></head><body><div><p>We did.</p><p><o:p>&nbsp;</o:p></p><p>Twice &amp; more.</p></div><div id='divRplyFwdMsg'><b>From:</b> C<br><b>Sent:</b> Monday</div><div>Who has?</div></body></html>",
    "Apple": "<body>We did.<div><br></div><div>Twice &amp; more.</div><div><blockquote type=cite><div>On 4 May, C wrote:</div>Who has?</blockquote></div></body>",
    "Thunderbird": "<div class='moz-cite-prefix'>On 4/5/26 10:01, C wrote:<br></div><blockquote type=cite>Who has?</blockquote><p>We did.</p><p>Twice &amp; more.</p><div class=moz-signature>-- <br>O</div>",
    "broken": "<div>We did.<p>Twice &amp; more.</div></blockquote></b><blockquote>Who has?<script>x()</script>",
}


@pytest.mark.parametrize("program", HTML)
def test_html_alone_is_read_as_text(program: str, member: Any, thread: Thread) -> None:
    assert arrive(reply(member, "", html=HTML[program]), address_of(member)) is Outcome.POSTED
    assert " ".join(thread.posts[0]["text"].split()) == "We did. Twice & more."


CHARSETS = {
    "iso-8859-2": "Și așa, Žofie".replace("Ș", "S").replace("ș", "s").encode("iso-8859-2"),
    "windows-1252": "“Quoted” – naïve".encode("cp1252"),
    "koi8-r": "Мы сделали".encode("koi8-r"),
    "gb2312": "我们做过".encode("gb2312"),
    "iso-2022-jp": "私たちは".encode("iso-2022-jp"),
    "utf-16": "We did".encode("utf-16"),
}


@pytest.mark.parametrize("charset", CHARSETS)
def test_every_writing_arrives(charset: str, member: Any, thread: Thread) -> None:
    data = CHARSETS[charset]
    head = f"From: {member.email}\nMessage-ID: <1@x>\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    import base64

    assert arrive(head.encode() + base64.b64encode(data), address_of(member)) is Outcome.POSTED
    assert thread.posts[0]["text"] == data.decode(charset)


@pytest.mark.parametrize(
    "declared",
    ["", "unknown-8bit", "x-user-defined", "idna", "punycode", "unicode_escape", "hex", "zip", "utf-7", '"', "é"],
)
def test_a_writing_that_is_declared_wrong_is_guessed(declared: str, member: Any, thread: Thread) -> None:
    head = f"From: {member.email}\nMessage-ID: <1@x>\nContent-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
    assert arrive(head.encode() + "Naïve ☺".encode(), address_of(member)) is Outcome.POSTED
    assert thread.posts[0]["text"] == "Naïve ☺"


def test_bytes_of_no_writing_at_all_still_arrive(member: Any, thread: Thread) -> None:
    head = f"From: {member.email}\nMessage-ID: <1@x>\nContent-Type: text/plain; charset=utf-8\n\n"
    assert arrive(head.encode() + b"caf\xe9 \x00 \x81", address_of(member)) is Outcome.POSTED
    assert thread.posts[0]["text"].startswith("café")


def test_an_encrypted_mail_is_refused_with_the_reason(member: Any, thread: Thread) -> None:
    message = reply(member)
    message.set_type("multipart/encrypted") if message.is_multipart() else message.make_mixed()
    raw = message.as_bytes().replace(b"multipart/mixed", b"multipart/encrypted")
    assert arrive(raw, address_of(member)) is Outcome.REFUSED
    assert "encrypted" in answers_sent()[0][1]


def test_a_mail_that_is_too_large_is_refused_without_being_read(member: Any, thread: Thread) -> None:
    message = reply(member)
    raw = message.as_bytes() + b"x" * (10 * 1024 * 1024)
    assert arrive(raw, address_of(member)) is Outcome.REFUSED
    assert "larger than 10 MB" in answers_sent()[0][1]


def test_a_very_long_answer_is_refused_and_not_cut(member: Any, thread: Thread) -> None:
    assert arrive(reply(member, "word " * 4100), address_of(member)) is Outcome.REFUSED
    assert "20,000" in answers_sent()[0][1]
    assert arrive(reply(member, "word " * 3900), address_of(member)) is Outcome.POSTED


def test_a_thousand_parts_and_deep_nests_are_only_looked_at_from_outside(member: Any, thread: Thread) -> None:
    head = f"From: {member.email}\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"
    many = (
        head
        + 'Content-Type: multipart/mixed; boundary="b"\n\n'
        + "--b\nContent-Type: text/plain\n\nx\n" * 1000
        + "--b--\n"
    )
    deep = head + "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    for raw in (many, deep):
        assert arrive(raw.replace("<1@x>", f"<{len(raw)}@x>").encode(), address_of(member)) is Outcome.REFUSED
    assert thread.posts == []


def test_what_is_garbled_breaks_nothing(member: Any, thread: Thread) -> None:
    dice, address = random.Random(3), address_of(member)
    message = reply(member, f"{WORDS}\n" * 20, html=f"<p>{WORDS}</p>" * 20)
    message.add_attachment(b"x" * 200, maintype="application", subtype="pdf", filename="plan.pdf")
    good = message.as_bytes()
    for _time in range(300):
        data = bytearray(good)
        for _change in range(dice.randrange(1, 40)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        assert arrive(bytes(data)[: dice.randrange(len(data))], address) in Outcome


def test_nobody_reads_other_people_s_arrivals_nor_any_address(  # noqa: PLR0917
    member: Any, outsider: Any, pending: Any, suspended: Any, staff: Any, visitor: Any, thread: Thread
) -> None:
    arrive(reply(member), address_of(member))
    for person in (outsider, pending, suspended, visitor):
        assert not Arrival.objects.visible_to(person).exists()
    for person in (member, staff):
        assert Arrival.objects.visible_to(person).count() == 1
    for person in (member, outsider, pending, suspended, visitor, staff):
        assert not ThreadAddress.objects.visible_to(person).exists()
