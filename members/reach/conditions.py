"""Who may reach whom through the portal: the one place where the choices of both sides become conditions.

Everything here is a condition on rows of profiles, asked in the same query as the rows. Somebody who is kept out
(a provider, or one person who is blocked) gets the same answer as if the other took nothing from anybody.
"""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from members.models import Block, ContactChoices, Profile
from portal.taxonomy.choices import MemberKind

LETS_PROVIDERS_IN = Q(providers_may_contact=True)


def sells(user: Any) -> Q:
    """Whether `user` is a provider; the same for every row, so the database asks once."""
    return Q(Exists(Profile.objects.filter(user_id=_key(user), kind=MemberKind.PROVIDER)))


def wants_providers(user: Any) -> Q:
    """Whether `user` lets providers in."""
    return Q(Exists(Profile.objects.filter(LETS_PROVIDERS_IN, user_id=_key(user))))


def not_kept_apart(user: Any) -> Q:
    """Neither of the two has blocked the other."""
    theirs = Block.objects.filter(person=OuterRef("user"), other=_key(user))
    mine = Block.objects.filter(person=_key(user), other=OuterRef("user"))
    return ~Q(Exists(theirs)) & ~Q(Exists(mine))


def may_be_suggested_to(user: Any) -> Q:
    """Profiles that may be named to `user` unasked: by their owners' choice, and providers only where both agree."""
    hidden = ContactChoices.objects.filter(person=OuterRef("user"), suggested=False)
    both_ways = (~Q(kind=MemberKind.PROVIDER) | wants_providers(user)) & (LETS_PROVIDERS_IN | ~sells(user))
    return ~Q(Exists(hidden)) & not_kept_apart(user) & both_ways


def with_doors(profiles: QuerySet[Profile], user: Any) -> QuerySet[Profile]:
    """Each row with `takes_letters` and `takes_introductions`: what `user` may send its owner."""
    choices = ContactChoices.objects.filter(person=OuterRef("user"))
    open_to_them = not_kept_apart(user) & (LETS_PROVIDERS_IN | ~sells(user)) & ~Q(user_id=_key(user))
    letters = Q(Exists(choices.filter(letters=True))) & open_to_them
    introductions = ~Q(Exists(choices.filter(introductions=False))) & open_to_them
    return profiles.annotate(takes_letters=_as_flag(letters), takes_introductions=_as_flag(introductions))


def _as_flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _key(user: Any) -> int:
    """No account has the number of a visitor."""
    return getattr(user, "pk", None) or 0
