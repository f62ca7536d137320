"""Writes about people: edit, suspend, record what somebody gave, keep the search text in step."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from members import facts, rules
from members.folding import fold
from members.lookup import index
from members.models import (
    Contribution,
    Organisation,
    Profile,
    Subject,
    User,
)
from portal.core.text import clean_text
from portal.follows.models import Channel
from portal.outbox.operations import record

STAFF_GROUP = "Programme staff"
# Addresses below /members/ that are not people.
RESERVED_HANDLES = frozenset(
    {"me", "as", "new", "join", "search", "export", "import", "listed", "who-sees-what", "organisations"}
    | {"peers", "introductions", "messages", "office-hours", "spokespeople"}
)
HANDLE_LENGTH = 60


class NotAllowed(PermissionError):
    """The rules do not let this person do that."""


def free_handle(name: str) -> str:
    """A handle nobody has, made of the name: "renske-oduya", "renske-oduya-2"; "member" where no letter is Latin."""
    base = slugify(fold(name))[:HANDLE_LENGTH].strip("-") or "member"
    taken = set(Profile.objects.filter(handle__startswith=base).values_list("handle", flat=True)) | RESERVED_HANDLES
    if base not in taken:
        return base
    return next(handle for number in range(2, 10_000_000) if (handle := f"{base}-{number}") not in taken)


# --- subjects, and what is derived from profiles ------------------------------------------------------------------


def subjects_called(names: Iterable[str]) -> list[Subject]:
    """The subjects of these names, made where missing; "SLA wording" and "sla  wording" are one subject."""
    by_slug: dict[str, str] = {}
    for name in names:
        cleaned = clean_text(name, max_length=100, lines=False)
        slug = slugify(fold(cleaned), allow_unicode=True)[:100]
        if slug:
            by_slug.setdefault(slug, cleaned)
    found = {row.slug: row for row in Subject.objects.filter(slug__in=by_slug)}
    for slug, name in by_slug.items():
        if slug not in found:
            found[slug], _made = Subject.objects.get_or_create(slug=slug, defaults={"name": name})
    return [found[slug] for slug in by_slug]


@transaction.atomic
def reindex(profiles: QuerySet[Profile]) -> None:
    """Bring what is derived from these profiles in step: the order of names, and what the directory knows of them."""
    changed = []
    for profile in profiles.select_related("user").iterator(chunk_size=500):
        name = fold(profile.user.name)[:160]
        if profile.sort_name != name:
            profile.sort_name = name
            changed.append(profile)
    Profile.objects.bulk_update(changed, ["sort_name"], batch_size=200)
    index.write(profiles)


def reindex_organisation(organisation: Organisation) -> None:
    """Write the organisation's search text, and that of everybody who works there: its names are found too."""
    text = "\n".join(fold(name) for name in organisation.names)
    Organisation.objects.filter(pk=organisation.pk).exclude(search_text=text).update(search_text=text)
    reindex(Profile.objects.filter(organisation=organisation))


# --- accounts ---------------------------------------------------------------------------------------------------


@transaction.atomic
def suspend(*, person: User, reason: str, by: User, at: datetime) -> None:
    """Take a member out of the community: gone from every page, signed out everywhere. Raises NotAllowed."""
    if not rules.may_suspend(person, by):
        raise NotAllowed(_("You cannot suspend this account."))
    changed = User.objects.filter(pk=person.pk, standing=User.Standing.MEMBER).update(
        standing=User.Standing.SUSPENDED, is_active=False, session_epoch=F("session_epoch") + 1
    )
    person.refresh_from_db()
    if not changed:
        return
    reindex(Profile.objects.filter(user=person))
    key = f"members.suspended:{person.pk}:{person.session_epoch}"
    record(facts.PersonSuspended(person.pk, reason), key=key, by=by, at=at)


@transaction.atomic
def reinstate(*, person: User, by: User, at: datetime) -> None:
    """Take a suspension back; sessions that ended stay ended. Raises NotAllowed."""
    if not rules.may_suspend(person, by):
        raise NotAllowed(_("You cannot reinstate this account."))
    changed = User.objects.filter(pk=person.pk, standing=User.Standing.SUSPENDED).update(
        standing=User.Standing.MEMBER, is_active=True
    )
    person.refresh_from_db()
    if not changed:
        return
    reindex(Profile.objects.filter(user=person))
    key = f"members.reinstated:{person.pk}:{person.session_epoch}"
    record(facts.PersonReinstated(person.pk), key=key, by=by, at=at)


@transaction.atomic
def make_staff(*, person: User) -> None:
    """Let a member curate: the staff desk, and the editors' area through the group that features give rights to."""
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    person.groups.add(staff_group())


def staff_group() -> Group:
    """The group of programme staff, with the door to the editors' area; features add their own permissions."""
    group, _made = Group.objects.get_or_create(name=STAFF_GROUP)
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin"),
        *Permission.objects.filter(content_type__app_label="members", content_type__model="organisation"),
    )
    return group


# --- contributions ----------------------------------------------------------------------------------------------


def record_contribution(
    *, key: str, person: User, kind: str, title: str, url: str, channel: Channel | None, at: datetime
) -> Contribution:
    """Write what somebody gave, under the feature's own key; the same key again brings it up to date."""
    row, _made = Contribution.objects.update_or_create(
        key=key,
        defaults={"person": person, "kind": kind, "title": title, "url": url, "channel": channel, "at": at},
    )
    return row


def withdraw_contribution(*, key: str) -> None:
    """Take a contribution back; nothing happens when there is none."""
    Contribution.objects.filter(key=key).delete()
