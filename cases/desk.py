"""What waits for programme staff: drafts to review, and cases nobody has looked at for too long."""

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import WorkflowState

from cases import queries
from cases.models import Case
from portal.desk.queues import Item, Queue, register


def edit_url(case_id: int | str) -> str:
    """Where staff edit a case."""
    return reverse(Case.snippet_viewset.get_url_name("edit"), args=[case_id])


def _in_review() -> QuerySet[WorkflowState]:
    return WorkflowState.objects.filter(
        base_content_type=Case.get_base_content_type(), status=WorkflowState.STATUS_IN_PROGRESS
    ).order_by("created_at", "pk")


def _review_items(user: Any, limit: int) -> list[Item]:
    states = list(_in_review().select_related("requested_by", "current_task_state__revision")[:limit])
    slugs = dict(Case.objects.filter(pk__in=[state.object_id for state in states]).values_list("pk", "slug"))
    return [
        Item(
            title=state.current_task_state.revision.object_str if state.current_task_state else state.object_id,
            url=reverse("cases:review", args=[slugs[int(state.object_id)]]),
            since=state.created_at,
            detail=_("Handed in by %(name)s") % {"name": state.requested_by} if state.requested_by else "",
        )
        for state in states
    ]


def _overdue_items(user: Any, limit: int) -> list[Item]:
    cases = queries.past_review(timezone.localdate()).only("pk", "title", "review_due")[:limit]
    return [
        Item(title=case.title, url=edit_url(case.pk), since=datetime.combine(case.review_due, time(), UTC))
        for case in cases
    ]


register(
    Queue(
        slug="cases-to-review",
        label=gettext_lazy("Cases waiting for review"),
        count=lambda user: _in_review().count(),
        items=_review_items,
        empty=gettext_lazy("No case waits for a second pair of eyes."),
        rows=lambda user: (_in_review(),),
    )
)
register(
    Queue(
        slug="cases-past-review",
        label=gettext_lazy("Cases past their review date"),
        count=lambda user: queries.past_review(timezone.localdate()).count(),
        items=_overdue_items,
        empty=gettext_lazy("Every case was looked at when it was due."),
        rows=lambda user: (queries.past_review(timezone.localdate()),),
    )
)
