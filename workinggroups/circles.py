"""Circles that staff may announce something to: those who belong to a group."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.follows.models import Channel
from portal.follows.queries import seated
from portal.notifications.announcing.circles import Circles, offers
from workinggroups.models import WorkingGroup


@offers("group", label=_("Members of one working group"))
class Groups(Circles):
    """Groups that still work."""

    def choices(self) -> list[tuple[str, Any]]:
        rows = WorkingGroup.objects.exclude(state=WorkingGroup.State.CLOSED).order_by("title")
        return [(str(channel), title) for channel, title in rows.values_list("channel", "title")]

    def people(self, value: str) -> QuerySet[Any]:
        return seated(Channel(pk=int(value) if value.isdecimal() else 0))
