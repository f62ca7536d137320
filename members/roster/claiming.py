"""Listed people decide for themselves: "this is me", or "please remove me".

With the link that was mailed to the record's own address, at once; otherwise staff look first. Whoever is removed
leaves digests behind, so that no later file brings them back.
"""

from datetime import datetime
from typing import Any

from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from members import facts
from members.mail import compose
from members.models import Claim, Import, LeftOut, Profile, Record, User
from members.operations import NotAllowed, reindex
from portal.core.rules import is_staff_member
from portal.outbox.operations import record as record_fact

SALT = "members.roster"


class AlreadyDone(ValueError):
    """Somebody decided, claimed or removed in the meantime."""


# --- the one mail -----------------------------------------------------------------------------------------------


def token_of(record: Record) -> str:
    """The word in the link: for this record and this address, and for nothing else. It opens no session."""
    return signing.dumps([record.pk, record.email], salt=SALT, compress=True)


def record_of(token: str) -> Record | None:
    """The record a link leads to; None for a link we did not make, or whose record is gone, claimed or changed."""
    try:
        pk, email = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Record.objects.filter(pk=pk, email=email, state=Record.State.UNCLAIMED).exclude(email="").first()


@transaction.atomic
def ask_the_listed(*, batch: Import, by: User, at: datetime) -> int:
    """Write once to everybody of an import who has an address and was never asked; how many. Raises NotAllowed."""
    if not is_staff_member(by):
        raise NotAllowed(_("Only programme staff write to listed people."))
    waiting = batch.records.select_for_update().filter(state=Record.State.UNCLAIMED, asked_at=None).exclude(email="")
    asked = 0
    for record in waiting.order_by("pk"):
        _mail_to(record).send()
        record.asked_at = at
        record.save(update_fields=["asked_at", "updated_at"])
        asked += 1
    return asked


def _mail_to(record: Record) -> EmailMultiAlternatives:
    path = reverse("members:listed", kwargs={"token": token_of(record)})
    return compose("members/email/listed", record.email, {"record": record, "path": path})


# --- this is me -------------------------------------------------------------------------------------------------


@transaction.atomic
def claim(*, record: Record, wish: str, note: str, by: User, at: datetime) -> Claim:
    """A member says that a record is theirs; staff decide. Raises AlreadyDone for a second claim."""
    try:
        with transaction.atomic():
            return Claim.objects.create(record=record, person=by, wish=Claim.Wish(wish), note=note, at=at)
    except IntegrityError as error:
        raise AlreadyDone(_("You have asked already. Programme staff look at it.")) from error


@transaction.atomic
def claim_by_link(*, record: Record, by: User, at: datetime) -> None:
    """The same with the mailed link: whoever reads the record's post is its person. Raises AlreadyDone."""
    _give(record, by, by=by, at=at)


@transaction.atomic
def accept(*, claim: Claim, by: User, at: datetime) -> None:
    """Staff believe it: the record is the person's, or removed. Raises AlreadyDone, NotAllowed for one's own."""
    _decide(claim, Claim.Decision.ACCEPTED, by=by, at=at)
    if claim.wish == Claim.Wish.REMOVE:
        remove(record=claim.record, at=at)
    else:
        _give(claim.record, claim.person, by=by, at=at)


@transaction.atomic
def refuse(*, claim: Claim, by: User, at: datetime) -> None:
    """Staff do not believe it; the record stays as it is. Raises AlreadyDone, NotAllowed for one's own."""
    _decide(claim, Claim.Decision.REFUSED, by=by, at=at)
    fact = facts.ClaimRefused(claim.pk, claim.person_id, claim.record.name)
    record_fact(fact, key=f"members.claim-refused:{claim.pk}", by=by, at=at)


def _decide(claim: Claim, decision: str, *, by: User, at: datetime) -> None:
    if claim.person_id == by.pk or not is_staff_member(by):
        raise NotAllowed(_("Somebody else has to decide about your own claim."))
    open_ones = Claim.objects.filter(pk=claim.pk, decision="")
    if not open_ones.update(decision=decision, decided_by=by, decided_at=at):
        raise AlreadyDone(_("Somebody has decided this in the meantime."))


def _give(record: Record, person: User, *, by: User, at: datetime) -> None:
    """The record is theirs: what their profile does not say yet is taken from it, nothing is overwritten."""
    mine = Record.objects.filter(pk=record.pk, state=Record.State.UNCLAIMED)
    if not mine.update(state=Record.State.CLAIMED, claimed_by=person, updated_at=at):
        raise AlreadyDone(_("This entry has been claimed or removed in the meantime."))
    profile = Profile.objects.filter(user=person).first()
    if profile is not None:
        profile.role = profile.role or record.title
        if profile.organisation is None and not profile.organisation_proposed:
            profile.organisation_proposed = record.organisation
        profile.save(update_fields=["role", "organisation_proposed", "updated_at"])
        reindex(Profile.objects.filter(pk=profile.pk))
    fact = facts.RecordClaimed(record.pk, person.pk, record.name)
    record_fact(fact, key=f"members.record-claimed:{record.pk}", by=by, at=at)


# --- please remove me -------------------------------------------------------------------------------------------


@transaction.atomic
def remove(*, record: Record, at: datetime) -> None:
    """The record is gone, with every line of a file that made it; digests keep it from coming back."""
    digests = LeftOut.digests_of(source=record.source, key=record.key, email=record.email)
    LeftOut.objects.bulk_create((LeftOut(digest=digest, at=at) for digest in digests), ignore_conflicts=True)
    record.lines.all().delete()
    record.delete()


def remove_records_of(person: Any, at: datetime) -> None:
    """Whoever is erased is not listed again either."""
    for record in Record.objects.filter(claimed_by=person):
        remove(record=record, at=at)
