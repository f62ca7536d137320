"""Writes about how others sign in: staff take a second factor away from somebody who lost all of it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members import facts, rules
from members.accounts import sessions
from members.mail import send_mail
from members.models import FactorReset, User
from members.operations import NotAllowed
from portal.outbox.operations import record


@transaction.atomic
def ask_reset(*, person: User, reason: str, by: User | None, at: datetime) -> FactorReset:
    """Take a member's second factor away; for staff, ask a second colleague to. They are told by mail either way.

    `by` is None when whoever runs the machine does it there: nobody is above them. Raises NotAllowed.
    """
    if by is not None and not rules.may_reset_factor(person, by):
        raise NotAllowed(_("You cannot reset this second factor."))
    # Of two colleagues who ask at once, the second finds what the first asked for.
    User.objects.select_for_update().get(pk=person.pk)
    waiting = FactorReset.objects.open().filter(person=person)
    if by is None:
        waiting.update(withdrawn_at=at)
    elif found := waiting.first():
        return found
    reset = FactorReset.objects.create(person=person, reason=reason, asked_by=by, asked_at=at)
    record(facts.FactorResetAsked(reset.pk, person.pk), key=f"members.factor-reset-asked:{reset.pk}", by=by, at=at)
    if by is None or not rules.takes_two_to_reset(person):
        _carry_out(reset, by=by, at=at)
    else:
        send_mail("members/email/factor_reset_asked", person, {})
    return reset


@transaction.atomic
def confirm_reset(*, reset: FactorReset, by: User, at: datetime) -> None:
    """A second colleague agrees. Raises NotAllowed."""
    if not rules.may_confirm_reset(reset, by):
        raise NotAllowed(_("Somebody else must confirm this."))
    held = FactorReset.objects.select_for_update().open().filter(pk=reset.pk).first()
    if held is None:
        return
    reset.confirmed_by = by
    _carry_out(reset, by=by, at=at)


@transaction.atomic
def withdraw_reset(*, reset: FactorReset, by: User, at: datetime) -> None:
    """Nothing is reset; any member of staff may say so."""
    changed = FactorReset.objects.open().filter(pk=reset.pk).update(withdrawn_at=at)
    if changed:
        fact = facts.FactorResetWithdrawn(reset.pk, reset.person_id)
        record(fact, key=f"members.factor-reset-withdrawn:{reset.pk}", by=by, at=at)


def _carry_out(reset: FactorReset, *, by: User | None, at: datetime) -> None:
    """Every factor and every session ends. Signing in then takes a code by mail beside the password."""
    reset.done_at = at
    reset.save(update_fields=["done_at", "confirmed_by"])
    Authenticator.objects.filter(user=reset.person_id).delete()
    sessions.end_all(reset.person)
    record(
        facts.FactorResetDone(reset.pk, reset.person_id),
        key=f"members.factor-reset:{reset.pk}",
        by=by,
        at=at,
    )
    send_mail("members/email/factor_reset", reset.person, {})
