"""What facts and mails hold about people."""

import json
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, NAMELESS, holds, on_erasure
from portal.outbox.models import Fact, Mail

holds("outbox.Fact.by", NAMELESS, _("What you did, as the portal records it"), {"what": "name", "at": "at"})
holds(
    "outbox.Mail.person",
    ERASED,
    _("Mails to you"),
    {"kind": "renderer", "to": "address", "state": "state", "written": "created_at", "sent": "sent_at"},
)


@on_erasure
def forget_name_and_address(person: Any, shown_as: str) -> None:
    """Facts are kept for what happened, not for who it happened to; mails are found by their address too."""
    Mail.objects.filter(address__iexact=person.email).delete()
    changed = []
    for fact in _naming(person.name):
        fact.payload = {key: shown_as if value == person.name else value for key, value in fact.payload.items()}
        changed.append(fact)
    Fact.objects.bulk_update(changed, ["payload"], batch_size=200)


def _naming(name: str) -> list[Fact]:
    """Facts with this name as one of their values. SQLite stores letters beyond ASCII escaped, PostgreSQL does not."""
    escaped, plain = json.dumps(name), json.dumps(name, ensure_ascii=False)
    found = Fact.objects.annotate(text=Cast("payload", TextField()))
    return list(found.filter(Q(text__contains=escaped) | Q(text__contains=plain)))
