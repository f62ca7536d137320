"""Carries messages to the mail server over one kept connection."""

import contextlib
import smtplib
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.outbox.verdicts import answered, not_let_in, worn_out


class ServerAway(Exception):
    """The mail server cannot be reached, turns us away or has stopped answering: no mail's fault."""


class Courier:
    """One connection, opened when it is needed, and anew when the server has ended it."""

    def __init__(self) -> None:
        self._connection: Any = get_connection(settings.OUTBOX_TRANSPORT)
        self._carried = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Reach the server and sign in there; ServerAway says why not."""
        try:
            self._connection.open()
        except Exception as error:  # whatever it is, a wrong setting included, no mail has caused it
            self.close()
            raise ServerAway(_in_short(error)) from error

    def hand_over(self, message: EmailMessage) -> None:
        """Have the server take one message. Raises ServerAway, or what the transport raised for this message."""
        self.open()
        try:
            self._connection.send_messages([message])
        except Exception as error:
            again = self._carried and not self._data_began() and worn_out(error)
            if not answered(error):
                self.close()
            if again:  # such servers take so many mails over one connection: this one has not been tried yet
                self.hand_over(message)
                return
            if not_let_in(error):
                raise ServerAway(_in_short(error)) from error
            raise
        self._carried += 1

    def close(self) -> None:
        """Hang up; the next message opens a connection of its own."""
        self._carried = 0
        with contextlib.suppress(OSError, smtplib.SMTPException):  # the server had hung up already
            self._connection.close()

    def _data_began(self) -> bool:
        """Whether the server may have got the text; transports that do not tell are taken to have sent it."""
        return getattr(getattr(self._connection, "connection", None), "data_began", True)


def _in_short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
