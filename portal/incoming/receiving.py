"""What is done with a mail that arrives: a report of failure is counted, a reply is posted, all else is left alone.

Nobody whom we do not know ever gets an answer from here: a sender is easily forged, and an answer to it would be our
spam in somebody's inbox.
"""

import enum
import logging
from datetime import datetime, timedelta
from email.message import Message
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.incoming import operations, reading, replies, rules
from portal.incoming.answering import tell_refused
from portal.incoming.failures import Failure, failures
from portal.incoming.models import Arrival
from portal.incoming.trimming import said
from portal.outbox.models import Mail
from portal.outbox.return_path import is_return_path, returned_mail

log = logging.getLogger("portal.incoming")

TEXT_LIMIT = 20_000
# So often a day somebody is told why a reply was not posted; beyond that a program is at work, not a person.
TOLD_A_DAY = 20
NULL_SENDERS = {"", "<>", "MAILER-DAEMON"}


class Outcome(enum.Enum):
    """What became of a mail."""

    COUNTED = "a report of failure, counted"
    POSTED = "a reply, posted"
    REFUSED = "a reply, not posted; its writer is told why"
    REPEATED = "a reply that arrived before"
    AUTOMATIC = "written by a machine, left alone"
    FORGED = "to an address of ours that we never made, left alone"
    STRANGER = "to nobody here, or from somebody else, left alone"


def receive(raw: bytes, *, recipient: str = "", sender: str | None = None, at: datetime) -> Outcome:
    """Take in one mail. `recipient` and `sender` are whom the envelope names; without them the headers are asked.

    Never raises for what a mail holds. Raises what a handler or the database raises: then it may be delivered again.
    """
    message = reading.parsed(raw)
    for address in [recipient] if recipient else reading.recipients(message):
        if is_return_path(address):
            return _receive_report(message, address, at)
        if replies.is_reply_address(address):
            return _receive_reply(reading.read(message, raw), address, sender, at)
    return Outcome.STRANGER


def _receive_report(message: Message, address: str, at: datetime) -> Outcome:
    """Only what comes back to the mail's own address counts, and for the address that this mail went to."""
    mail = returned_mail(address)
    if mail is None:
        return Outcome.FORGED
    failed = failures(message)
    if not failed:
        return Outcome.AUTOMATIC
    worst = max(failed, key=lambda failure: failure.counts)
    _count(mail, worst, at)
    return Outcome.COUNTED


@transaction.atomic
def _count(mail: Mail, failure: Failure, at: datetime) -> None:
    operations.count_failure(address=mail.address, counts=failure.counts, problem=failure.words, at=at)
    if failure.counts == rules.HARD:
        Mail.objects.filter(pk=mail.pk, state=Mail.State.SENT).update(state=Mail.State.BOUNCED)


def _receive_reply(letter: reading.Letter, address: str, sender: str | None, at: datetime) -> Outcome:
    if letter.is_automatic or (sender is not None and sender.strip() in NULL_SENDERS):
        return Outcome.AUTOMATIC
    known = replies.answers(address)
    if known is None:
        return Outcome.FORGED
    person = known.row.person
    with translation.override(person.language):
        if len(letter.senders) == 1 and letter.senders[0] in _addresses_of(person):
            return _settle(letter, known, at)
        log.info("a reply at thread address %d came from another address than its person's", known.row.pk)
        _refuse(letter, known, "", _not_yours(letter), at)
        return Outcome.STRANGER


def _addresses_of(person: Any) -> set[str]:
    """Those that the person has shown to be theirs."""
    others = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return {address.lower() for address in (person.email, *others)}


def _settle(letter: reading.Letter, known: replies.Answers, at: datetime) -> Outcome:
    """Post it, or write down and tell why not: in one transaction with the record that it arrived."""
    text = said(letter.text)
    try:
        with transaction.atomic():
            if not _arrived(letter, known, Arrival.Outcome.POSTED, _left_out(letter), at):
                return Outcome.REPEATED
            _post(letter, known, text, at)
            if letter.left_out:
                tell_refused(known.row, sentence=_left_out(letter), text="", message_id=letter.message_id, posted=True)
    except replies.Refused as refusal:
        sentence = str(refusal)
    else:
        return Outcome.POSTED
    return _refuse(letter, known, text, sentence, at)


def _refuse(letter: reading.Letter, known: replies.Answers, text: str, sentence: str, at: datetime) -> Outcome:
    """Tell the person, at the address of their account: never whoever wrote, who may be anybody."""
    told = Arrival.objects.filter(
        person=known.row.person, outcome=Arrival.Outcome.REFUSED, at__gt=at - timedelta(days=1)
    ).count()
    if told >= TOLD_A_DAY:
        return Outcome.REPEATED
    with transaction.atomic():
        if not _arrived(letter, known, Arrival.Outcome.REFUSED, sentence, at):
            return Outcome.REPEATED
        tell_refused(known.row, sentence=sentence, text=text, message_id=letter.message_id, posted=False)
    return Outcome.REFUSED


def _arrived(letter: reading.Letter, known: replies.Answers, outcome: str, sentence: str, at: datetime) -> bool:
    """Write down that it arrived; False when it has before."""
    _row, new = Arrival.objects.get_or_create(
        person=known.row.person,
        digest=letter.digest,
        defaults={
            "handler": known.row.handler,
            "key": known.row.key,
            "outcome": outcome,
            "sentence": sentence[:500],
            "at": at,
        },
    )
    return new


def _post(letter: reading.Letter, known: replies.Answers, text: str, at: datetime) -> None:
    """Hand it to whoever takes it; raises Refused."""
    row = known.row
    handler = replies.handler_called(row.handler)
    if known.expired(at):
        raise replies.Refused(_("The mail that you answered is more than 90 days old. Open the thread to answer it."))
    if handler is None or not replies.may_answer(row.person, row.handler):
        raise replies.Refused(_("You can no longer answer there."))
    if letter.is_too_large:
        raise replies.Refused(_("It is larger than 10 MB. Write the words alone, and share files in the portal."))
    if letter.is_sealed:
        raise replies.Refused(_("It is encrypted, and the portal cannot read it. Send it unencrypted."))
    if not text:
        raise replies.Refused(_("It holds no words of your own above the mail that it quotes."))
    if len(text) > TEXT_LIMIT:
        raise replies.Refused(_("It is longer than 20,000 characters. Say it in fewer, or in several answers."))
    handler(person=row.person, key=row.key, text=text, at=at, message_id=letter.message_id)


def _not_yours(letter: reading.Letter) -> str:
    """That it came from an address that the account does not know."""
    sender = letter.senders[0] if len(letter.senders) == 1 else ""
    if not sender:
        return _("A mail came to your address for answers that does not say whom it is from. Nothing was posted.")
    told = _("A mail came to your address for answers from %(sender)s, which is not an address of your account. ")
    told += _("Nothing was posted. If it was you, answer from the address of your account.")
    return told % {"sender": sender[:254]}


def _left_out(letter: reading.Letter) -> str:
    """That files do not come with a reply; empty when there were none."""
    if not letter.left_out:
        return ""
    names = ", ".join(letter.left_out[:5])
    told = ngettext(
        "The file that came with it was left out: %(names)s. Share it in the portal instead.",
        "The files that came with it were left out: %(names)s. Share them in the portal instead.",
        len(letter.left_out),
    )
    return told % {"names": names}
