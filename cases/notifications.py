"""Who is told when a case is published, and later when it changes."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision

from cases import facts, outline, queries
from cases.alerts import queries as alerts
from cases.models import Case
from portal.follows.models import Channel
from portal.follows.queries import followers
from portal.notifications.kinds import Kind, declare
from portal.notifications.ways import Route, Weight


@declare
class CasePublished(Kind):
    """At first the author and the staff who edited it; after a later revision whoever follows the case."""

    slug = "cases.published"
    label = gettext_lazy("A case is published or changed")
    fact = facts.CasePublished
    area = gettext_lazy("Cases")
    weight = Weight.NEWS
    addresses = (Route.ROLE,)  # whoever wrote it
    template = "cases/email/published"

    def channel(self, fact: Any) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        if not fact.first:
            return {Route.FOLLOWED: followers(Channel(pk=fact.channel_id))}
        return {Route.ROLE: get_user_model()._default_manager.filter(_authors(fact.case_id)).distinct()}

    def reason(self, fact: Any) -> str:
        if fact.first:
            return _("You wrote or edited this case.")
        return _("You follow the case “%(title)s”.") % {"title": fact.title}

    def headline(self, fact: Any) -> str:
        if fact.first:
            return _("“%(title)s” is published") % {"title": fact.title}
        return _("“%(title)s” has changed: %(changes)s") % {"title": fact.title, "changes": _listed(fact)}

    def url(self, fact: Any) -> str:
        return fact.url

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        case = queries.may_still_read(fact.case_id, person)
        if case is None:
            return None
        return {
            "title": case.title,
            "one_line": case.one_line,
            "first": fact.first,
            "changes": _changes(fact),
            "action_label": _("Read the case"),
        }


class _NewCase(Kind):
    """What alerts have in common: a case is published for the first time, and whoever wrote it is told otherwise."""

    area = gettext_lazy("Cases")
    weight = Weight.NEWS
    fact = facts.CasePublished
    action = gettext_lazy("Read the case")

    def channel(self, fact: Any) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def audience(self, fact: Any) -> QuerySet[Any]:
        people = get_user_model()._default_manager.all()
        if not fact.first:
            return people.none()
        return self.asked(people, fact).exclude(_authors(fact.case_id)).distinct()

    def asked(self, people: QuerySet[Any], fact: Any) -> QuerySet[Any]:
        """Those of `people` who asked to be told of a case like this one."""
        raise NotImplementedError

    def headline(self, fact: Any) -> str:
        return _("New case: “%(title)s”") % {"title": fact.title}

    def url(self, fact: Any) -> str:
        return fact.url

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        case = queries.may_still_read(fact.case_id, person)
        if case is None:
            return None
        return {"title": case.title, "one_line": case.one_line}


@declare
class CaseFitsSearch(_NewCase):
    """Whoever saved a search of the library that the case fits.

    Declared before the challenges: whoever asked for a case in both ways is told once, by the search of their own.
    """

    slug = "cases.fits-a-search"
    label = gettext_lazy("A new case fits a search that you saved")
    template = "cases/email/fits_search"

    def asked(self, people: QuerySet[Any], fact: Any) -> QuerySet[Any]:
        return people.filter(saved_searches__in=alerts.fitting(fact.case_id, words=getattr(fact, "words", None)))

    def reason(self, fact: Any) -> str:
        return _("You saved a search that this case fits.")

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        """None as well when the person has removed the search since."""
        found = super().context(fact, person)
        searches = alerts.fitted_by(fact.case_id, person) if found else []
        if not searches:
            return None
        return {**found, "searches": searches, "saved_url": settings.SITE_URL + reverse("cases:saved")}  # type: ignore[dict-item]


@declare
class CaseOnChallenge(_NewCase):
    """Whoever follows a challenge that the case is about."""

    slug = "cases.on-a-challenge"
    label = gettext_lazy("A new case is about a challenge that you follow")
    template = "cases/email/on_challenge"

    def asked(self, people: QuerySet[Any], fact: Any) -> QuerySet[Any]:
        about = Channel.objects.filter(challenge_channel__challenge__cases=fact.case_id)
        return people.filter(follows__channel__in=about)

    def reason(self, fact: Any) -> str:
        return _("You follow a challenge that this case is about.")


def _authors(case_id: int) -> Q:
    """Whoever is credited, and every member of staff whose hand is in a revision."""
    hands = Revision.objects.filter(
        base_content_type=Case.get_base_content_type(), object_id=str(case_id), user__isnull=False
    )
    staff = Q(is_staff=True) | Q(is_superuser=True)
    return Q(cases=case_id) | (Q(pk__in=hands.values("user")) & staff)


def _changes(fact: Any) -> list[str]:
    return [str(outline.CHANGES[name]) for name in fact.changed if name in outline.CHANGES]


def _listed(fact: Any) -> str:
    return get_text_list(_changes(fact), _("and"))
