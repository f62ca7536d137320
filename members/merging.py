"""Two accounts of one person become one: everything that points at the duplicate moves, then the duplicate is gone.

What moves is read from the declarations in every app's `personal.py`, so that a new feature's rows move too.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members import facts
from members.mail import send_mail
from members.models import Merge, Profile, User
from members.operations import NotAllowed, reindex
from portal.core.personal import all_holdings
from portal.core.rules import is_staff_member
from portal.outbox.operations import record

# The account's own: one of each stays, that of the account that is kept.
STAY = frozenset({"members.Profile.user", "account.EmailAddress.user", "members.User_groups.user"})
STAY_ALSO = ("mfa.", "usersessions.", "socialaccount.", "members.User_user_permissions")
# What one tells of oneself: taken over where the kept profile is silent.
FILLED = ("role", "organisation", "organisation_proposed", "stage", "looking_for", "bio", "pronouns", "pronunciation")


def may_merge(kept: Any, gone: Any, by: Any) -> bool:
    """Staff merge members; an account that may do more than others only superusers make disappear."""
    if not is_staff_member(by) or gone.pk in {kept.pk, by.pk}:
        return False
    return bool(by.is_superuser) or not (gone.is_staff or gone.is_superuser)


@transaction.atomic
def merge(*, kept: Profile, gone: Profile, reason: str, by: User, at: datetime) -> Merge:
    """Make `gone` part of `kept`: contributions, memberships, follows, posts and history move, its address leads on.

    Both are told by mail; the account of `gone` and its sign-in are deleted. Raises NotAllowed.
    """
    if not may_merge(kept.user, gone.user, by):
        raise NotAllowed(_("You cannot merge these two accounts."))
    handle, person = gone.handle, gone.user
    moved = _move(person, kept.user)
    _fill(kept, gone)
    Merge.objects.filter(kept=gone).update(kept=kept)
    row = Merge.objects.create(kept=kept, gone_handle=handle, reason=reason, moved=moved, by=by, at=at)
    for address in dict.fromkeys([kept.user, person]):
        send_mail("members/email/merged", address, {"kept": kept, "gone": handle})
    record(facts.AccountsMerged(row.pk, kept.user_id, person.pk), key=f"members.merged:{row.pk}", by=by, at=at)
    _let_mails_go(person)
    person.delete()
    reindex(Profile.objects.filter(pk=kept.pk))
    return row


def _move(gone: User, kept: User) -> dict[str, int]:
    """Point rows at the kept account, one by one: a row that it has already goes with the duplicate."""
    moved: Counter[str] = Counter()
    for holding in all_holdings():
        if holding.key in STAY or holding.key.startswith(STAY_ALSO):
            continue
        label, _dot, field = holding.key.rpartition(".")
        manager = apps.get_model(label)._default_manager
        for pk in list(manager.filter(**{field: gone}).values_list("pk", flat=True)):
            moved[holding.key] += _moved(manager, pk, field, kept)
    return dict(moved)


def _moved(manager: Any, pk: Any, field: str, kept: User) -> int:
    try:
        with transaction.atomic():
            return manager.filter(pk=pk).update(**{field: kept})
    except IntegrityError:  # both follow the same thing, both hold a seat: one is enough
        return 0


def _let_mails_go(person: User) -> None:
    """The mail that tells the duplicate's address must outlive its account."""
    person.mails.filter(state="queued").update(person=None)


def _fill(kept: Profile, gone: Profile) -> None:
    for name in FILLED:
        if not getattr(kept, name) and getattr(gone, name):
            setattr(kept, name, getattr(gone, name))
    kept.languages = list(dict.fromkeys([*kept.languages, *gone.languages]))
    kept.member_since = min(kept.member_since, gone.member_since)
    kept.save()
    kept.service_lines.add(*gone.service_lines.all())
    for theirs, own, column in ((gone.offers, kept.offers, "what"), (gone.expertise, kept.expertise, "tag_id")):
        known = set(own.values_list(column, flat=True))
        for value in set(theirs.values_list(column, flat=True)) - known:
            own.create(**{column: value})
