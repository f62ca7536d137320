"""Tells somebody, once, what became of a reply that was not posted as they sent it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.incoming.models import ThreadAddress
from portal.outbox.composing import compose

TEMPLATE = "incoming/email/not_posted"


def tell_refused(row: ThreadAddress, *, sentence: str, text: str, message_id: str, posted: bool) -> None:
    """Queue the mail in the caller's transaction: the reason, and their own words, which they need not type again.

    `posted` when the words were posted and only a file was left out.
    """
    person = row.person
    heading = _("Your answer is posted, without its files") if posted else _("Your answer was not posted")
    context = {"person": person, "heading": heading, "sentence": sentence, "text": text, "posted": posted}
    headers = {"Auto-Submitted": "auto-replied"}
    if message_id.startswith("<") and message_id.endswith(">") and message_id.isascii() and " " not in message_id:
        headers |= {"In-Reply-To": message_id, "References": message_id}
    with timezone.override(person.zone):
        compose(TEMPLATE, person.email, context, headers=headers).send()
