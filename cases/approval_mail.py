"""Wagtail mails whoever handed a text in when it is approved; for a case the notice of its publication does that.

One event, one mail: so Wagtail's stays for pages alone.
"""

from typing import Any

from wagtail.admin.mail import WorkflowStateApprovalEmailNotifier
from wagtail.models import WorkflowState
from wagtail.signals import workflow_approved

from cases.models import Case


class NotForCases(WorkflowStateApprovalEmailNotifier):
    """Wagtail's notifier, silent about cases."""

    def can_handle(self, instance: WorkflowState, **kwargs: Any) -> bool:
        return super().can_handle(instance, **kwargs) and not isinstance(instance.content_object, Case)


_notifier = NotForCases()


def take_the_place() -> None:
    """Connect under the name that Wagtail's notifier uses: a signal keeps the first receiver of a name.

    Called when the apps are ready; this app stands before `wagtail.admin` in INSTALLED_APPS.
    """
    workflow_approved.connect(
        _notifier, sender=WorkflowState, dispatch_uid="workflow_state_approved_email_notification"
    )
