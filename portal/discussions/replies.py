"""Takes replies by mail as posts, under the rules of the page: the same form reads them, the same operation posts."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.discussions import operations
from portal.discussions.forms import PostForm
from portal.discussions.models import Thread
from portal.incoming.replies import Refused, takes_replies

HANDLER = "discussions.thread"


@takes_replies(HANDLER)
def post_reply(*, person: Any, key: str, text: str, at: datetime, message_id: str) -> None:
    """Post the words in the thread, once for each mail. Raises Refused: not theirs to see or write in, or no text."""
    thread = Thread.objects.visible_to(person).select_related("channel").filter(pk=int(key)).first()
    if thread is None:
        raise Refused(_("You can no longer read this discussion."))
    form = PostForm({"body": text})
    if not form.is_valid():
        raise Refused(form.errors["body"][0])
    try:
        operations.reply(
            thread=thread,
            body=form.cleaned_data["body"],
            key=operations.mail_key(message_id),
            by_mail=True,
            by=person,
            at=at,
        )
    except operations.NotPossible as refusal:
        raise Refused(str(refusal)) from refusal
