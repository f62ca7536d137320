"""Leaving: out of sight at once, erased after a fortnight, and back again with one click until then."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import facts
from members.mail import send_mail
from members.models import Departure, Erasure, User
from members.operations import NotAllowed
from portal.core import personal
from portal.outbox.leases import claim, next_try, problem_text
from portal.outbox.operations import record
from portal.outbox.registry import duty

log = logging.getLogger("portal.members")

GRACE = timedelta(days=14)


@transaction.atomic
def leave(*, credit: str, by: User, at: datetime) -> Departure:
    """Take `by` out of the community, to be erased in a fortnight. Raises NotAllowed for the last superuser.

    Sessions elsewhere end; whoever calls keeps the one in hand. Leaving twice keeps the first date.
    """
    if by.is_superuser and not User.objects.members().filter(is_superuser=True).exclude(pk=by.pk).exists():
        raise NotAllowed(_("You are the only one who can look after this site. Make somebody else a superuser first."))
    departure, made = Departure.objects.get_or_create(
        person=by,
        defaults={"asked_at": at, "due_at": at + GRACE, "credit": Departure.Credit(credit), "was": by.standing},
    )
    if made:
        _set_standing(by, User.Standing.LEAVING)
        record(facts.PersonLeaves(by.pk), key=f"members.leaves:{by.pk}:{by.session_epoch}", by=by, at=at)
        send_mail("members/email/leaving", by, {"due_at": departure.due_at})
    return departure


@transaction.atomic
def stay(*, by: User, at: datetime) -> bool:
    """Take it back: everything is as it was. False when there was nothing to take back."""
    departure = Departure.objects.filter(person=by).first()
    if departure is None:
        return False
    departure.delete()
    _set_standing(by, departure.was)
    record(facts.PersonStays(by.pk), key=f"members.stays:{by.pk}:{by.session_epoch}", by=by, at=at)
    return True


def _set_standing(person: User, standing: str) -> None:
    User.objects.filter(pk=person.pk).update(standing=standing, session_epoch=F("session_epoch") + 1)
    person.refresh_from_db()


# --- erasing ----------------------------------------------------------------------------------------------------


@duty
def erase_who_left(enough: Callable[[], bool]) -> int:
    """Erase those whose time to come back is over; how many."""
    done = 0
    while not enough():
        taken = claim(Departure.objects.select_related("person"), now=timezone.now(), limit=1, order=("due_at", "pk"))
        if not taken:
            break
        _erase_departed(taken[0])
        done += 1
    return done


def _erase_departed(departure: Departure) -> None:
    try:
        erase(person=departure.person, credit=departure.credit, at=timezone.now())
    except Exception as error:  # the others' rights do not wait for this one's fault
        log.exception("departure %s cannot be carried out", departure.pk)
        attempts = departure.attempts + 1
        Departure.objects.filter(pk=departure.pk, lease_token=departure.lease_token).update(
            attempts=attempts,
            due_at=next_try(attempts, timezone.now()),
            lease_until=None,
            problem=problem_text(error),
        )


def erase(*, person: User, credit: str, at: datetime) -> None:
    """Forget somebody everywhere: rows, names in texts and logs, files. What they published stays, credited as chosen.

    The ledger keeps a digest that names nobody, so that a restored backup can be made to forget them again.
    """
    with translation.override(None):
        shown_as = person.name if credit == Departure.Credit.NAME else str(personal.FORMER_MEMBER)
    files = [(file.storage, file.name) for file in personal.files_to_delete(person)]
    with transaction.atomic():
        personal.forget(person, shown_as)
        Erasure.objects.get_or_create(digest=Erasure.digest_of(person), defaults={"at": at, "credit": credit})
        person.delete()
        transaction.on_commit(lambda: _delete_files(files))


def _delete_files(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)


def erase_again(*, ledger: Mapping[str, str], at: datetime) -> int:
    """Erase whoever a restored backup brought back; `ledger` maps digests to credits. How many it were."""
    back = [(person, digest) for person in User.objects.iterator() if (digest := Erasure.digest_of(person)) in ledger]
    for person, digest in back:
        erase(person=person, credit=ledger[digest], at=at)
    return len(back)
