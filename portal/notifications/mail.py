"""Composes the mail of a notice when it is sent: asks again who may see, then HTML and text with the reason."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal.notifications.models import Notification
from portal.notifications.settling import known, set_aside, settle
from portal.notifications.stopping import token_of
from portal.outbox.models import Mail
from portal.outbox.registry import rebuild
from portal.outbox.rendering import renders, with_styles_inline


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
    kind = known(newest)
    stop = settings.SITE_URL + reverse("notifications:stop", args=[token_of(newest)])
    context = {
        "site": settings.COMMUNITY,
        "site_url": settings.SITE_URL,
        "person": person,
        "action_label": kind.action,
        "unsubscribe_url": stop,
        "settings_url": settings.SITE_URL + reverse("notifications:settings"),
        **items[-1],
        "items": items,
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
