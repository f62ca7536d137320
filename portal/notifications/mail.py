"""Composes the mail of a notice when it is sent: asks again who may see, then HTML and text with the reason."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal.follows.queries import who_may_see
from portal.notifications.kinds import Kind, kind_called
from portal.notifications.models import Notification, Preference
from portal.outbox.models import Mail
from portal.outbox.registry import rebuild
from portal.outbox.rendering import renders, with_styles_inline

SALT = "notifications.unsubscribe"


class UnknownKind(LookupError):
    """A notice is of a kind that was removed from the code, or that only newer code has."""


def unsubscribe_token(person: Any, kind: str) -> str:
    """A token that can do one thing: stop mails of one kind to one person. It opens no session and never expires."""
    return signing.dumps({"person": person.pk, "kind": kind}, salt=SALT)


def read_token(token: str) -> dict[str, Any] | None:
    """What a token says, or None for one that we did not make."""
    try:
        return signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None


@renders("notification")
def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The message for a notice, or None: no longer visible, no longer wanted, person gone or already gone by.

    Raises UnknownKind where the code has no such kind: a worker that is older than the notice tries again later.
    """
    notice = Notification.objects.select_related("fact", "person", "channel").filter(pk=mail.subject_id).first()
    if notice is None:
        return None
    kind = kind_called(notice.kind)
    if kind is None:
        raise UnknownKind(notice.kind)
    if not kind.transactional and not _still_wanted(notice):
        return None
    person = notice.person
    with translation.override(person.language), timezone.override(person.zone):
        fact = rebuild(notice.fact.name, notice.fact.payload)
        context = kind.context(fact, person)
        return None if context is None else _message(kind, fact, person, context)


def _still_wanted(notice: Notification) -> bool:
    person = notice.person
    if not person.is_member:
        return False
    if Preference.objects.filter(person=person, kind=notice.kind, by_mail=False).exists():
        return False
    people = type(person)._default_manager.filter(pk=person.pk)
    return notice.channel is None or who_may_see(notice.channel, people).exists()


def _message(kind: Kind, fact: Any, person: Any, context: dict[str, Any]) -> EmailMultiAlternatives:
    stop = settings.SITE_URL + reverse("notifications:stop", args=[unsubscribe_token(person, kind.slug)])
    context = {
        "site": settings.COMMUNITY,
        "site_url": settings.SITE_URL,
        "person": person,
        "fact": fact,
        "headline": kind.headline(fact),
        "action_url": settings.SITE_URL + kind.url(fact),
        "action_label": kind.action,
        "reason": kind.reason(fact),
        "unsubscribe_url": stop,
        "settings_url": settings.SITE_URL + reverse("notifications:settings"),
        **context,
    }
    subject = " ".join(render_to_string(f"{kind.template}.subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject=subject[:200],
        body=render_to_string(f"{kind.template}.txt", context),
        to=[person.email],
        headers={
            "List-Id": f"<{kind.slug}.{_host()}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    html = with_styles_inline(render_to_string(f"{kind.template}.html", context))
    message.attach_alternative(html, "text/html")
    return message


def _host() -> str:
    return settings.SITE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
