"""What people are told about introductions. A no is told to nobody."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.introductions import facts, queries
from members.introductions.rules import Shown
from members.models import Introduction, User
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route


class _AboutIntroduction(Kind):
    """What the kinds below have in common: the person sees it as on the page, or is told nothing."""

    area = gettext_lazy("People")
    route = Route.ROLE

    def channel(self, fact: Any) -> None:
        return None

    def url(self, fact: Any) -> str:
        return reverse("members:introduction", kwargs={"pk": fact.introduction_id})

    def seen(self, fact: Any, person: User) -> queries.SeenIntroduction | None:
        """The introduction as `person` sees it now; None when the other is no longer to be seen."""
        rows = Introduction.objects.visible_to(person).select_related("asker__profile", "person__profile")
        found = queries.see(rows.filter(pk=fact.introduction_id), person, timezone.now())
        return found[0] if found and found[0].other else None


@declare
class IntroductionAsked(_AboutIntroduction):
    """To who is asked."""

    slug = "members.introduction-asked"
    label = gettext_lazy("Somebody asks to be introduced to you")
    fact = facts.IntroductionAsked
    template = "members/email/introduction_asked"
    action = gettext_lazy("Read and answer")

    def audience(self, fact: facts.IntroductionAsked) -> QuerySet[User]:
        return User.objects.filter(pk=fact.person_id)

    def reason(self, fact: facts.IntroductionAsked) -> str:
        return _("You let members ask for an introduction.")

    def headline(self, fact: facts.IntroductionAsked) -> str:
        return _("A member asks to be introduced to you")

    def context(self, fact: facts.IntroductionAsked, person: User) -> dict[str, Any] | None:
        seen = self.seen(fact, person)
        return {"seen": seen} if seen and seen.answerable else None


@declare
class IntroductionAccepted(_AboutIntroduction):
    """To who asked: with the address."""

    slug = "members.introduction-accepted"
    label = gettext_lazy("Your request for an introduction is accepted")
    fact = facts.IntroductionAccepted
    template = "members/email/introduction_accepted"
    action = gettext_lazy("Open the introduction")

    def audience(self, fact: facts.IntroductionAccepted) -> QuerySet[User]:
        return User.objects.filter(pk=fact.asker_id)

    def reason(self, fact: facts.IntroductionAccepted) -> str:
        return _("You asked for this introduction.")

    def headline(self, fact: facts.IntroductionAccepted) -> str:
        return _("Your request for an introduction is accepted")

    def context(self, fact: facts.IntroductionAccepted, person: User) -> dict[str, Any] | None:
        seen = self.seen(fact, person)
        return {"seen": seen} if seen and seen.shown is Shown.ACCEPTED else None


@declare
class IntroductionLooksBack(_AboutIntroduction):
    """To both, after thirty days."""

    slug = "members.introduction-looks-back"
    label = gettext_lazy("Did an introduction help? (after thirty days)")
    fact = facts.IntroductionLooksBack
    template = "members/email/introduction_looks_back"
    action = gettext_lazy("Answer in one click")

    def audience(self, fact: facts.IntroductionLooksBack) -> QuerySet[User]:
        return User.objects.filter(pk__in=[fact.asker_id, fact.person_id])

    def reason(self, fact: facts.IntroductionLooksBack) -> str:
        return _("You were introduced thirty days ago.")

    def headline(self, fact: facts.IntroductionLooksBack) -> str:
        return _("Did the introduction help?")

    def context(self, fact: facts.IntroductionLooksBack, person: User) -> dict[str, Any] | None:
        seen = self.seen(fact, person)
        return {"seen": seen} if seen and seen.asks_help else None
