"""What a failed attempt means: for the mail, for the connection, for the mail server."""

import smtplib

from anymail.exceptions import AnymailRecipientsRefused
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import Timeout

PERMANENT = 500
TOO_LARGE = 552
SERVICE_ENDS = 421
# What a server says to who is not signed in, or not in the way it wants: a fault of our settings, not of a mail.
NOT_LET_IN = frozenset({530, 534, 535, 538})
API_NOT_LET_IN = frozenset({401, 403})


def refused_for_good(error: Exception) -> bool:
    """Whether no later try will do better: the address or the content was refused with a 5xx, or cannot be spelt."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused):  # our address is refused, which no reader can help; or too large
        return error.smtp_code == TOO_LARGE
    if isinstance(error, (smtplib.SMTPNotSupportedError, AnymailRecipientsRefused)):
        return True
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT


def stalled(error: BaseException | None) -> bool:
    """Whether the other side had fallen silent; smtplib says "disconnected" and keeps the time-out behind it."""
    while error is not None:
        if isinstance(error, (TimeoutError, Timeout)):
            return True
        error = error.__cause__ or error.__context__
    return False


def not_let_in(error: Exception) -> bool:
    """Whether it is the mail server that turns us away, or cannot be reached, whatever the mail."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return True
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code in NOT_LET_IN
    if isinstance(error, Unreachable) and not isinstance(error, Timeout):
        return True
    return getattr(error, "status_code", None) in API_NOT_LET_IN


def answered(error: Exception) -> bool:
    """Whether the server said no in good order, and goes on listening over the same connection."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code != SERVICE_ENDS for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code != SERVICE_ENDS


def worn_out(error: Exception) -> bool:
    """Whether only the kept connection has ended: hung up on, or "421", before any text of the mail was sent."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == SERVICE_ENDS
    return isinstance(error, smtplib.SMTPServerDisconnected) and not stalled(error)
