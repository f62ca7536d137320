"""Two people for everything that is published: whoever changed a text last does not approve it.

For anything with Wagtail revisions. Saving without a change, moving a date of publication, locking or submitting
is not an edit: the question is whose words these are, not who pressed a button last.
"""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

# What Wagtail writes beside the words: states, dates, positions in the tree.
BOOKKEEPING = frozenset(
    """
    pk live has_unpublished_changes first_published_at last_published_at live_revision latest_revision
    go_live_at expire_at expired locked locked_at locked_by latest_revision_created_at draft_title path
    depth numchild url_path content_type owner alias_of wagtail_admin_comments translation_key locale
    """.split()  # noqa: SIM905 -- twenty-five words read better as a text than as twenty-five lines
)


class SameHand(PermissionDenied):
    """The person who approves is the one who made the last change."""


def words_of(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a revision without bookkeeping, in a form that compares equal when nothing was edited."""
    plain = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return {name: _settled(value) for name, value in plain.items() if name not in BOOKKEEPING}


def _settled(value: Any) -> Any:
    """Child rows without database keys, in their order; keys of related rows sorted."""
    if not isinstance(value, list):
        return value
    if value and all(isinstance(row, dict) and "pk" in row for row in value):
        rows = sorted(value, key=lambda row: row.get("sort_order") or 0)
        kept = [{name: row[name] for name in sorted(row) if name not in {"pk", "sort_order"}} for row in rows]
        return kept if "sort_order" in value[0] else sorted(kept, key=json.dumps)
    return sorted(value) if all(isinstance(each, int) for each in value) else value


def last_hand(revision: Any) -> int | None:
    """The id of whoever last changed the words of a revision; None for a text that no account wrote.

    Goes back over revisions that say the same to the one that said it first.
    """
    words, hand = words_of(revision.content), revision.user_id
    earlier = (
        type(revision)
        ._default_manager.filter(
            base_content_type_id=revision.base_content_type_id,
            object_id=revision.object_id,
            pk__lt=revision.pk,
        )
        .order_by("-pk")
    )
    for older in earlier.iterator(chunk_size=5):
        if words_of(older.content) != words:
            break
        hand = older.user_id
    return hand


def is_last_hand(user: Any, revision: Any) -> bool:
    """Whether `user` made the last change to the words of a revision."""
    return revision is not None and user is not None and last_hand(revision) == user.pk


class FourEyes:
    """For a review task in a Wagtail workflow, before GroupApprovalTask: the last editor cannot approve."""

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """What `user` may do now; without "approve" for the person who made the last change."""
        actions = super().get_actions(obj, user)  # type: ignore[misc]
        if is_last_hand(user, obj.get_latest_revision()):
            return [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Keep the rule for addresses that are posted to directly, too. Raises SameHand.

        Asked of the newest revision, as in `get_actions`: after an edit in the middle of a review the one that was
        submitted is somebody else's, and its author has to be able to go on.
        """
        latest = task_state.workflow_state.content_object.get_latest_revision()
        if action_name == "approve" and is_last_hand(user, latest):
            raise SameHand(_("You made the last change, so somebody else has to approve it."))
        return super().on_action(task_state, user, action_name, **kwargs)  # type: ignore[misc]
