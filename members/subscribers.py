"""Reactions: a confirmed address lets a request in, or sends it to staff; what changed is found at once."""

from typing import Any

from allauth.account.signals import email_confirmed
from django.db import connection
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils import timezone

from members import facts, operations
from members.introductions.operations import end_all_of as end_introductions
from members.joining.operations import confirm_address
from members.lookup import index
from members.models import DirectoryEntry, Organisation, Profile, Subject, User
from members.office_hours.operations import end_all_of as end_office_hours
from portal.outbox.registry import Envelope, subscribe
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage


@receiver(email_confirmed)
def send_request_to_staff(sender: Any, email_address: Any, **kwargs: Any) -> None:
    """Allauth has seen the code that we mailed."""
    confirm_address(person=email_address.user, address=email_address.email, at=timezone.now())


_SHOWN = frozenset({"name", "standing", "is_active"})


@receiver(post_save, sender=User)
def renamed(sender: Any, instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """The directory is derived: whoever changes a name or a standing, here or elsewhere, need not know of it."""
    if _is_change(kwargs) and (update_fields is None or _SHOWN & set(update_fields)):
        operations.reindex(Profile.objects.filter(user=instance))


@receiver(post_save, sender=Organisation)
def organisation_renamed(sender: Any, instance: Organisation, **kwargs: Any) -> None:
    """The same for the names of an organisation, a new one included: requests to join look it up."""
    if not kwargs["raw"]:
        operations.reindex_organisation(instance)


@receiver(post_save, sender=Subject)
def subject_renamed(sender: Any, instance: Subject, **kwargs: Any) -> None:
    """The same for a subject that staff reworded."""
    if _is_change(kwargs):
        operations.reindex(Profile.objects.filter(expertise__tag=instance))


@receiver(post_save, sender=JurisdictionLevel)
@receiver(post_save, sender=Stage)
@receiver(post_save, sender=ServiceLine)
def value_renamed(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The same for the words of a facet."""
    if _is_change(kwargs):
        for facet in _FACETS_OF[sender]:
            index.relabel(facet, instance.slug, instance.label)


_FACETS_OF = {JurisdictionLevel: ("level",), Stage: ("stage",), ServiceLine: ("service", "line", "speaks")}


@receiver(pre_delete, sender=Profile)
def deleted(sender: Any, instance: Profile, **kwargs: Any) -> None:
    """Whoever is deleted is in no count from then on."""
    index.forget([instance.pk])


def write_missing(sender: Any, **kwargs: Any) -> None:
    """Receiver of post_migrate: profiles that the directory knows nothing of are written into it."""
    if DirectoryEntry._meta.db_table not in connection.introspection.table_names():
        return  # half-way through the migrations
    if (fresh := index.missing()).exists():
        operations.reindex(fresh.filter(entry=None))
        index.complete()


@subscribe(facts.PersonSuspended)
def end_what_others_wait_for(fact: facts.PersonSuspended, envelope: Envelope) -> None:
    """Nobody waits for an answer, or for an hour, of somebody who is gone."""
    person = User.objects.filter(pk=fact.person_id).first()
    if person is not None and not person.is_member:
        end_introductions(person=person, at=envelope.at)
        end_office_hours(person=person, at=envelope.at)


def _is_change(how: dict[str, Any]) -> bool:
    """Not a new row, which nothing refers to yet, and not a fixture."""
    return not (how["created"] or how["raw"])
