"""What the notices declare themselves: announcements, and what staff are told of the outbox, which stands below."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.rules import is_staff_member
from portal.follows.models import Channel
from portal.notifications.announcing.circles import EVERYBODY, people_of
from portal.notifications.announcing.models import Announcement
from portal.notifications.facts import AnnouncementSent
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route
from portal.outbox.facts import WorkGivenUp
from portal.outbox.queries import count_given_up
from portal.outbox.reasons import in_words


@declare
class WorkWasGivenUp(Kind):
    """Mails or errands were tried often enough: once for an outbreak, to all programme staff."""

    slug = "outbox.work-given-up"
    label = gettext_lazy("Mail or errands were given up (staff)")
    fact = WorkGivenUp
    template = "outbox/email/work_given_up"
    area = gettext_lazy("Running the portal")
    action = gettext_lazy("See what was given up")

    def channel(self, fact: WorkGivenUp) -> Channel | None:
        return None

    def offered_to(self, person: Any) -> bool:
        return is_staff_member(person)

    def audience(self, fact: WorkGivenUp) -> QuerySet[Any]:
        return get_user_model()._default_manager.programme_staff()

    def exempt(self, fact: WorkGivenUp) -> bool:
        """At once, whatever else came today: others wait for what was given up."""
        return True

    def reason(self, fact: WorkGivenUp) -> str:
        return _("You look after this portal.")

    def headline(self, fact: WorkGivenUp) -> str:
        return _("The portal gave up sending or doing something")

    def url(self, fact: WorkGivenUp) -> str:
        return reverse("outbox:given-up")

    def context(self, fact: WorkGivenUp, person: Any) -> dict[str, Any] | None:
        """None for who no longer looks after the portal, and once somebody has seen to all of it."""
        rows = count_given_up(person)
        return {"rows": rows, "words": in_words(fact.problem)} if rows else None


@declare
class Announced(Kind):
    """The programme tells a circle of members something."""

    slug = "notifications.announcement"
    label = gettext_lazy("The programme announces something")
    fact = AnnouncementSent
    template = "notifications/email/announcement"
    area = gettext_lazy("The programme")
    route = Route.SEATED
    same_for_all = True
    action = gettext_lazy("Read it in the portal")

    def channel(self, fact: AnnouncementSent) -> Channel | None:
        return None

    def audience(self, fact: AnnouncementSent) -> QuerySet[Any]:
        return people_of(fact.circle)

    def reason(self, fact: AnnouncementSent) -> str:
        if fact.circle == EVERYBODY:
            return _("The programme announced this to all members.")
        return _("The programme announced this to members like you.")

    def headline(self, fact: AnnouncementSent) -> str:
        return fact.title

    def url(self, fact: AnnouncementSent) -> str:
        return reverse("notifications:announcement", args=[fact.announcement_id])

    def context(self, fact: AnnouncementSent, person: Any) -> dict[str, Any] | None:
        """None once it was stopped: whoever it has not reached is not told."""
        sent = Announcement.objects.filter(pk=fact.announcement_id, state=Announcement.State.SENT).first()
        return {"announcement": sent} if sent else None
