"""Sends due mails over one kept connection.

A mail is marked as being sent before the server hears of it and as sent right after its "250". Killed in
between, it goes out once more with the same Message-ID when the lease ends: nothing lost, at most one
duplicate for each killed sender.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from portal.outbox import breaker
from portal.outbox.breaker import Outlook
from portal.outbox.courier import Courier, ServerAway
from portal.outbox.given_up import tell_staff
from portal.outbox.leases import claim, last_start, next_try, problem_text
from portal.outbox.models import Mail, Trouble
from portal.outbox.preparing import Preparation
from portal.outbox.rendering import render
from portal.outbox.signals import refused
from portal.outbox.verdicts import refused_for_good, stalled

log = logging.getLogger("portal.outbox")

# With the back-off of leases.py the last of so many tries comes 69 hours after the first.
TRIES = 22
# A mail that we cannot compose, or that breaks the transport, will not get better in three days.
POISON_TRIES = 5
# A server that leaves two destinations in a row without an answer is itself what is silent.
SILENT_DESTINATIONS = 2
# So long a database that went away between the server's "250" and our note of it is waited for.
NOTE_WITHIN_SECONDS = 30.0


@dataclass(frozen=True)
class Batch:
    """What came of one batch: how many mails were settled or put off, and whether the server can be reached."""

    handled: int
    server_away: bool = False
    full: bool = False  # as many as were asked for: there may be more


def never() -> bool:
    """Whether it is enough: no, not before nothing is due."""
    return False


def send_due(limit: int, *, enough: Callable[[], bool] = never) -> Batch:
    """Send up to `limit` due mails, the urgent ones first; what is not begun when it is `enough` stays due."""
    now = timezone.now()
    outlook = breaker.look()
    if outlook.server and not breaker.may_try(outlook.server, now):
        return Batch(0, server_away=True)
    mails = claim(
        Mail.objects.unsent(), now=now, limit=limit, order=("-urgent", "due_at", "pk"), state=Mail.State.SENDING
    )
    if not mails and not outlook.server:
        return Batch(0)
    with Courier() as courier:
        sending = _Round(mails, courier, outlook, now)
        away = sending.run(enough)
    return Batch(sending.handled, server_away=away, full=len(mails) == limit)


class _Round:
    """One batch on its way: what still waits, and what was found out about the other side meanwhile."""

    def __init__(self, mails: list[Mail], courier: Courier, outlook: Outlook, now: datetime) -> None:
        self.waiting = deque(mails)
        self.handled = 0
        self._courier = courier
        self._trouble = outlook.destinations
        self._careful = outlook.server is not None  # the server was away: this round finds out
        self._unanswered: set[str] = set()
        self._preparation = Preparation()
        self._stop_at = last_start(now)

    def run(self, enough: Callable[[], bool]) -> bool:
        """Send until nothing waits, or time is up; then give the rest back. Whether the server is away."""
        self._put_the_troubled_last()
        try:
            if self._careful and not self.waiting:
                self._courier.open()
                self._answered("")
            while self.waiting and timezone.now() < self._stop_at and not enough():
                self._next()
        except ServerAway as error:
            breaker.failed(Trouble.With.SERVER, "", str(error), timezone.now())
            return True
        finally:
            _give_back(self.waiting)
        return False

    def _put_the_troubled_last(self) -> None:
        """Nobody waits for a destination that stalled before, but those who write to it."""
        now = timezone.now()
        for where in {domain_of(mail) for mail in self.waiting} & self._trouble.keys():
            self._leave_alone(where, until=max(now, self._trouble[where].hold_until))

    def _leave_alone(self, where: str, *, until: datetime) -> None:
        """Return the mails to this domain until then; when that is now, move them to the end."""
        theirs = [mail for mail in self.waiting if domain_of(mail) == where]
        self.waiting = deque(mail for mail in self.waiting if domain_of(mail) != where)
        if until > timezone.now():
            _give_back(theirs, held_until=until)
        else:
            self.waiting.extend(theirs)

    def _next(self) -> None:
        """See to the first that waits. It stays there, and is given back untried, when the server is away."""
        mail = self.waiting[0]
        where = domain_of(mail)
        trouble = self._trouble.get(where)
        if trouble and trouble.times > 1 and not breaker.may_try(trouble, timezone.now()):
            self._leave_alone(where, until=timezone.now() + breaker.ATTEMPT)
            return
        self._preparation.see_to(self.waiting)
        message = _rendered(mail)
        if message is not None:
            self._deliver(mail, message, where)
        else:
            self.waiting.popleft()
        self.handled += 1

    def _deliver(self, mail: Mail, message: EmailMessage, where: str) -> None:
        try:
            self._courier.hand_over(message)
        except ServerAway:
            raise
        except Exception as error:  # noqa: BLE001 -- transports raise what they like; one mail's fault stops no other
            self.waiting.popleft()
            _failed(mail, error)
            if stalled(error):
                self._silent(where, error)
                return
        else:
            self.waiting.popleft()
            _sent(mail, message)
        self._answered(where)

    def _answered(self, where: str) -> None:
        """The server said something, be it no: it is there, and so is the way to this destination."""
        self._unanswered.clear()
        if self._careful:
            breaker.well(Trouble.With.SERVER)
            self._careful = False
        if self._trouble.pop(where, None):
            breaker.well(Trouble.With.DESTINATION, where)

    def _silent(self, where: str, error: Exception) -> None:
        """Nothing was heard in time: the others go first from now on, or all wait when nobody is answered."""
        self._unanswered.add(where)
        if self._careful or len(self._unanswered) >= SILENT_DESTINATIONS:
            raise ServerAway(problem_text(error)) from error
        trouble = breaker.failed(Trouble.With.DESTINATION, where, problem_text(error), timezone.now())
        self._trouble[where] = trouble
        self._leave_alone(where, until=trouble.hold_until)


def domain_of(mail: Mail) -> str:
    """Where the mail goes; the server stalls for a destination, not for a person."""
    return mail.address.rpartition("@")[2].lower()


def _rendered(mail: Mail) -> EmailMessage | None:
    """The message, or None when the row was settled without sending."""
    try:
        message = render(mail)
    except Exception as error:  # a broken template must not stop the others
        if isinstance(error, (OperationalError, InterfaceError)) and _database_is_away():
            raise
        log.exception("mail %s cannot be rendered", mail.pk)
        _put_off(mail, error, tries=POISON_TRIES)
        return None
    if message is None:
        _settle(mail, state=Mail.State.SUPPRESSED, raw="", problem="")
    return message


def _database_is_away() -> bool:
    """Whether it was the database that failed, and not a question of one mail that takes it too long."""
    return connection.connection is None or not connection.is_usable()


def _failed(mail: Mail, error: Exception) -> None:
    """Bounce what the other side refuses for good, try again later whatever may pass by itself."""
    if refused_for_good(error):
        _settle(mail, state=Mail.State.BOUNCED, raw="", problem=problem_text(error))
        refused.send_robust(sender=Mail, mail=mail, error=error)
    elif isinstance(error, OSError):  # smtplib's exceptions are among them
        _put_off(mail, error, tries=TRIES)
    else:
        log.error("mail %s cannot be handed over", mail.pk, exc_info=error)
        _put_off(mail, error, tries=POISON_TRIES)


def _put_off(mail: Mail, error: Exception, *, tries: int) -> None:
    now, attempts = timezone.now(), mail.attempts + 1
    problem, given_up = problem_text(error), attempts >= tries
    _settle(
        mail,
        state=Mail.State.DEAD if given_up else Mail.State.QUEUED,
        attempts=attempts,
        due_at=next_try(attempts, now),
        problem=problem,
    )
    if given_up:
        tell_staff(problem, at=now)


def _sent(mail: Mail, message: EmailMessage) -> None:
    """Note that it was taken. While this is not noted it would be sent again, so the database is waited for."""
    deadline = time.monotonic() + NOTE_WITHIN_SECONDS
    while True:
        try:
            _settle(mail, state=Mail.State.SENT, sent_at=timezone.now(), address=message.to[0], raw="", problem="")
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            log.warning("mail %s was taken; the database is waited for to note it", mail.pk)
            connection.close()
            time.sleep(0.2)
        else:
            return


def _settle(mail: Mail, **changes: Any) -> None:
    """Write the outcome, unless another sender took the mail over after the lease ended."""
    Mail.objects.filter(pk=mail.pk, lease_token=mail.lease_token).update(lease_until=None, **changes)


def _give_back(mails: Iterable[Mail], *, held_until: datetime | None = None) -> None:
    """Return what was not tried: no try is counted, and it is due as before."""
    mails = list(mails)
    if mails:
        keys = [mail.pk for mail in mails]
        ours = Mail.objects.filter(pk__in=keys, lease_token=mails[0].lease_token, state=Mail.State.SENDING)
        ours.update(state=Mail.State.QUEUED, lease_until=held_until)
