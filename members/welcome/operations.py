"""Writes of a first visit."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import Expertise, FirstVisit, Profile, ProfileOffer, User
from members.operations import NotAllowed, reindex, subjects_called
from members.welcome.queries import ORDER, to_come


@transaction.atomic
def settle(*, step: str, outcome: str, by: User, at: datetime) -> FirstVisit:
    """A step is done or skipped; the last one finishes the visit. Done stays done when it is skipped later."""
    visit, _made = FirstVisit.objects.select_for_update().get_or_create(person=by, defaults={"begun_at": at})
    if step in ORDER and getattr(visit, step) != FirstVisit.Outcome.DONE:
        setattr(visit, step, outcome)
    if visit.finished_at is None and not to_come(visit):
        visit.finished_at = at
    visit.save()
    return visit


@transaction.atomic
def say_offers(
    *, ask_about: Sequence[str], willing_to: Sequence[str], looking_for: str, by: User, at: datetime
) -> Profile:
    """Write what somebody offers and seeks into their profile; the rest of it stays. Raises NotAllowed."""
    profile = Profile.objects.filter(user=by).first()
    if profile is None or not by.is_member:
        raise NotAllowed(_("Only members have a profile."))
    profile.looking_for = looking_for
    profile.save(update_fields=["looking_for", "updated_at"])
    profile.offers.exclude(what__in=willing_to).delete()
    ProfileOffer.objects.bulk_create(
        (ProfileOffer(profile=profile, what=what) for what in willing_to), ignore_conflicts=True
    )
    wanted = {subject.pk: subject for subject in subjects_called(ask_about)}
    profile.expertise.exclude(tag__in=wanted).delete()
    known = set(profile.expertise.values_list("tag_id", flat=True))
    Expertise.objects.bulk_create(
        Expertise(content_object=profile, tag=subject) for pk, subject in wanted.items() if pk not in known
    )
    reindex(Profile.objects.filter(pk=profile.pk))
    return profile
