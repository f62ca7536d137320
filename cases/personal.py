"""Who wrote, approved and decided about cases."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from cases.models import Case
from portal.core.personal import ERASED, NAMELESS, holds, on_erasure

holds(
    "cases.Case.author",
    NAMELESS,
    _("Cases that credit you"),
    {"title": "title", "address": "slug", "live": "live", "first_published": "first_published_at", "credit": "credit"},
)
holds("cases.Case.locked_by", NAMELESS, _("Cases you have locked for editing"), {"title": "title"})
holds(
    "cases.CaseStanding.by",
    NAMELESS,
    _("Cases you archived, withdrew or hid"),
    {"case": "case__title", "state": "state", "reason": "reason", "at": "at"},
)
holds(
    "cases.SavedSearch.person",
    ERASED,
    _("Searches of the case library that you saved"),
    {"search": "query", "since": "since"},
)
holds("cases.Approval.by", NAMELESS, _("Cases you put on the schedule"), {"revision": "revision", "at": "at"})


@on_erasure
def leave_the_credit_line(person: Any, shown_as: str) -> None:
    """Published work keeps the credit that the person chose.

    In every revision: publishing an older draft must not bring the name back.
    """
    mine = Case.objects.filter(author=person)
    for revision in _revisions_of(mine.values_list("pk", flat=True)):
        if revision.content.get("author") == person.pk:
            revision.content["author"] = None
            revision.content["credit"] = _credit(revision.content.get("credit") or "", person.name, shown_as)
            revision.save(update_fields=["content"])
    for case in mine:
        Case.objects.filter(pk=case.pk).update(credit=_credit(case.credit, person.name, shown_as))


def _credit(chosen: str, name: str, shown_as: str) -> str:
    """A credit line of the person's own choice stays, unless it holds the name that is to go."""
    return shown_as[:200] if not chosen or name in chosen else chosen


def _revisions_of(keys: Any) -> Any:
    cases = ContentType.objects.get_for_model(Case)
    return Revision.objects.filter(base_content_type=cases, object_id__in=[str(key) for key in keys]).iterator()
