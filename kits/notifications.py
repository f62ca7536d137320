"""What holders of a kit are told."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kits.facts import KitReleased
from kits.models import Kit, Release
from kits.queries import followers_of, holders
from portal.follows.models import Channel
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route, Weight


@declare
class NewRelease(Kind):
    """A kit that somebody holds or follows has a new version."""

    slug = "kits.released"
    label = gettext_lazy("A kit you hold or follow has a new version")
    fact = KitReleased
    area = gettext_lazy("Kits and tools")
    weight = Weight.NEWS
    template = "kits/email/released"
    action = gettext_lazy("See what changed")
    same_for_all = True

    def channel(self, fact: KitReleased) -> Channel | None:
        kit = Kit.objects.select_related("channel").filter(pk=fact.kit_id).first()
        return kit.channel if kit else None

    def routes(self, fact: KitReleased) -> dict[Route, QuerySet[Any]]:
        return {Route.HOLDS: holders(fact.kit_id), Route.FOLLOWED: followers_of(fact.kit_id)}

    def reason(self, fact: KitReleased) -> str:
        return _("You follow this kit.")

    def reason_for(self, fact: KitReleased, route: str) -> str:
        if route == Route.HOLDS:
            return _("You downloaded a version of this kit.")
        return super().reason_for(fact, route)

    def headline(self, fact: KitReleased) -> str:
        return _("%(title)s: version %(version)s is out") % {"title": fact.title, "version": fact.version}

    def url(self, fact: KitReleased) -> str:
        return fact.url

    def context(self, fact: KitReleased, person: Any) -> dict[str, Any] | None:
        release = Release.objects.filter(pk=fact.release_id, kit__live=True).first()
        return {"release": release} if release else None
