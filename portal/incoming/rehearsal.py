"""On a machine without a mail server: answers a captured mail as its reader's mail program would."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid

from portal.incoming.receiving import Outcome, receive
from portal.outbox.capture import Captured, find

LONGEST = 20_000


def answer_captured(name: str, text: str, *, at: datetime) -> Outcome | None:
    """What became of the answer; None for a mail that is not there, or that cannot be answered."""
    captured = find(name)
    if captured is None or not captured.reply_to:
        return None
    return receive(_as_a_program_writes_it(captured, text[:LONGEST]).as_bytes(), recipient=captured.reply_to, at=at)


def _as_a_program_writes_it(captured: Captured, text: str) -> EmailMessage:
    """The answer above the quoted mail."""
    message = EmailMessage()
    message["From"] = captured.to
    message["To"] = captured.reply_to
    message["Subject"] = f"Re: {captured.subject}"
    message["Message-ID"] = make_msgid(domain="reader.example")
    quoted = "\n".join(f"> {line}".rstrip() for line in captured.text.replace("\r\n", "\n").split("\n"))
    message.set_content(f"{text}\n\nOn {captured.date}, {captured.sender} wrote:\n{quoted}\n")
    return message
