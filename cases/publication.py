"""Going live: complete, read by a second person, recorded as a fact, and once.

Called by `Case.publish`, so that button, approval, schedule and operation keep the same rules.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import outline, rules
from cases.facts import CasePublished
from cases.models.standing import Approval, CaseText
from members.choices import ContributionKind
from members.folding import fold
from members.operations import record_contribution, withdraw_contribution
from portal.core.four_eyes import last_hand, words_of
from portal.follows.models import Reach
from portal.follows.operations import keep_in_step, keep_one_seat
from portal.outbox.operations import record

log = logging.getLogger("portal.cases")

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly(*, quiet: bool = True) -> Iterator[None]:
    """Whatever is published inside is told to nobody.

    Between whoever approves and the publication stands Wagtail's workflow, which carries nothing of ours along.
    """
    token = _quiet.set(quiet)
    try:
        yield
    finally:
        _quiet.reset(token)


class PublishRefused(PermissionDenied):
    """The case may not go live; `reasons` are sentences for whoever tried."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def reasons_against(case: Any, revision: Any, *, by: Any) -> list[str]:
    """Why this revision of the case may not go live by this person's hand; empty when it may."""
    reasons = rules.missing_for_publication(revision.as_object())
    state = rules.standing_of(case)
    if state in {"withdrawn", "hidden"}:
        reasons.append(_("The case was taken off the site. Lift that first."))
    if by is None:
        reasons.append(_("Nobody has approved this revision."))
    elif last_hand(revision) == by.pk:
        reasons.append(_("You made the last change, so somebody else has to publish it. Submit it for review."))
    return reasons


def publish(
    *,
    case: Any,
    revision: Any,
    user: Any,
    put_live: Callable[..., None],
    at: datetime | None = None,
    **options: Any,
) -> None:
    """Publish or schedule `revision`; `put_live` is Wagtail's own part of the work, `at` backdates (imports).

    Raises PublishRefused. What a schedule brings up and may not go live is taken off the schedule instead: the
    others on it must not suffer.
    """
    now = at or timezone.now()
    from_schedule = user is None and revision.approved_go_live_at is not None
    with transaction.atomic():
        # Two people publishing at once: the second sees what the first did.
        type(case).objects.select_for_update().filter(pk=case.pk).values_list("pk").first()
        by = _approver(revision) if from_schedule else user
        reasons = reasons_against(case, revision, by=by)
        if reasons and from_schedule:
            log.error("case %s was not published as scheduled: %s", case.pk, " ".join(reasons))
            revision.approved_go_live_at = None
            revision.save(update_fields=["approved_go_live_at"])
            return
        if reasons:
            raise PublishRefused(reasons)
        first, before = is_first(case), _live_words(case)
        put_live(revision, user=user, **options)
        fresh = type(case).objects.select_related("channel", "author").get(pk=case.pk)
        if fresh.live_revision_id == revision.pk:
            _backdate(fresh, first=first, at=at)
            show_elsewhere(fresh)
            CaseText.objects.update_or_create(case=fresh, defaults={"text": searchable(fresh)})
            _tell(fresh, revision, before=before, first=first, by=by, at=now)
        elif by is not None:
            Approval.objects.update_or_create(revision=revision, defaults={"by": by, "at": timezone.now()})


def _approver(revision: Any) -> Any:
    """Who put the revision on the schedule; None when nobody did, or when it was written over since."""
    approval = Approval.objects.select_related("by").filter(revision=revision, at__gte=revision.created_at).first()
    return approval.by if approval else None


def _live_words(case: Any) -> dict[str, Any] | None:
    return words_of(case.live_revision.content) if case.live_revision_id else None


def _backdate(case: Any, *, first: bool, at: datetime | None) -> None:
    if at is None:
        return
    case.last_published_at = at
    if first:
        case.first_published_at = at
    type(case).objects.filter(pk=case.pk).update(
        last_published_at=case.last_published_at, first_published_at=case.first_published_at
    )


def show_elsewhere(case: Any) -> None:
    """Bring in step what others know of the case: the channel with its audience, and its author's contributions.

    Needs the channel joined. Its author belongs to it: hears what is asked about the case, may close a discussion.
    Whatever is off the site is staff's alone, for followers and in profiles.
    """
    shown = case.live and rules.standing_of(case) not in {"withdrawn", "hidden"}
    audience = case.audience if shown else Reach.STAFF
    title, url = case.title or case.slug, case.get_absolute_url()
    keep_in_step(channel=case.channel, title=title, url=url, audience=audience)
    keep_one_seat(channel=case.channel, user=case.author if shown else None)
    key = f"case:{case.pk}"
    if shown and case.author_id:
        record_contribution(
            key=key,
            person=case.author,
            kind=ContributionKind.CASE,
            title=title,
            url=url,
            channel=case.channel,
            at=case.first_published_at,
        )
    else:
        withdraw_contribution(key=key)


def searchable(case: Any) -> str:
    """The words by which the library finds the case, folded."""
    words = [case.title, case.one_line, case.place]
    words += [getattr(case, section.name) for section in outline.SECTIONS]
    words += [lesson.text for lesson in case.lessons.all()]
    words += [tag.name for tag in case.subjects.all()]
    words += [line.label for line in case.service_lines.all()]
    return fold(rules.MARKER.sub("", "\n".join(words)))


def _tell(case: Any, revision: Any, *, before: dict[str, Any] | None, first: bool, by: Any, at: datetime) -> None:
    """Record the publication. The first one has a key of its own; a revision that changes nothing is no news."""
    changed = [] if first else _changes(before, words_of(revision.content))
    if not first and not changed:
        return
    fact = news_of(case, revision, first=first, changed=changed)
    key = f"cases.published:{case.pk}" if first else f"cases.published:{case.pk}:{revision.pk}"
    record(fact, key=key, by=by, at=at)


def is_first(case: Any) -> bool:
    """Whether the next publication is the first one."""
    return case.first_published_at is None


def news_if_published(case: Any, revision: Any) -> CasePublished | None:
    """What would be told if `revision` went live now; None when it changes nothing."""
    first = is_first(case)
    changed = [] if first else _changes(_live_words(case), words_of(revision.content))
    return news_of(case, revision, first=first, changed=changed) if first or changed else None


def news_of(case: Any, revision: Any, *, first: bool, changed: list[str]) -> CasePublished:
    """The fact of a publication, quiet inside `quietly()`."""
    return CasePublished(
        case_id=case.pk,
        revision_id=revision.pk,
        channel_id=case.channel_id,
        title=case.title,
        url=case.get_absolute_url(),
        first=first,
        changed=changed,
        quiet=_quiet.get(),
    )


def _changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What differs from the version that was live, by the names of `outline.CHANGES`."""
    if before is None:
        return [outline.AGAIN]
    return list(dict.fromkeys(outline.change_in(name) for name in after if before.get(name) != after[name]))
