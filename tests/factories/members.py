"""People and their organisations for tests: approved practitioners unless a test says otherwise."""

from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from members.folding import fold
from members.lookup import index
from members.models import JoinRequest, Organisation, Profile, User
from members.rules import opened_to
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import JurisdictionLevel

PASSWORD = "a long pass phrase for tests"


class OrganisationFactory(DjangoModelFactory):
    """A government body; `level_slug` names its jurisdiction level."""

    class Meta:
        model = Organisation
        exclude = ["level_slug"]
        skip_postgeneration_save = True

    level_slug = "county"
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    name = factory.Sequence(lambda n: f"Organisation {n}")
    level = factory.LazyAttribute(lambda row: JurisdictionLevel.objects.get(slug=row.level_slug))
    country = "GB"


class UserFactory(DjangoModelFactory):
    """An approved member with a password (PASSWORD) and a verified address."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person Number{n}")
    standing = User.Standing.MEMBER

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class ProfileFactory(DjangoModelFactory):
    """A member's profile with an organisation of its own; `user__standing=...` reaches the account.

    `visibility="public"` opens everything that can be public. `indexed=True` writes it into the directory, as every
    operation on a profile does.
    """

    class Meta:
        model = Profile
        skip_postgeneration_save = True

    class Params:
        visibility = "members"

    user = factory.SubFactory(UserFactory)
    handle = factory.Sequence(lambda n: f"person-{n}")
    kind = MemberKind.PRACTITIONER
    organisation = factory.SubFactory(OrganisationFactory)
    role = "Manager of shared services"
    shown_to = factory.LazyAttribute(lambda row: row.visibility)
    audiences = factory.LazyAttribute(lambda row: opened_to(row.visibility))
    # What operations.reindex would write.
    sort_name = factory.LazyAttribute(lambda row: fold(row.user.name)[:160])

    @factory.post_generation
    def indexed(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted:
            index.write(Profile.objects.filter(pk=self.pk))


class JoinRequestFactory(DjangoModelFactory):
    """A request whose address is confirmed and that nobody has decided."""

    class Meta:
        model = JoinRequest
        skip_postgeneration_save = True

    person = factory.SubFactory(UserFactory, standing=User.Standing.PENDING)
    organisation = "Tamarack County"
    kind = MemberKind.PRACTITIONER
    reason = "We price our services anew next spring."
    asked_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.LazyFunction(timezone.now)
