"""A mail server that misbehaves on demand and counts what it took by Message-ID.

    with smtp_sink() as sink:
        sink.answer_next(Answer.TRY_LATER, Answer.TAKE_AND_HANG_UP)
        ... EMAIL_URL=sink.url ...
        assert sink.taken()["<one@portal>"] == 1

It runs in a thread of the test; workers under test reach it over loopback from their own processes.
"""

import asyncio
import collections
import contextlib
import email
import email.message
import email.policy
import enum
import functools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.services import free_port


class Answer(enum.Enum):
    """What the sink does with a message it was sent."""

    TAKE = "250 taken"
    TRY_LATER = "451 try again later"
    REFUSE = "550 never"
    # The hard one: the mail is delivered, and the sender cannot know.
    TAKE_AND_HANG_UP = "taken, and the connection cut before the answer"
    HANG_UP = "connection cut, not taken"
    TAKE_AND_LEAVE = "250 taken, and that was all over this connection"
    STALL = "no answer, ever"


@dataclass(frozen=True)
class Delivery:
    """A message that was taken."""

    content: bytes
    sender: str
    recipients: tuple[str, ...]
    at: float
    connection: int  # its number: the same for all that came over one connection

    @functools.cached_property
    def message(self) -> email.message.EmailMessage:
        """The message, parsed when a test looks at it: a server answers before it has read a mail."""
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @functools.cached_property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"] or "")


class SmtpSink:
    """What tests ask and tell the server; safe to use from other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: collections.deque[Answer] = collections.deque()
        self._refused: dict[str, str] = {}
        self._answers_to: dict[str, Answer] = {}
        self._later: tuple[str, int] = ("", 0)
        self._asked: collections.Counter[str] = collections.Counter()
        self.sender_refusal: str | None = None
        self._deliveries: list[Delivery] = []
        self.delay_seconds = 0.0
        self.attempts = 0
        self.connections = 0
        self.spells_everything = True  # offers SMTPUTF8
        self.size_limit = 30_000_000
        self.controller = Controller(_Handler(self), hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.controller.port}"

    def answer_next(self, *answers: Answer) -> None:
        """Treat the next messages so, one each; those after them are taken."""
        with self._lock:
            self._answers.extend(answers)

    def refuse_recipient(self, address: str, reply: str = "550 no such mailbox") -> None:
        """Refuse this recipient from now on."""
        with self._lock:
            self._refused[address.lower()] = reply

    def put_off(self, reply: str, times: int) -> None:
        """Answer the text of every recipient's mail so for so many times, then take it: greylisting."""
        with self._lock:
            self._later = (reply, times)

    def tries_of(self, address: str) -> int:
        """How often the text of a mail to this address was sent to us."""
        with self._lock:
            return self._asked[address.lower()]

    def answer_domain(self, domain: str, answer: Answer | None) -> None:
        """Treat mails to this domain so from now on; None: take them again."""
        with self._lock:
            if answer is None:
                self._answers_to.pop(domain.lower(), None)
            else:
                self._answers_to[domain.lower()] = answer

    @property
    def deliveries(self) -> list[Delivery]:
        """All that was taken, in order."""
        with self._lock:
            return list(self._deliveries)

    def taken(self) -> collections.Counter[str]:
        """How often each Message-ID was taken."""
        return collections.Counter(delivery.message_id for delivery in self.deliveries)

    def wait_for(self, count: int, seconds: float) -> bool:
        """Whether so many different messages were taken within the time."""
        deadline = time.monotonic() + seconds
        while len(self.taken()) < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def next_answer(self, recipients: list[str]) -> Answer | str:
        """For the handler: what to do, or a refusal in these words."""
        with self._lock:
            self.attempts += 1
            self._asked.update(address.lower() for address in recipients)
            reply, times = self._later
            if recipients and self._asked[recipients[0].lower()] <= times:
                return reply
            for address in recipients:
                if known := self._answers_to.get(address.rpartition("@")[2].lower()):
                    return known
            return self._answers.popleft() if self._answers else Answer.TAKE

    def refusal_of(self, address: str) -> str | None:
        """For the handler."""
        with self._lock:
            return self._refused.get(address.lower())

    def keep(self, envelope: Envelope, connection: int) -> None:
        """For the handler."""
        delivery = Delivery(
            content=envelope.content,
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            at=time.monotonic(),
            connection=connection,
        )
        with self._lock:
            self._deliveries.append(delivery)


class _Handler:
    """aiosmtpd's hooks; their names and arguments are its."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if not self.sink.spells_everything:
            responses = [line for line in responses if "SMTPUTF8" not in line]
        self.sink.connections += 1
        session.host_name, session.number = hostname, self.sink.connections
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if getattr(session, "leaving", False):  # what the sender notices when it says the next word
            server.transport.abort()
        if self.sink.sender_refusal:
            return self.sink.sender_refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.sink.refusal_of(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.sink.delay_seconds:
            await asyncio.sleep(self.sink.delay_seconds)
        if len(envelope.content or b"") > self.sink.size_limit:
            return "552 too large"
        answer = self.sink.next_answer(envelope.rcpt_tos)
        if isinstance(answer, str):
            return answer
        if answer in {Answer.TAKE, Answer.TAKE_AND_HANG_UP, Answer.TAKE_AND_LEAVE}:
            self.sink.keep(envelope, getattr(session, "number", 0))
        if answer in {Answer.TAKE_AND_HANG_UP, Answer.HANG_UP}:
            server.transport.abort()
        session.leaving = answer is Answer.TAKE_AND_LEAVE
        if answer is Answer.STALL:
            await asyncio.sleep(3600)
        return answer.value


@contextlib.contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """A running sink."""
    sink = SmtpSink()
    sink.controller.start()
    try:
        yield sink
    finally:
        sink.controller.stop()
