"""Reactions: a confirmed address sends its request to staff; a changed name is found at once."""

from typing import Any

from allauth.account.signals import email_confirmed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from members import operations
from members.models import Organisation, Profile, Subject, User


@receiver(email_confirmed)
def send_request_to_staff(sender: Any, email_address: Any, **kwargs: Any) -> None:
    """Allauth has seen the code that we mailed."""
    operations.confirm_address(person=email_address.user, at=timezone.now())


@receiver(post_save, sender=User)
def renamed(sender: Any, instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """Search text is derived: whoever changes a name, here or in the editors' area, need not know of it."""
    if _is_change(kwargs) and (update_fields is None or "name" in update_fields):
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


def _is_change(how: dict[str, Any]) -> bool:
    """Not a new row, which nothing refers to yet, and not a fixture."""
    return not (how["created"] or how["raw"])
