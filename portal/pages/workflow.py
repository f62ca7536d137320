"""Who publishes a page: never the person who changed it last, whichever way they try."""

from typing import Any

from django.utils.translation import gettext as _

from portal.core.four_eyes import SameHand, is_last_hand


def refuse_same_hand(revision: Any, user: Any) -> None:
    """Raise SameHand when `user` made the last change to the words of `revision`.

    Without a user it is the clock that publishes what somebody put on its schedule.
    """
    if user is not None and is_last_hand(user, revision):
        raise SameHand(_("You made the last change, so somebody else has to publish it. Submit it for review."))


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish what was approved: belonging to the reviewing group is the authority to do so.

    Wagtail's own action refuses a reviewer without the publish permission at the very last step. The rule that
    nobody publishes what they edited last is kept by the thing itself (`Case.publish`, `EditorialPage.publish`)
    and by the review task.
    """
    revision = workflow_state.current_task_state.revision
    revision.publish(user=user, skip_permission_checks=True)
