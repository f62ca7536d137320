"""Writes: agree to speak, renew, take it back; and what time does to consents. Nobody agrees for somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import Profile, SpokenLanguage, Spokesperson, User
from members.operations import reindex
from members.spokespeople import facts, rules
from portal.outbox.operations import record
from portal.taxonomy.models import Challenge, ServiceLine

BATCH = 200
SEEN_AGAIN = timedelta(days=3)  # longer than the task that looks for ended consents may be late


class NotPossible(ValueError):
    """The rules stand in the way; the message says which, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What somebody agrees to."""

    subject: str
    service_lines: Sequence[ServiceLine]
    challenges: Sequence[Challenge]
    languages: Sequence[str]
    formats: Sequence[str]
    travel: str
    notice_days: int
    scope: str


def is_open_to_visitors(person: User) -> bool:
    """Whether visitors may see this person at all: without that, nobody is in the public register."""
    return Profile.objects.visible_to(AnonymousUser()).filter(user=person).exists()


@transaction.atomic
def agree(*, terms: Terms, by: User, at: datetime) -> Spokesperson:
    """Give, or give anew, one's consent for twelve months from now. Raises NotPossible."""
    if not by.is_member:
        raise NotPossible(_("Only members can be spokespeople."))
    if terms.scope == Spokesperson.Scope.PUBLIC and not is_open_to_visitors(by):
        raise NotPossible(_("Visitors cannot see your profile. Open it to anyone first, or choose members."))
    row, _made = Spokesperson.objects.update_or_create(
        person=by,
        defaults={
            "subject": terms.subject,
            "travel": terms.travel,
            "notice_days": terms.notice_days,
            "scope": terms.scope,
            **{name: name in terms.formats for name in rules.FORMATS},
            **_term(at),
        },
    )
    row.service_lines.set(terms.service_lines)
    row.challenges.set(terms.challenges)
    row.languages.exclude(code__in=terms.languages).delete()
    SpokenLanguage.objects.bulk_create(
        (SpokenLanguage(spokesperson=row, code=code) for code in terms.languages), ignore_conflicts=True
    )
    _record(row, by, at)
    reindex(Profile.objects.filter(user=by))
    return row


@transaction.atomic
def renew(*, by: User, at: datetime) -> Spokesperson:
    """The same terms for twelve months more. Raises NotPossible for who never agreed or took it back."""
    row = Spokesperson.objects.select_for_update(of=("self",)).filter(person=by, withdrawn_at=None).first()
    if row is None or not by.is_member:
        raise NotPossible(_("There is no consent to renew."))
    for name, value in _term(at).items():
        setattr(row, name, value)
    row.save()
    _record(row, by, at)
    reindex(Profile.objects.filter(user=by))
    return row


def _term(at: datetime) -> dict[str, datetime | None]:
    return {
        "consented_at": at,
        "expires_at": rules.expires_at(at),
        "remind_at": rules.remind_at(at),
        "withdrawn_at": None,
    }


def _record(row: Spokesperson, by: User, at: datetime) -> None:
    fact = facts.AgreedToSpeak(row.pk, row.person_id, row.scope, row.expires_at.isoformat())
    record(fact, key=f"members.agreed-to-speak:{row.pk}:{at.isoformat()}", by=by, at=at)


@transaction.atomic
def withdraw(*, by: User, at: datetime) -> None:
    """Gone from the register at once; nothing happens when there is no consent that holds."""
    rows = Spokesperson.objects.filter(person=by, withdrawn_at=None)
    row = rows.first()
    if row and rows.update(withdrawn_at=at, remind_at=None):
        key = f"members.no-longer-speaks:{row.pk}:{at.isoformat()}"
        record(facts.NoLongerSpeaks(row.pk, row.person_id), key=key, by=by, at=at)
        reindex(Profile.objects.filter(user=by))


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Ask for a renewal thirty days before the end, once for each consent; how many were due."""
    due = Spokesperson.objects.filter(remind_at__lte=at, withdrawn_at=None).order_by("remind_at", "pk")
    rows = list(due[:BATCH])
    for row in rows:
        until = row.expires_at.isoformat()
        fact = facts.ConsentRunsOut(row.pk, row.person_id, until)
        record(fact, key=f"members.consent-runs-out:{row.pk}:{until}", by=None, at=at)
    Spokesperson.objects.filter(pk__in=[row.pk for row in rows]).update(remind_at=None)
    return len(rows)


def forget_ended(*, at: datetime) -> int:
    """Take those whose consent ran out by itself from the directory's facet; how many ended in the last days."""
    ended = Spokesperson.objects.filter(withdrawn_at=None, expires_at__lte=at, expires_at__gt=at - SEEN_AGAIN)
    people = list(ended.values_list("person", flat=True))
    if people:
        reindex(Profile.objects.filter(user__in=people))
    return len(people)
