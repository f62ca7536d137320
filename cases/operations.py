"""Writes: keep a draft, hand it in, publish it, and what staff decide about it later."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Revision

from cases.models import Case, CaseStanding
from cases.publication import PublishRefused, quietly, reasons_against, show_elsewhere


class NothingToReview(Exception):
    """There is no workflow for cases, or the case is in one already."""


@transaction.atomic
def save_draft(*, case: Case, by: Any, at: datetime) -> Revision:
    """Keep what the case says now as a draft by `by`; a new case is made with its channel.

    The row of a live case is left as it is: what readers see changes at publication.
    """
    case.clean()
    if case.pk is None or not case.live:
        case.live = False
        case.save()
    revision = case.save_revision(user=by, log_action=True, clean=False)
    Revision.objects.filter(pk=revision.pk).update(created_at=at)
    revision.created_at = at
    return revision


@transaction.atomic
def submit_for_review(*, case: Case, by: Any, at: datetime) -> None:
    """Hand the newest draft to the reviewers. Raises NothingToReview."""
    workflow = case.get_workflow()
    if workflow is None or case.workflow_in_progress:
        raise NothingToReview(_("This case is being reviewed already, or there are no reviewers."))
    state = workflow.start(case, by)
    type(state).objects.filter(pk=state.pk).update(created_at=at)


def publish(*, case: Case, by: Any, at: datetime, quiet: bool = False) -> Case:
    """Publish the newest draft in the name of `by`, who is not whoever edited it last; `quiet` tells nobody.

    Raises PublishRefused.
    """
    revision = case.get_latest_revision()
    if revision is None:
        raise PublishRefused([_("There is no draft to publish.")])
    with quietly(quiet=quiet):
        case.publish(revision, user=by, skip_permission_checks=True, at=at)
    return Case.objects.get(pk=case.pk)


@transaction.atomic
def decide(*, case: Case, state: str, reason: str, by: Any, at: datetime) -> CaseStanding:
    """Archive, withdraw or hide a case; drafts and text stay as they are. Readers notice with the next request."""
    standing, _made = CaseStanding.objects.update_or_create(
        case=case, defaults={"state": state, "reason": reason, "by": by, "at": at}
    )
    case.standing = standing
    show_elsewhere(case)
    log(instance=case, action=f"cases.{state}", user=by, data={"reason": reason})
    return standing


@transaction.atomic
def restore(*, case: Case, by: Any, at: datetime) -> None:
    """Lift what was decided; a case without a decision is left alone."""
    gone, _rows = CaseStanding.objects.filter(case=case, at__lte=at).delete()
    if gone:
        fresh = Case.objects.select_related("channel").get(pk=case.pk)
        show_elsewhere(fresh)
        log(instance=fresh, action="cases.restored", user=by)


def approve(*, case: Case, by: Any, at: datetime, quiet: bool = False) -> Case:
    """The second person's yes from the desk: ends the review and publishes. Raises PublishRefused, SameHand.

    A draft that nobody handed in is published the same way; the rules are those of every publication.
    """
    task_state = case.current_workflow_task_state
    if task_state is None:
        return publish(case=case, by=by, at=at, quiet=quiet)
    newest = case.get_latest_revision()
    refusals = reasons_against(case, newest, by=by)
    if refusals:
        raise PublishRefused(refusals)
    with quietly(quiet=quiet), transaction.atomic():
        task_state.task.specific.on_action(task_state, by, "approve")
        # After an edit in the middle of the review the step begins again, with the draft that `by` has just read.
        again = case.current_workflow_task_state
        if again is not None and again.revision_id == newest.pk:
            again.task.specific.on_action(again, by, "approve")
    return Case.objects.get(pk=case.pk)


@transaction.atomic
def send_back(*, case: Case, comment: str, by: Any) -> None:
    """The second person's "not yet", with what to change; whoever handed it in reads it in the editors' area.

    Raises NothingToReview.
    """
    task_state = case.current_workflow_task_state
    if task_state is None:
        raise NothingToReview(_("This case is not in review."))
    task_state.task.specific.on_action(task_state, by, "reject", comment=comment)
