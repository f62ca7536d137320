"""Writes about joining: ask, confirm the address, ask back, answer, decide; and what time alone decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from members import facts
from members.invitations.operations import take_up
from members.joining.queries import let_in_by
from members.mail import compose_for, send_mail
from members.models import FirstVisit, Invitation, JoinMessage, JoinRequest, Organisation, Profile, User
from members.operations import NotAllowed, free_handle, reindex
from members.organisations.queries import organisation_called
from portal.core.rules import is_staff_member
from portal.follows.operations import follow
from portal.incoming.replies import reply_address
from portal.incoming.trimming import marker
from portal.outbox.operations import record
from portal.outbox.wording import display_name

REMIND_AFTER, CLOSE_AFTER = timedelta(days=7), timedelta(days=30)
AT_ONCE = 500
REPLIES = "members.join-request"  # who takes answers by mail: members/replies.py


class AlreadyDecided(ValueError):
    """Somebody else decided this request in the meantime."""


# --- asking -----------------------------------------------------------------------------------------------------


def request_to_join(
    *,
    person: User,
    organisation: str,
    kind: str,
    reason: str,
    at: datetime,
    invitation: Invitation | None = None,
    confirmed: bool = False,
) -> JoinRequest:
    """Write a request; staff see it once the address is confirmed (`confirm_address`, or `confirmed`)."""
    with transaction.atomic():
        row = JoinRequest.objects.create(
            person=person,
            organisation=organisation,
            works_at=organisation_called(organisation),
            kind=kind,
            reason=reason,
            invitation=invitation,
            asked_at=at,
        )
        if confirmed:
            confirm_address(person=person, at=at)
            row.refresh_from_db()
    return row


@transaction.atomic
def confirm_address(*, person: User, at: datetime, address: str = "") -> None:
    """The address is the person's own: an open request is approved at once, or goes to staff.

    At once: staff invited this very address, or it belongs to a verified government organisation. Somebody whose
    request waits may still confirm such an address; whatever was confirmed before changes nothing.
    """
    rows = JoinRequest.objects.select_for_update(of=("self",)).select_related("person", "works_at")
    row = rows.filter(person=person, decision="").first()
    if row is None:
        return
    fresh = row.confirmed_at is None
    if fresh:
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at", "updated_at"])
    if _let_in_at_once(row, (address or person.email).lower(), at):
        return
    if fresh:
        record(facts.JoinRequested(row.pk, person.name), key=f"members.join-requested:{row.pk}", by=person, at=at)


def _let_in_at_once(row: JoinRequest, address: str, at: datetime) -> bool:
    taken = take_up(invitation=row.invitation, address=address, by=row.person, at=at) if row.invitation else None
    if taken and is_staff_member(taken.inviter):
        _admit(row, row.works_at, row.kind, ground=JoinRequest.Ground.INVITATION, by=taken.inviter, at=at)
        return True
    organisation = let_in_by(row, address)
    if organisation is None:
        return False
    _admit(row, organisation, row.kind, ground=JoinRequest.Ground.DOMAIN, by=None, at=at)
    return True


def ask_again(*, person: User, organisation: str, kind: str, reason: str, at: datetime) -> JoinRequest:
    """A new request of somebody whose address is confirmed; staff see it at once."""
    return request_to_join(person=person, organisation=organisation, kind=kind, reason=reason, at=at, confirmed=True)


# --- asking back ------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_back(*, request: JoinRequest, question: str, by: User, at: datetime) -> JoinMessage:
    """Ask the person something before deciding; they are told by mail and answer on their page.

    The request leaves the front of the queue until then. Raises AlreadyDecided.
    """
    _still_open(request, asked_back_at=at, remind_at=at + REMIND_AFTER, close_at=at + CLOSE_AFTER, updated_at=at)
    message = JoinMessage.objects.create(request=request, author=by, from_staff=True, text=question, at=at)
    key = f"members.join-question:{message.pk}"
    record(facts.JoinQuestionAsked(request.pk, request.person_id), key=key, by=by, at=at)
    _write_to_the_person(request, "join_question", at, question=question, close_at=request.close_at)
    return message


@transaction.atomic
def answer(*, request: JoinRequest, text: str, by: User, at: datetime) -> JoinMessage:
    """The person answers, asked or not; the request is staff's again. Raises AlreadyDecided and NotAllowed."""
    if by.pk != request.person_id:
        raise NotAllowed(_("Only the person who asked can answer."))
    asked = request.asked_back_at is not None
    changes = {"answered_at": at} if asked else {}
    _still_open(request, asked_back_at=None, remind_at=None, close_at=None, updated_at=at, **changes)
    message = JoinMessage.objects.create(request=request, author=by, from_staff=False, text=text, at=at)
    key = f"members.join-answered:{message.pk}"
    record(facts.JoinAnswered(request.pk, by.name), key=key, by=by, at=at)
    return message


def _still_open(request: JoinRequest, **changes: datetime | None) -> None:
    """Change the request if nobody has decided it; raises AlreadyDecided."""
    if not JoinRequest.objects.open().filter(pk=request.pk).update(**changes):
        raise AlreadyDecided(_("Somebody has decided this request in the meantime."))
    request.refresh_from_db()


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    reminded: int
    closed: int


def sweep(*, at: datetime) -> Swept:
    """Remind whom staff asked a week ago, and close kindly what stayed without an answer for a month.

    What is due stands in the rows: a sweep that was missed is made up by the next, and two at once do it once.
    """
    closing = JoinRequest.objects.open().filter(close_at__lte=at).order_by("close_at", "pk")[:AT_ONCE]
    closed = sum(_close(request, at) for request in closing.select_related("person"))
    due = JoinRequest.objects.open().filter(remind_at__lte=at).order_by("remind_at", "pk")[:AT_ONCE]
    return Swept(sum(_remind(request, at) for request in due.select_related("person")), closed)


@transaction.atomic
def _close(request: JoinRequest, at: datetime) -> bool:
    changed = JoinRequest.objects.open().filter(pk=request.pk, close_at__lte=at)
    if not changed.update(**_ended(JoinRequest.Decision.CLOSED, at)):
        return False
    record(facts.JoinClosed(request.pk, request.person_id), key=f"members.join-closed:{request.pk}", by=None, at=at)
    _write_to_the_person(request, "join_closed", at)
    return True


@transaction.atomic
def _remind(request: JoinRequest, at: datetime) -> bool:
    if not JoinRequest.objects.open().filter(pk=request.pk, remind_at__lte=at).update(remind_at=None, updated_at=at):
        return False
    question = request.messages.filter(from_staff=True).last()
    said = question.text if question else ""
    _write_to_the_person(request, "join_reminder", at, question=said, close_at=request.close_at)
    return True


def _write_to_the_person(request: JoinRequest, template: str, at: datetime, **context: object) -> None:
    """A mail with a button that leads to the page of the request; what asks something can be answered by mail too."""
    page = {"action_url": settings.SITE_URL + reverse("members:me"), "action_label": _("Open your request")}
    address = reply_address(person=request.person, handler=REPLIES, key=str(request.pk), at=at) if context else ""
    with translation.override(request.person.language):
        answered = {"answer_marker": marker() if address else ""}
    message = compose_for(request.person, f"members/email/{template}", {**page, **answered, **context})
    if address:
        message.reply_to = [formataddr((display_name(settings.COMMUNITY["name"]), address))]
    message.send()


# --- deciding ---------------------------------------------------------------------------------------------------


@transaction.atomic
def approve(*, request: JoinRequest, organisation: Organisation | None, kind: str, by: User, at: datetime) -> Profile:
    """Make the person a member with a profile; they are told. Raises AlreadyDecided."""
    return _admit(request, organisation, kind, ground=JoinRequest.Ground.NONE, by=by, at=at)


def _admit(
    request: JoinRequest, organisation: Organisation | None, kind: str, *, ground: str, by: User | None, at: datetime
) -> Profile:
    _decide(request, JoinRequest.Decision.APPROVED, by=by, at=at, ground=ground)
    person = request.person
    person.standing = User.Standing.MEMBER
    person.save(update_fields=["standing"])
    said = {
        "kind": kind,
        "organisation": organisation,
        "organisation_proposed": "" if organisation else request.organisation,
        "member_since": at,
    }
    profile, _made = Profile.objects.update_or_create(
        user=person, defaults=said, create_defaults={**said, "handle": free_handle(person.name)}
    )
    FirstVisit.objects.get_or_create(person=person, defaults={"begun_at": at})
    reindex(Profile.objects.filter(pk=profile.pk))
    record(facts.JoinApproved(request.pk, person.pk), key=f"members.join-approved:{request.pk}", by=by, at=at)
    _thank_the_inviter(request, at)
    return profile


def _thank_the_inviter(request: JoinRequest, at: datetime) -> None:
    """Who brought a member hears of it; who was brought to a group follows it."""
    invitation = Invitation.objects.filter(pk=request.invitation_id, accepted_by=request.person_id).first()
    if invitation is None:
        return
    if invitation.group:
        follow(channel=invitation.group, by=request.person, at=at)
    fact = facts.InvitationAccepted(invitation.pk, request.person_id, request.person.name)
    record(fact, key=f"members.invitation-accepted:{invitation.pk}", by=request.person, at=at)


@transaction.atomic
def refuse(*, request: JoinRequest, reason: str, by: User, at: datetime) -> None:
    """Refuse with a reason that the person reads, here and by mail. Raises AlreadyDecided.

    The mail is queued directly: notices go to members, and this person is none.
    """
    _decide(request, JoinRequest.Decision.REFUSED, refusal=reason, by=by, at=at)
    record(facts.JoinRefused(request.pk, request.person_id), key=f"members.join-refused:{request.pk}", by=by, at=at)
    send_mail("members/email/join_refused", request.person, {"refusal": reason})


def _decide(
    request: JoinRequest, decision: str, *, by: User | None, at: datetime, refusal: str = "", ground: str = ""
) -> None:
    """Write the decision if there is none: of two colleagues who click at once, the second hears of it."""
    changes = {**_ended(decision, at), "decided_by": by, "refusal": refusal, "ground": ground}
    if not JoinRequest.objects.open().filter(pk=request.pk).update(**changes):
        raise AlreadyDecided(_("Somebody has decided this request in the meantime."))
    request.refresh_from_db()


def _ended(decision: str, at: datetime) -> dict[str, object]:
    """A decision, with nothing left to wait for."""
    waiting = dict.fromkeys(("asked_back_at", "remind_at", "close_at"))
    return {**waiting, "decision": decision, "decided_at": at, "updated_at": at}
