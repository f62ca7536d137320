"""What people are told about groups."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.queries import cards_by_user
from portal.follows.models import Channel
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route, Weight
from workinggroups import facts
from workinggroups.models import Membership, WorkingGroup


@declare
class MemberJoined(Kind):
    """Somebody joined a group: its leads hear of it."""

    slug = "workinggroups.member-joined"
    label = gettext_lazy("Somebody joins a group you lead")
    fact = facts.MemberJoined
    area = gettext_lazy("Working groups")
    weight = Weight.AROUND
    route = Route.ROLE
    template = "workinggroups/email/member_joined"

    def channel(self, fact: Any) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def audience(self, fact: Any) -> QuerySet[Any]:
        leads = Membership.objects.leads().filter(group=fact.group_id)
        return get_user_model()._default_manager.filter(pk__in=leads.values("user"))

    def reason(self, fact: Any) -> str:
        return _("You lead “%(title)s”.") % {"title": fact.title}

    def headline(self, fact: Any) -> str:
        return _("%(name)s joined “%(title)s”") % {"name": fact.name, "title": fact.title}

    def url(self, fact: Any) -> str:
        return f"/groups/{fact.slug}/members/"

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        group = WorkingGroup.objects.visible_to(person).filter(pk=fact.group_id).first()
        who = cards_by_user({fact.user_id}, person).get(fact.user_id)
        belongs = Membership.objects.active().filter(group=fact.group_id, user=fact.user_id).exists()
        if group is None or who is None or not belongs:
            return None
        return {"group": group, "who": who, "action_label": _("See who belongs")}
