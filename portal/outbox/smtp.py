"""SMTP that waits for so long and no longer, for a whole conversation, not for each word of it.

smtplib's time-out starts anew with every byte: a server that says one word every few seconds would hold up
everybody behind it for as long as it likes.
"""

import re
import secrets
import smtplib
import socket
import time
from email._policybase import Compat32
from email.generator import BytesGenerator
from email.utils import parseaddr
from io import BytesIO
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.utils.encoding import punycode

# What needs no parsing: nearly every address there is.
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
# A goodbye that is not answered is no loss.
GOODBYE_SECONDS = 1.0
# With name and colon it stays below the 78 characters that a line of a header should have.
SHORT_LINE = 75
# Where settings.EMAIL_TIMEOUT says nothing.
PATIENCE_SECONDS = 60.0


class _Lines:
    """What the server says, line by line, within the time that is left."""

    def __init__(self, conversation: "_Bounded") -> None:
        self._conversation = conversation
        self._read = b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._read and len(self._read) < limit:
            self._conversation.bound()
            more = self._conversation.sock.recv(8192)
            if not more:
                break
            self._read += more
        end = self._read.find(b"\n") + 1 or len(self._read)
        line, self._read = self._read[: min(end, limit)], self._read[min(end, limit) :]
        return line

    def close(self) -> None:
        self._read = b""


class _Bounded:
    """Opening may take `timeout` seconds in all, and so may each message."""

    sock: socket.socket

    def __init__(self, *args: Any, timeout: float = PATIENCE_SECONDS, **kwargs: Any) -> None:
        self._patience = timeout
        self.data_began = False
        self._begin(timeout)
        super().__init__(*args, timeout=timeout, **kwargs)

    def _begin(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def bound(self) -> None:
        """Let the next step wait for what is left of the time; TimeoutError when nothing is."""
        left = self._ends - time.monotonic()
        if left <= 0:
            msg = "the conversation took too long"
            raise TimeoutError(msg)
        self.sock.settimeout(left)

    def send(self, text: Any) -> None:
        if self.sock:
            try:
                self.bound()
            except TimeoutError as error:
                self.close()
                msg = "Server not connected"
                raise smtplib.SMTPServerDisconnected(msg) from error
        super().send(text)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = _Lines(self)
        return super().getreply()

    def sendmail(self, *args: Any, **kwargs: Any) -> dict:
        self.data_began = False
        self._begin(self._patience)
        return super().sendmail(*args, **kwargs)

    def data(self, message: Any) -> tuple[int, bytes]:
        self.data_began = True
        return super().data(message)

    def quit(self) -> tuple[int, bytes]:
        self._begin(GOODBYE_SECONDS)
        return super().quit()


class BoundedSMTP(_Bounded, smtplib.SMTP):
    """Plain, or with STARTTLS."""


class BoundedSMTPS(_Bounded, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class EmailBackend(smtp.EmailBackend):
    """Django's, with settings.EMAIL_TIMEOUT for each opening and each message as a whole.

    A name before the @ that ASCII cannot spell is sent as it is to servers that can take it (RFC 6531), and
    refused otherwise: Django would write to an address that nobody has.
    """

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return BoundedSMTPS if self.use_ssl else BoundedSMTP

    def _send(self, message: EmailMessage) -> bool:
        recipients = [envelope_address(recipient) for recipient in message.recipients()]
        if not recipients:
            return False
        sender = envelope_address(message.from_email)
        options = () if all(map(str.isascii, [sender, *recipients])) else ("SMTPUTF8", "BODY=8BITMIME")
        self.connection.sendmail(sender, recipients, octets(message), options)
        return True


class _Headers(Compat32):
    """Folds what needs folding: a short line of ASCII, which nearly every header is, stays as it is."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        short = isinstance(value, str) and len(name) + len(value) < SHORT_LINE
        if short and value.isascii() and value.isprintable():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_HEADERS = _Headers(linesep="\r\n")


def octets(message: EmailMessage) -> bytes:
    """The message as it goes over the wire: what Django's `as_bytes` makes of it, in half the time.

    The boundary is drawn here: the one that the library draws it looks for in the whole text.
    """
    composed = message.message()
    for part in composed.walk():
        if part.is_multipart() and part.get_boundary() is None:
            part.set_boundary(f"=_{secrets.token_hex(16)}")
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=_HEADERS).flatten(composed)
    return written.getvalue()


def envelope_address(written: str) -> str:
    """The bare address of `Name <name@host>`, its host in the letters of the domain name system."""
    address = written if _PLAIN.fullmatch(written) else parseaddr(written)[1]
    if address.isascii():
        return address
    name, _at, host = address.rpartition("@")
    return f"{name}@{punycode(host)}"
