"""What spokespeople are told: that their consent is about to end."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Spokesperson, User
from members.spokespeople import facts
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route


@declare
class ConsentRunsOut(Kind):
    """To the person, thirty days before."""

    slug = "members.consent-runs-out"
    label = gettext_lazy("Your consent to be asked to speak is about to end")
    fact = facts.ConsentRunsOut
    template = "members/email/consent_runs_out"
    action = gettext_lazy("Renew it, or let it end")
    area = gettext_lazy("People")
    route = Route.ROLE

    def channel(self, fact: facts.ConsentRunsOut) -> None:
        return None

    def audience(self, fact: facts.ConsentRunsOut) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: facts.ConsentRunsOut) -> str:
        return _("You are in the register of spokespeople.")

    def headline(self, fact: facts.ConsentRunsOut) -> str:
        return _("Your consent to be asked to speak is about to end")

    def url(self, fact: facts.ConsentRunsOut) -> str:
        return reverse("members:my-consent")

    def context(self, fact: facts.ConsentRunsOut, person: User) -> dict[str, Any] | None:
        rows = Spokesperson.objects.current(timezone.now()).filter(pk=fact.spokesperson_id, person=person)
        row = rows.first()
        if row is None or row.expires_at.isoformat() != fact.until:
            return None  # ended, taken back or renewed before the mail went out
        return {"consent": row}
