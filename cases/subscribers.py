"""Reactions: two accounts became one, and revisions follow their author."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Revision

from cases.models import Case
from members.facts import AccountsMerged
from portal.outbox.registry import subscribe


@subscribe(AccountsMerged)
def follow_the_author(fact: AccountsMerged, envelope: Any) -> None:
    """Rows have moved with the account; a draft that names the former one would lose its author when published."""
    mine = [str(pk) for pk in Case.objects.filter(author=fact.person_id).values_list("pk", flat=True)]
    cases = ContentType.objects.get_for_model(Case)
    for revision in Revision.objects.filter(base_content_type=cases, object_id__in=mine).iterator():
        if revision.content.get("author") == fact.gone_id:
            revision.content["author"] = fact.person_id
            revision.save(update_fields=["content"])
