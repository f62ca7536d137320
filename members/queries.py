"""Reads about people: what templates get of them, by whom it is seen."""

from typing import Any

from django.db.models import QuerySet

from members.models import Profile
from portal.core.cards import PersonCard


def with_card_data(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """The joins that a card needs, so that lists of people cost one query."""
    return profiles.select_related("user", "organisation", "organisation__level")


def card(profile: Profile, *, link: bool = True) -> PersonCard:
    """The card of a profile that its viewer may see; `link=False` where the viewer may not open it."""
    organisation = profile.organisation
    return PersonCard(
        name=profile.user.name,
        key=profile.handle,
        url=profile.get_absolute_url() if link else "",
        mark=organisation.level.mark if organisation else "",
        role=profile.role,
        organisation=organisation.name if organisation else profile.organisation_proposed,
        kind=profile.kind,
        kind_label=profile.get_kind_display(),
    )


def card_of(user: Any) -> PersonCard:
    """A person's own card, for their masthead; by name alone while there is no profile."""
    profile = with_card_data(Profile.objects.filter(user=user)).first()
    return card(profile) if profile else PersonCard(name=str(user))


def cards_by_user(user_ids: set[int], viewer: Any) -> dict[int, PersonCard]:
    """Cards for many people at once, in one query; whoever `viewer` may not see is left out."""
    profiles = with_card_data(Profile.objects.visible_to(viewer).filter(user_id__in=user_ids))
    return {profile.user_id: card(profile) for profile in profiles}
