"""Composes the mail of a notice when it is sent: asks again who may see, then HTML and text with the reason."""

from collections.abc import Sequence
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
from portal.notifications.together import READERS_OWN, Common, for_reader
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
    prepared = mail.prepared if mail.prepared and mail.prepared.holds() else None
    notices = prepared.notices if prepared else settle([mail], timezone.now()).get(mail.pk)
    if not notices:
        return None
    person = notices[0].person
    with translation.override(person.language), timezone.override(person.zone):
        message = _as_for_all(notices[0], prepared.common) if prepared else _as_for(person, notices)
    if message is None:
        set_aside(notices)
    return message


def _as_for(person: Any, notices: Sequence[Notification]) -> EmailMultiAlternatives | None:
    """What one person gets of these notices; None when they may see nothing of it any more."""
    items = [item for notice in notices if (item := _item(notice))]
    return _message(notices[-1], person, items, token_of(notices[-1])) if items else None


def _as_for_all(notice: Notification, common: Common) -> EmailMultiAlternatives | None:
    """What everybody gets, with the links of this notice's person in it."""

    def make() -> EmailMultiAlternatives | None:
        item = _item(notice)
        return _message(notice, None, [item], READERS_OWN) if item else None

    message, own = common.once(notice, make), token_of(notice)
    if message is None:
        return None
    message = for_reader(message, to=notice.person.email, own=own)
    message.extra_headers |= _headers(notice, _stop_url(known(notice), own))
    return message


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


def _message(newest: Notification, person: Any, items: list[dict[str, Any]], token: str) -> EmailMultiAlternatives:
    """Of several notices the newest gives the subject and the link; `items` has them all, oldest first.

    `person` is None for the message that is the same for all; `token` opens what stops such mail.
    """
    kind, fact = known(newest), items[-1]["fact"]
    stop = _stop_url(kind, token)
    answer_at = _answer_at(kind, fact, person, timezone.now()) if person else ""
    context = ({"person": person} if person else {}) | {
        "action_label": kind.action,
        "unsubscribe_url": stop,
        "settings_url": stop and _setting_url(kind.line_for(newest.route)),
        "answer_marker": marker() if answer_at else "",
        **items[-1],
        "items": items,
    }
    to, subject = person.email if person else "", subject_of(kind, fact, newest)
    message = composing.compose(kind.template, to, context, subject=subject, headers=_headers(newest, stop))
    if answer_at:
        message.reply_to = [formataddr((display_name(settings.COMMUNITY["name"]), answer_at))]
    file = kind.calendar(fact, items[-1])
    if file is not None:
        message.attach(CALENDAR_NAME, file.content.decode(), f"text/calendar; method={file.method}")
    return message


def _headers(newest: Notification, stop: str) -> dict[str, str]:
    return thread_headers(newest.thread) | (list_headers(list_name(newest), stop) if stop else {})


def _stop_url(kind: Kind, token: str) -> str:
    """What stops such mail; nothing stops mail about the account itself."""
    return "" if kind.transactional else settings.SITE_URL + reverse("notifications:stop", args=[token])


def _setting_url(line: str) -> str:
    """The settings, open at the line that decided about this mail."""
    return f"{settings.SITE_URL}{reverse('notifications:settings')}?line={line}#line"


def _answer_at(kind: Kind, fact: Any, person: Any, at: datetime) -> str:
    """Where this person may answer the mail; empty when nobody would take the answer."""
    taken = kind.reply_to(fact, person)
    return reply_address(person=person, handler=taken[0], key=taken[1], at=at) if taken else ""
