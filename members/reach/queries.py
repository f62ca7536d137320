"""Reads: what a member allows, and whom they do not want to hear from."""

from members.models import Block, ContactChoices, Profile, User
from members.seen import see_card
from portal.core.cards import PersonCard


def choices_of(person: User) -> ContactChoices:
    """What somebody allows, or the defaults in a row that is not saved."""
    return ContactChoices.objects.visible_to(person).first() or ContactChoices(person=person)


def lets_providers_in(person: User) -> bool:
    """Whether providers may reach this member too, as the profile says."""
    return Profile.objects.filter(user=person, providers_may_contact=True).exists()


def blocked_by(person: User) -> list[PersonCard]:
    """Whom somebody blocked, by name; whoever is gone meanwhile is left out."""
    others = Block.objects.visible_to(person).values("other")
    rows = Profile.objects.visible_to(person).with_card_data().with_ties_to(person).filter(user__in=others)
    return [see_card(profile, person) for profile in rows.order_by("sort_name", "pk")]
