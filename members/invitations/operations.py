"""Writes about invitations: invite, send again, take back, decline, take up."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members import facts
from members.invitations.queries import hash_of, inviter_line
from members.invitations.rules import A_DAY, may_invite, per_day
from members.mail import compose, compose_for
from members.models import Invitation, User
from members.models.invitations import LASTS
from members.operations import NotAllowed
from portal.follows.models import Channel, Reach
from portal.outbox.operations import record

# How many mails one address may get in a week, whoever invites: beyond that nothing is sent, and nobody is told.
MOST_TO_ONE_ADDRESS, A_WEEK = 3, timedelta(days=7)


class NotNow(ValueError):
    """The invitation cannot be sent now, for a reason that says nothing about the address."""


@transaction.atomic
def invite(*, email: str, line: str, group: Channel | None, by: User, at: datetime) -> Invitation:
    """Ask somebody by mail to join; to the inviter it is "sent" whoever the address belongs to.

    Raises NotAllowed, and NotNow after too many in a day or when this address has an open invitation of theirs.
    """
    _within_limits(by, at)
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    old = Invitation.objects.standing().filter(inviter=by, email=email)
    if old.filter(expires_at__gt=at).exists():
        raise NotNow(_("You have invited this address already. You find the invitation below, and can send it again."))
    old.update(withdrawn_at=at)
    try:
        with transaction.atomic():
            row = Invitation.objects.create(
                inviter=by,
                email=email,
                line=line,
                group=group if group is None or group.audience in {Reach.PUBLIC, Reach.MEMBERS} else None,
                token_hash=hash_of(token),
                sent_at=at,
                expires_at=at + LASTS,
            )
    except IntegrityError as error:
        raise NotNow(_("You have just invited this address.")) from error
    record(facts.InvitationSent(row.pk), key=f"members.invitation-sent:{row.pk}:1", by=by, at=at)
    _mail(row, token, at)
    return row


@transaction.atomic
def invite_again(*, invitation: Invitation, by: User, at: datetime) -> None:
    """Send it again with a new link and four new weeks; the old link is dead. Raises NotAllowed and NotNow."""
    _may_change(invitation, by)
    _within_limits(by, at)
    if invitation.sent_at > at - A_DAY:
        raise NotNow(_("This invitation went out less than a day ago. Give it until tomorrow."))
    token, times = secrets.token_urlsafe(32), invitation.times_sent + 1
    changed = Invitation.objects.standing().filter(pk=invitation.pk, times_sent=invitation.times_sent)
    if not changed.update(
        token_hash=hash_of(token), sent_at=at, expires_at=at + LASTS, times_sent=times, updated_at=at
    ):
        raise NotNow(_("This invitation has been accepted or taken back."))
    invitation.refresh_from_db()
    key = f"members.invitation-sent:{invitation.pk}:{times}"
    record(facts.InvitationSent(invitation.pk), key=key, by=by, at=at)
    _mail(invitation, token, at)


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User, at: datetime) -> None:
    """Take an invitation back: its link is dead. Once it is answered, nothing changes. Raises NotAllowed."""
    _may_change(invitation, by)
    Invitation.objects.standing().filter(pk=invitation.pk).update(withdrawn_at=at, updated_at=at)


def decline(*, invitation: Invitation, at: datetime) -> None:
    """Whoever reads the mail says no: the link is dead, and nobody's invitation reaches this address again.

    The inviter is not told, and still reads "sent".
    """
    Invitation.objects.usable(at).filter(pk=invitation.pk).update(declined_at=at, updated_at=at)


def take_up(*, invitation: Invitation, address: str, by: User, at: datetime) -> Invitation | None:
    """Use an invitation, once, by whoever has confirmed the very address that it was sent to; None otherwise.

    A link that was passed on opens nothing: the address decides.
    """
    usable = Invitation.objects.usable(at).filter(pk=invitation.pk, email=address.lower())
    if not usable.update(accepted_at=at, accepted_by=by, updated_at=at):
        return None
    return Invitation.objects.select_related("inviter", "group").get(pk=invitation.pk)


def _within_limits(by: User, at: datetime) -> None:
    if not may_invite(by):
        raise NotAllowed(_("Only members invite."))
    User.objects.select_for_update().get(pk=by.pk)  # two at once are counted one after the other
    limit = per_day(by)
    if Invitation.objects.filter(inviter=by, sent_at__gt=at - A_DAY).count() >= limit:
        raise NotNow(_("You have sent %(limit)d invitations in a day. Go on tomorrow.") % {"limit": limit})


def _may_change(invitation: Invitation, by: User) -> None:
    if not Invitation.objects.visible_to(by).filter(pk=invitation.pk).exists():
        raise NotAllowed(_("This is somebody else’s invitation."))


def _mail(invitation: Invitation, token: str, at: datetime) -> None:
    """An invitation to somebody new, a kind note to who is here or has asked, nothing to who wants none.

    In all three cases the same is done up to the sending, so that the time it takes tells nothing.
    """
    person = User.objects.filter(email=invitation.email).first()
    group = Channel.objects.visible_to(person).filter(pk=invitation.group_id).first()
    path = reverse("members:invitation", kwargs={"token": token})
    context: dict[str, object] = {"invitation": invitation, "inviter": inviter_line(invitation)}
    if person:
        message = compose_for(person, "members/email/invitation_known", {**context, "group": group})
    else:
        context |= {"action_url": settings.SITE_URL + path, "action_label": _("See the invitation")}
        message = compose("members/email/invitation", invitation.email, context)
    if not (_wants_none(invitation, at) or (person and person.standing == User.Standing.SUSPENDED)):
        message.send()


def _wants_none(invitation: Invitation, at: datetime) -> bool:
    same = Invitation.objects.filter(email=invitation.email)
    lately = same.filter(sent_at__gt=at - A_WEEK).exclude(pk=invitation.pk).count()
    return lately >= MOST_TO_ONE_ADDRESS or same.filter(declined_at__isnull=False).exists()
