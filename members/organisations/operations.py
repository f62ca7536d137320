"""Writes about organisations: domains, what members propose, and two that turn out to be one."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from members import facts
from members.folding import fold
from members.models import JoinRequest, MergedOrganisation, Organisation, OrganisationDomain, Profile, User
from members.operations import NotAllowed, reindex, reindex_organisation
from members.organisations.queries import FREE_MAIL, proposed_rows
from portal.core.rules import is_staff_member
from portal.outbox.operations import record

SLUG_LENGTH = 70


class NotPossible(ValueError):
    """What was asked contradicts what is there; the message says how."""


def _only_staff(by: User) -> None:
    if not is_staff_member(by):
        raise NotAllowed(_("Only programme staff look after organisations."))


# --- domains ----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_domain(*, organisation: Organisation, domain: str, by: User, at: datetime) -> OrganisationDomain:
    """Note a domain of an organisation, not verified yet. Raises NotPossible for one that is somebody's already."""
    _only_staff(by)
    if domain in FREE_MAIL:
        raise NotPossible(_("Anybody can have an address at %(domain)s.") % {"domain": domain})
    row = OrganisationDomain.objects.select_related("organisation").filter(domain=domain).first()
    if row:
        said = {"domain": domain, "organisation": row.organisation}
        raise NotPossible(_("%(domain)s belongs to %(organisation)s already.") % said)
    try:
        with transaction.atomic():
            return OrganisationDomain.objects.create(organisation=organisation, domain=domain)
    except IntegrityError as error:
        raise NotPossible(_("Somebody has just added %(domain)s.") % {"domain": domain}) from error


@transaction.atomic
def verify_domain(*, row: OrganisationDomain, by: User, at: datetime) -> None:
    """Stand for a domain: from now on a government body's people come in at once. A second time changes nothing."""
    _only_staff(by)
    unverified = OrganisationDomain.objects.filter(pk=row.pk, verified_at=None)
    if not unverified.update(verified_by=by, verified_at=at, updated_at=at):
        return
    key = f"members.domain-verified:{row.pk}:{at.isoformat()}"
    record(facts.DomainVerified(row.organisation_id, row.domain), key=key, by=by, at=at)


@transaction.atomic
def doubt_domain(*, row: OrganisationDomain, by: User, at: datetime) -> None:
    """Take the verification back: whoever asks next waits for staff. Who is a member stays one."""
    _only_staff(by)
    OrganisationDomain.objects.filter(pk=row.pk).update(verified_by=None, verified_at=None, updated_at=at)


@transaction.atomic
def remove_domain(*, row: OrganisationDomain, by: User, at: datetime) -> None:
    """Forget a domain."""
    _only_staff(by)
    OrganisationDomain.objects.filter(pk=row.pk).delete()


# --- what members propose ---------------------------------------------------------------------------------------


@transaction.atomic
def found_from_proposal(*, details: dict[str, Any], text: str, by: User, at: datetime) -> Organisation:
    """Put an organisation into the list, and everybody who proposed it under this name into the organisation.

    `details`: its fields but the slug. Raises NotPossible for a name that is in the list.
    """
    _only_staff(by)
    name = fold(details["name"])
    if any(name in map(fold, row.names) for row in Organisation.objects.filter(search_text__contains=name)):
        raise NotPossible(_("There is an organisation of this name. Choose it instead."))
    row = Organisation.objects.create(slug=free_slug(details["name"]), **details)
    _put_proposers(row, text, at)
    return row


@transaction.atomic
def take_for(*, text: str, organisation: Organisation, by: User, at: datetime) -> int:
    """What members wrote means this organisation: they belong to it, and it is found under that name too.

    Returns how many people were moved.
    """
    _only_staff(by)
    if fold(text) not in map(fold, organisation.names):
        organisation.other_names = [*organisation.other_names, text]
        organisation.save(update_fields=["other_names", "updated_at"])
    return _put_proposers(organisation, text, at)


def _put_proposers(organisation: Organisation, text: str, at: datetime) -> int:
    wanted = fold(text)
    meant = [row.pk for row in proposed_rows().iterator() if fold(row.organisation_proposed) == wanted]
    people = Profile.objects.filter(pk__in=meant)
    moved = people.update(organisation=organisation, organisation_proposed="", updated_at=at)
    waiting = JoinRequest.objects.filter(decision="", works_at=None)
    asked = [row.pk for row in waiting if fold(row.organisation) == wanted]
    JoinRequest.objects.filter(pk__in=asked).update(works_at=organisation, updated_at=at)
    reindex(Profile.objects.filter(pk__in=meant))
    return moved


def free_slug(name: str) -> str:
    """A slug that no organisation has or had."""
    base = slugify(fold(name))[:SLUG_LENGTH].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= set(MergedOrganisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for number in range(2, 10_000_000) if (slug := f"{base}-{number}") not in taken)


# --- the tree ---------------------------------------------------------------------------------------------------


@transaction.atomic
def move(*, organisation: Organisation, parent: Organisation | None, by: User, at: datetime) -> None:
    """Put an organisation under another one, or at the top. Raises NotPossible for a circle or too deep a tree."""
    _only_staff(by)
    list(Organisation.objects.select_for_update().order_by("pk").values_list("pk", flat=True))  # one mover at a time
    organisation.refresh_from_db()
    parent = Organisation.objects.get(pk=parent.pk) if parent else None
    if problem := organisation.problem_with_parent(parent):
        raise NotPossible(problem)
    organisation.parent = parent
    organisation.save(update_fields=["parent", "updated_at"])


# --- two that are one -------------------------------------------------------------------------------------------


@transaction.atomic
def merge(*, gone: Organisation, into: Organisation, by: User, at: datetime) -> MergedOrganisation:
    """Make two organisations one: people, requests, names, domains and parts move, the old address leads on.

    All or nothing. Raises NotPossible for an organisation into itself or into a part of it.
    """
    _only_staff(by)
    pair = Organisation.objects.select_for_update().filter(pk__in=[gone.pk, into.pk]).order_by("pk")
    found = {row.pk: row for row in pair}
    if gone.pk == into.pk or len(found) != len({gone.pk, into.pk}):
        raise NotPossible(_("Choose two different organisations."))
    gone, into = found[gone.pk], found[into.pk]
    if any(above.pk == gone.pk for above in into.above()):
        raise NotPossible(_("%(into)s is a part of %(gone)s. Take it out first.") % {"into": into, "gone": gone})
    people = Profile.objects.filter(organisation=gone).count()
    requests = JoinRequest.objects.filter(works_at=gone).count()
    _move_all(gone, into)
    others = {fold(into.name): into.name}
    for name in [*into.other_names, *gone.names]:
        others.setdefault(fold(name), name)
    into.other_names = list(others.values())[1:]
    into.save(update_fields=["other_names", "updated_at"])
    slug, name = gone.slug, gone.name
    gone.delete()
    row = MergedOrganisation.objects.create(slug=slug, name=name, into=into, by=by, at=at)
    reindex_organisation(into)
    fact = facts.OrganisationsMerged(into.pk, slug, name, people, requests)
    record(fact, key=f"members.organisations-merged:{row.pk}", by=by, at=at)
    return row


def _move_all(gone: Organisation, into: Organisation) -> None:
    """Every row of every app that names the one now names the other."""
    for relation in Organisation._meta.related_objects:
        name = relation.field.name
        relation.related_model._default_manager.filter(**{name: gone}).update(**{name: into})
