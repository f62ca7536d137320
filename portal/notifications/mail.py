"""Composes the mail of a notice when it is sent: asks again who may see, then HTML and text with the reason."""

from datetime import datetime
from email.utils import formataddr
from functools import partial
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
from portal.notifications.sharing import READERS_OWN, Shared, for_reader
from portal.notifications.stopping import token_of
from portal.outbox import composing
from portal.outbox.models import Mail
from portal.outbox.preparing import prepares
from portal.outbox.registry import rebuild
from portal.outbox.rendering import renders
from portal.outbox.wording import display_name


@renders("notification")
def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The message for a notice and those that joined it, or None: no longer visible, wanted or new, or person gone.

    Raises UnknownKind where the code has no such kind: a worker that is older than the notice tries again later.
    """
    if mail.prepared is None:
        load([mail])
    notices, shared = mail.prepared
    if not notices:
        return None
    person = notices[0].person
    with translation.override(person.language), timezone.override(person.zone):
        items = [
            item for notice in notices if (item := shared.once("item", known(notice), notice, partial(_item, notice)))
        ]
        if not items:
            set_aside(notices)
            return None
        return _message(notices[-1], person, items, shared)


@prepares("notification")
def load(mails: list[Mail]) -> None:
    """What each of these mails tells of, as far as its reader may see and wants it by now: in a few queries for all."""
    told, shared = settle(mails, timezone.now()), Shared()
    for mail in mails:
        mail.prepared = told.get(mail.pk, []), shared


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


def _message(newest: Notification, person: Any, items: list[dict[str, Any]], shared: Shared) -> EmailMultiAlternatives:
    """Of several notices the newest gives the subject and the link; `items` has them all, oldest first."""
    kind = known(newest)
    if len(items) > 1 or not kind.same_for_all:
        return _written(newest, person, items, stop_url(kind, token_of(newest)))
    common = shared.once("message", kind, newest, lambda: _written(newest, None, items, stop_url(kind, READERS_OWN)))
    own = token_of(newest)
    message = for_reader(common, to=person.email, own=own)
    message.extra_headers |= _headers(kind, newest, stop_url(kind, own))
    return message


def stop_url(kind: Kind, token: str) -> str:
    """The link that stops such mail; none for mail about the account itself."""
    return "" if kind.transactional else settings.SITE_URL + reverse("notifications:stop", args=[token])


def _headers(kind: Kind, newest: Notification, stop: str) -> dict[str, str]:
    return thread_headers(newest.thread) | (list_headers(list_name(newest), stop) if stop else {})


def _written(newest: Notification, person: Any, items: list[dict[str, Any]], stop: str) -> EmailMultiAlternatives:
    """The message in full; with no person, as it is the same for all."""
    kind, fact = known(newest), items[-1]["fact"]
    answer_at = _answer_at(kind, fact, person, timezone.now())
    context = ({"person": person} if person else {}) | {
        "action_label": kind.action,
        "unsubscribe_url": stop,
        "settings_url": stop and settings.SITE_URL + reverse("notifications:settings"),
        "answer_marker": marker() if answer_at else "",
        **items[-1],
        "items": items,
    }
    subject, to = subject_of(kind, fact, newest), person.email if person else ""
    message = composing.compose(kind.template, to, context, subject=subject, headers=_headers(kind, newest, stop))
    if answer_at:
        message.reply_to = [formataddr((display_name(settings.COMMUNITY["name"]), answer_at))]
    file = kind.calendar(fact, items[-1])
    if file is not None:
        message.attach(CALENDAR_NAME, file.content.decode(), f"text/calendar; method={file.method}")
    return message


def _answer_at(kind: Kind, fact: Any, person: Any, at: datetime) -> str:
    """Where this person may answer the mail; empty when nobody would take the answer."""
    taken = kind.reply_to(fact, person) if person else None
    return reply_address(person=person, handler=taken[0], key=taken[1], at=at) if taken else ""
