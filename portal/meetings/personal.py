"""Who arranged meetings, stands on agendas and answered invitations."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.personal import ERASED, NAMELESS, holds, on_erasure
from portal.meetings.models import AgendaItem

_MEETING = {"title": "title", "starts": "starts_at", "state": "state"}
holds("meetings.Meeting.arranged_by", NAMELESS, _("Meetings you arranged"), _MEETING)
holds("meetings.Meeting.changed_by", NAMELESS, _("Meetings you changed last"), _MEETING | {"changed": "changed_at"})
holds(
    "meetings.AgendaItem.owner",
    NAMELESS,
    _("Points on agendas that are yours"),
    {"meeting": "meeting__title", "starts": "meeting__starts_at", "point": "title", "notes": "notes"},
)
holds(
    "meetings.Reply.person",
    ERASED,
    _("Your answers to invitations"),
    {"meeting": "meeting__title", "starts": "meeting__starts_at", "answer": "answer", "at": "at"},
)


@on_erasure
def rename_on_agendas(person: Any, shown_as: str) -> None:
    """An agenda stays readable: whose point it was, under the name that the person left."""
    AgendaItem.objects.filter(owner=person).update(owner_name=shown_as[:120])
