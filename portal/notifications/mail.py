"""Composes the mail of a notice when it is sent: asks again who may see, then HTML and text with the reason."""

from datetime import datetime
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation

from portal.incoming.replies import reply_address
from portal.incoming.trimming import marker
from portal.notifications.envelope import CALENDAR_NAME, list_headers, list_name, subject_of, thread_headers
from portal.notifications.kinds import Kind
from portal.notifications.models import Notification
from portal.notifications.settling import known, set_aside, settle
from portal.notifications.stopping import token_of
from portal.outbox import composing
from portal.outbox.models import Mail
from portal.outbox.registry import rebuild
from portal.outbox.rendering import renders
from portal.outbox.wording import display_name


@renders("notification")
def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The message for a notice and those that joined it, or None: no longer visible, wanted or new, or person gone.

    Raises UnknownKind where the code has no such kind: a worker that is older than the notice tries again later.
    """
    notices = settle([mail], timezone.now()).get(mail.pk)
    if not notices:
        return None
    person = notices[0].person
    with translation.override(person.language), timezone.override(person.zone):
        items = [item for notice in notices if (item := _item(notice))]
        if not items:
            set_aside(notices)
            return None
        return _message(notices[-1], person, items)


def _item(notice: Notification) -> dict[str, Any] | None:
    """What the templates get of one notice; None when the person may no longer see what it tells of."""
    kind = known(notice)
    fact = rebuild(notice.fact.name, notice.fact.payload)
    context = kind.context(fact, notice.person)
    if context is None:
        return None
    said = {
        "fact": fact,
        "headline": kind.headline(fact),
        "action_url": settings.SITE_URL + kind.url(fact),
        "reason": kind.reason_for(fact, notice.route),
        "at": notice.at,
    }
    return said | context


def _message(newest: Notification, person: Any, items: list[dict[str, Any]]) -> EmailMultiAlternatives:
    """Of several notices the newest gives the subject and the link; `items` has them all, oldest first."""
    kind, fact = known(newest), items[-1]["fact"]
    stop = "" if kind.transactional else settings.SITE_URL + reverse("notifications:stop", args=[token_of(newest)])
    answer_at = _answer_at(kind, fact, person, timezone.now())
    context = {
        "person": person,
        "action_label": kind.action,
        "unsubscribe_url": stop,
        "settings_url": stop and _setting_url(kind.line_for(newest.route)),
        "answer_marker": marker() if answer_at else "",
        **items[-1],
        "items": items,
    }
    headers = thread_headers(newest.thread) | (list_headers(list_name(newest), stop) if stop else {})
    subject = subject_of(kind, fact, newest)
    message = composing.compose(kind.template, person.email, context, subject=subject, headers=headers)
    if answer_at:
        message.reply_to = [formataddr((display_name(settings.COMMUNITY["name"]), answer_at))]
    file = kind.calendar(fact, items[-1])
    if file is not None:
        message.attach(CALENDAR_NAME, file.content.decode(), f"text/calendar; method={file.method}")
    return message


def _setting_url(line: str) -> str:
    """The settings, open at the line that decided about this mail."""
    return f"{settings.SITE_URL}{reverse('notifications:settings')}?line={line}#line"


def _answer_at(kind: Kind, fact: Any, person: Any, at: datetime) -> str:
    """Where this person may answer the mail; empty when nobody would take the answer."""
    taken = kind.reply_to(fact, person)
    return reply_address(person=person, handler=taken[0], key=taken[1], at=at) if taken else ""
