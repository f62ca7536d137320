"""What waits for staff: pages that somebody submitted for review."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page, WorkflowState

from portal.desk.queues import Item, Queue, register


def _in_review(user: Any) -> QuerySet[WorkflowState]:
    pages = ContentType.objects.get_for_model(Page)
    return WorkflowState.objects.filter(base_content_type=pages, status=WorkflowState.STATUS_IN_PROGRESS)


def _items(user: Any, limit: int) -> list[Item]:
    rows = _in_review(user).select_related("requested_by", "current_task_state__revision")
    return [
        Item(
            title=state.current_task_state.revision.object_str,
            url=reverse("wagtailadmin_pages:edit", args=[state.object_id]),
            since=state.created_at,
            detail=_("Handed in by %(name)s") % {"name": state.requested_by} if state.requested_by else "",
        )
        for state in rows.order_by("created_at", "pk")[:limit]
        if state.current_task_state
    ]


register(
    Queue(
        slug="pages-to-review",
        label=gettext_lazy("Pages waiting for review"),
        count=lambda user: _in_review(user).count(),
        items=_items,
        empty=gettext_lazy("No page waits for a second pair of eyes."),
        rows=lambda user: (_in_review(user),),
    )
)
