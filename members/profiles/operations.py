"""Writes to a profile: what its owner says, what programme staff mend, its photo, that it is still correct."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from members import facts, rules
from members.models import (
    Expertise,
    Organisation,
    Profile,
    ProfileEdit,
    ProfileOffer,
    ProfilePhoto,
    ProfileViews,
    User,
)
from members.operations import NotAllowed, free_handle, reindex, subjects_called
from members.profiles.photos import Made
from members.profiles.words import FIELD_OF, in_words
from portal.core.rules import is_member, is_staff_member
from portal.outbox.operations import record
from portal.taxonomy.models import ServiceLine, Stage

VIEWS_A_DAY = 200
KEEP: Any = object()  # a field that a change leaves as it is


class Conflict(Exception):
    """Somebody else saved this profile since it was read; `profile` is how it is now."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        super().__init__(_("Somebody else changed this profile while you were writing."))


@dataclass(frozen=True)
class Workplace:
    """Where somebody works: an organisation of the list, or the name of one that is not in it yet."""

    organisation: Organisation | None
    proposed: str = ""


@dataclass(frozen=True, kw_only=True)
class ProfileChanges:
    """What is to be written; whatever is not named stays."""

    name: str = KEEP
    pronouns: str = KEEP
    pronunciation: str = KEEP
    role: str = KEEP
    workplace: Workplace = KEEP
    service_lines: Sequence[ServiceLine] = KEEP
    stage: Stage | None = KEEP
    ask_about: Sequence[str] = KEEP
    looking_for: str = KEEP
    willing_to: Sequence[str] = KEEP
    languages: Sequence[str] = KEEP
    links: Sequence[dict[str, str]] = KEEP
    bio: str = KEEP
    contact_email: str = KEEP
    phone: str = KEEP
    shown_to: str = KEEP
    audiences: dict[str, str] = KEEP
    providers_may_contact: bool = KEEP
    leads_may_contact: bool = KEEP
    kind: str = KEEP

    def named(self) -> dict[str, Any]:
        """The fields that are to be written."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in found.items() if value is not KEEP}


_COLUMNS = (
    "pronouns",
    "pronunciation",
    "role",
    "stage",
    "looking_for",
    "links",
    "bio",
    "contact_email",
    "phone",
    "shown_to",
    "providers_may_contact",
    "leads_may_contact",
    "kind",
)
# How somebody is shown, and where they are reached, is nobody else's to say.
_OWNERS_ALONE = frozenset(
    {"shown_to", "audiences", "providers_may_contact", "leads_may_contact", "contact_email", "phone"}
)


@transaction.atomic
def edit_profile(
    *, person: User, changes: ProfileChanges, by: User, at: datetime, read: datetime | None = None
) -> Profile:
    """Write what `person` says about themselves, or what programme staff mend; a member without a profile gets one.

    `read` is when the profile was last saved before the form was filled in: Conflict when it was saved since.
    The owner is told of what others change. Raises NotAllowed for anybody else, and for what is not theirs.
    """
    profile = Profile.objects.select_for_update(of=("self",)).filter(user=person).first()
    _check(person, profile, changes, by)
    if profile is None:
        profile = Profile.objects.create(user=person, handle=free_handle(changes.name), member_since=at)
    elif read is not None and profile.updated_at != read:
        raise Conflict(profile)
    profile.user = person
    before = {} if by.pk == person.pk else in_words(profile)
    _write(profile, changes.named(), at if by.pk == person.pk else None)
    reindex(Profile.objects.filter(pk=profile.pk))
    if by.pk != person.pk:
        _note(profile, before, by=by, at=at)
    return profile


def _check(person: User, profile: Profile | None, changes: ProfileChanges, by: User) -> None:
    if by.pk == person.pk:
        if not is_member(by):
            raise NotAllowed(_("Only members have a profile."))
    elif profile is None or not is_staff_member(by) or not is_member(person):
        raise NotAllowed(_("You can only edit your own profile."))
    named = changes.named()
    if "kind" in named and not is_staff_member(by):
        raise NotAllowed(_("Whether somebody is practitioner, researcher or provider is decided by programme staff."))
    if by.pk == person.pk or profile is None:
        return
    eyes = rules.SORTS_OF_READER["staff"]
    hidden = {name for name in named if not rules.may_see(FIELD_OF.get(name, "name"), profile=profile, eyes=eyes)}
    if hidden or _OWNERS_ALONE & named.keys():
        raise NotAllowed(_("Some of this is for the owner of the profile alone."))


def _write(profile: Profile, named: dict[str, Any], confirmed_at: datetime | None) -> None:
    person = profile.user
    if "name" in named:
        person.name = named["name"]
        person.save(update_fields=["name"])
    for name in _COLUMNS:
        setattr(profile, name, named.get(name, getattr(profile, name)))
    if "workplace" in named:
        profile.organisation = named["workplace"].organisation
        profile.organisation_proposed = "" if profile.organisation else named["workplace"].proposed
    if "audiences" in named:
        profile.audiences = rules.chosen(named["audiences"])
    if "languages" in named:
        profile.languages = list(dict.fromkeys(named["languages"]))
    profile.confirmed_at = confirmed_at or profile.confirmed_at
    profile.save()
    _set_rows(profile, named)


def _set_rows(profile: Profile, named: dict[str, Any]) -> None:
    """Service lines, offers and subjects: what is new is added, what is gone is deleted, the rest is left alone."""
    if "service_lines" in named:
        profile.service_lines.set(named["service_lines"])
    if "willing_to" in named:
        profile.offers.exclude(what__in=named["willing_to"]).delete()
        ProfileOffer.objects.bulk_create(
            (ProfileOffer(profile=profile, what=what) for what in named["willing_to"]), ignore_conflicts=True
        )
    if "ask_about" in named:
        wanted = {subject.pk: subject for subject in subjects_called(named["ask_about"])}
        profile.expertise.exclude(tag__in=wanted).delete()
        known = set(profile.expertise.values_list("tag_id", flat=True))
        Expertise.objects.bulk_create(
            Expertise(content_object=profile, tag=subject) for pk, subject in wanted.items() if pk not in known
        )


def _note(profile: Profile, before: dict[str, str], *, by: User, at: datetime) -> None:
    """Write down what somebody else changed, and tell the owner; nothing when nothing changed."""
    now = in_words(Profile.objects.with_everything().get(pk=profile.pk))
    changed = [[field, before[field], now[field]] for field in now if before[field] != now[field]]
    if changed:
        edit = ProfileEdit.objects.create(profile=profile, by=by, at=at, changes=changed)
        fact = facts.ProfileEdited(edit.pk, profile.user_id, by.name)
        record(fact, key=f"members.profile-edited:{edit.pk}", by=by, at=at)


def choose_display(*, time_zone: str, theme: str, by: User) -> None:
    """In which time zone and how light or dark `by` reads the portal; the zone is also the one their page tells."""
    by.time_zone, by.theme = time_zone, theme
    by.save(update_fields=["time_zone", "theme"])


def confirm(*, person: User, at: datetime) -> None:
    """The owner says that all of it is still correct; nothing happens without a profile."""
    Profile.objects.filter(user=person).update(confirmed_at=at)


# --- photo ------------------------------------------------------------------------------------------------------


def set_photo(*, person: User, made: Made, by: User, at: datetime) -> None:
    """Give a profile its photo, in the place of the one before. Raises NotAllowed for anybody but the owner.

    Files are written before the transaction and removed after it: neither can keep the database waiting.
    """
    profile = Profile.objects.filter(user=person).first()
    if by.pk != person.pk or not is_member(by) or profile is None:
        raise NotAllowed(_("You can only change your own photo."))
    photo = ProfilePhoto(profile=profile, digest=made.digest, added_at=at)
    for (size, kind), content in made.files.items():
        photo.file(size, kind).save(f"{size}.{kind}", ContentFile(content), save=False)
    with transaction.atomic():
        Profile.objects.select_for_update().get(pk=profile.pk)
        _drop_photo(profile)
        photo.save()


@transaction.atomic
def remove_photo(*, person: User, by: User, at: datetime) -> None:
    """Take a photo away: the owner theirs, programme staff anybody's, of which the owner is told. NotAllowed."""
    profile = Profile.objects.select_for_update(of=("self",)).select_related("user").get(user=person)
    if not rules.may_edit(profile, by):
        raise NotAllowed(_("You can only change your own photo."))
    if _drop_photo(profile) and by.pk != person.pk:
        edit = ProfileEdit.objects.create(profile=profile, by=by, at=at, changes=[["photo", str(_("a photo")), ""]])
        fact = facts.ProfileEdited(edit.pk, person.pk, by.name)
        record(fact, key=f"members.profile-edited:{edit.pk}", by=by, at=at)


def _drop_photo(profile: Profile) -> bool:
    photo = ProfilePhoto.objects.filter(profile=profile).first()
    if photo is None:
        return False
    files = [(stored.storage, stored.name) for stored in photo.files]
    photo.delete()
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])
    return True


# --- the daily limit --------------------------------------------------------------------------------------------


def note_view(*, profile: Profile, viewer: Any, at: datetime) -> bool:
    """Count that a member opens the profile of another; False once it was `VIEWS_A_DAY` today (UTC).

    One statement where `profile` brings `views_today`, as `page.readable` annotates it.
    Nobody writes down whose profile it was. Programme staff and one's own profile are not counted.
    """
    if not is_member(viewer) or is_staff_member(viewer) or viewer.pk == profile.user_id:
        return True
    if getattr(profile, "views_today", None) is None:
        with suppress(IntegrityError), transaction.atomic():  # counted before, where `profile` does not say so
            ProfileViews.objects.create(viewer=viewer, day=at.date(), number=1)
            return True
    today = ProfileViews.objects.filter(viewer=viewer, day=at.date(), number__lt=VIEWS_A_DAY)
    return bool(today.update(number=F("number") + 1))
