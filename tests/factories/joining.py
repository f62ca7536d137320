"""Domains and invitations for tests."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from members.invitations.queries import hash_of
from members.models import Invitation, OrganisationDomain
from members.models.invitations import LASTS
from tests.factories.members import OrganisationFactory, UserFactory


class DomainFactory(DjangoModelFactory):
    """A domain of a government body, verified by somebody unless `verified=False`."""

    class Meta:
        model = OrganisationDomain

    class Params:
        verified = factory.Trait(
            verified_by=factory.SubFactory(UserFactory, is_staff=True), verified_at=factory.LazyFunction(timezone.now)
        )

    organisation = factory.SubFactory(OrganisationFactory)
    domain = factory.Sequence(lambda n: f"agency{n}.example")


class InvitationFactory(DjangoModelFactory):
    """An invitation that was sent just now; its link ends in `token`."""

    class Meta:
        model = Invitation
        exclude = ["token"]

    token = factory.Sequence(lambda n: f"token-{n}")
    inviter = factory.SubFactory(UserFactory)
    email = factory.Sequence(lambda n: f"invited{n}@elsewhere.example")
    line = "You would like it here."
    token_hash = factory.LazyAttribute(lambda row: hash_of(row.token))
    sent_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda row: row.sent_at + LASTS)


def link(token: Any) -> str:
    """The address of an invitation."""
    return f"/join/invitation/{token}/"
