"""Mails that are no notices: about the account, and answers to what arrived."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from members.mail import send_mail
from portal.incoming.answering import tell_refused
from portal.incoming.models import ThreadAddress

ACCOUNT = ("account/email/login_code", "account/email/email_confirmation", "account/email/password_changed")


def letters(person: Any, settings: Any) -> dict[str, EmailMultiAlternatives]:
    """Each as its reader gets it, by a name for its picture."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    django_mail.outbox = []
    made: dict[str, Callable[[], Any]] = {
        "join-refused": lambda: send_mail("members/email/join_refused", person, {"refusal": "We could not find you."}),
        "not-posted": lambda: tell_refused(
            ThreadAddress(person=person, handler="tests", key="1"),
            sentence="This thread is closed. Ask its leads to open it again.",
            text="We priced it with them.\n\nOne withdrew in a week.",
            message_id="<1@agency.example>",
            posted=False,
        ),
    }
    context = {"user": person, "code": "QWER-TZUI", "timestamp": timezone.now() - timedelta(hours=1), "ip": "192.0.2.7"}
    found = {}
    for name, make in made.items():
        make()
        found[name] = django_mail.outbox[-1]
    for prefix in ACCOUNT:
        found[prefix.rpartition("/")[2]] = get_adapter().render_mail(prefix, person.email, context)
    return found
