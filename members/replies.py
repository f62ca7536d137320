"""Takes answers to the programme office by mail, under the rules of the page."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from members.joining import operations
from members.joining.forms import AnswerForm
from members.models import JoinRequest
from portal.incoming.replies import Refused, takes_replies


@takes_replies(operations.REPLIES, newcomers=True)
def answer_by_mail(*, person: Any, key: str, text: str, at: datetime, message_id: str) -> None:
    """What somebody who asks to join answers; raises Refused when the request is decided, or the text is none."""
    request = JoinRequest.objects.open().visible_to(person).filter(pk=int(key), person=person).first()
    if request is None:
        raise Refused(_("Your request has been decided in the meantime."))
    form = AnswerForm({"text": text})
    if not form.is_valid():
        raise Refused(form.errors["text"][0])
    try:
        operations.answer(request=request, text=form.cleaned_data["text"], by=person, at=at)
    except operations.AlreadyDecided as decided:
        raise Refused(str(decided)) from decided
