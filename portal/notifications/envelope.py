"""What stands on the outside of a notice or summary: subject, sender, headers, names of files.

It shows on locked screens, in logs and in reports of failure. So it never names a person, and names a thing only when
every member may see it: where the channel is for those who belong to it, or for staff, the subject is the kind's
`discreet` one, and lists are called by numbers. The decision is among those in docs/adr.
"""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from portal.follows.models import Reach
from portal.notifications.kinds import Kind
from portal.notifications.models import Notification

CALENDAR_NAME = "meeting.ics"
# Whom a subject may tell of: what every member may see anyhow.
_TOLD_OPENLY = {Reach.PUBLIC, Reach.MEMBERS}


def subject_of(kind: Kind, fact: Any, notice: Notification) -> str:
    """The discreet subject where the thing is not for every member; empty where the template may name it."""
    openly = notice.channel is None or notice.channel.audience in _TOLD_OPENLY
    return "" if openly else kind.discreet(fact)


def list_name(notice: Notification) -> str:
    """By what mail programs sort it: the channel, by its number; the kind where it is about no channel."""
    return f"{notice.channel.kind}-{notice.channel.pk}" if notice.channel else notice.kind


def list_headers(name: str, stop: str) -> dict[str, str]:
    """What every mail carries that people may do without: RFC 2919, RFC 8058, and what absence notices look for."""
    return {
        "List-Id": f"<{name}.{_host()}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "list",
    }


def thread_headers(thread: str) -> dict[str, str]:
    """Mails of one thread answer one message that was never sent: programs show them together, whoever came first."""
    if not thread:
        return {}
    root = f"<{hashlib.sha256(f'thread:{thread}'.encode()).hexdigest()[:32]}@{_host()}>"
    return {"In-Reply-To": root, "References": root}


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
