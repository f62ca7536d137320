"""Mail on a machine without a mail server: each message becomes a file that `/dev/mail/` shows."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage as ParsedMessage
from email.policy import default as default_policy
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

_NAME = re.compile(r"[0-9]{20}-[0-9a-z_]{1,40}\.eml")


class CaptureBackend(BaseEmailBackend):
    """Write every message into settings.EMAIL_FILE_PATH, complete or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(message.message().as_bytes())
            stamp = timezone.now().strftime("%Y%m%d%H%M%S%f")
            Path(temporary).rename(folder / f"{stamp}-{Path(temporary).stem[-8:].lower()}.eml")
        return len(email_messages)


@dataclass(frozen=True)
class Captured:
    """One captured message."""

    name: str
    message: ParsedMessage

    @property
    def subject(self) -> str:
        """The subject line."""
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        """Whom it is addressed to."""
        return str(self.message["To"] or "")

    @property
    def sender(self) -> str:
        """Whom it comes from."""
        return str(self.message["From"] or "")

    @property
    def date(self) -> str:
        """When it was sent, as its header says."""
        return str(self.message["Date"] or "")

    @property
    def reply_to(self) -> str:
        """The bare address at which it can be answered; empty when it cannot."""
        return parseaddr(str(self.message["Reply-To"] or ""))[1]

    @property
    def text(self) -> str:
        """The text part."""
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""

    @property
    def html(self) -> str:
        """The HTML part."""
        body = self.message.get_body(("html",))
        return body.get_content() if body else ""


def captured(limit: int = 100) -> list[Captured]:
    """The newest captured messages, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)[:limit] if folder.exists() else []
    return [message for name in names if (message := find(name))]


def find(name: str) -> Captured | None:
    """One captured message by its file's name; None for anything else."""
    path = Path(settings.EMAIL_FILE_PATH) / name
    if not _NAME.fullmatch(name) or not path.exists():
        return None
    return Captured(name, message_from_bytes(path.read_bytes(), policy=default_policy))
