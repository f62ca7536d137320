"""Who may see which field of a profile, and who may do what to an account.

The rules are pure: they are given the profile and `Eyes`, what ties the reader to its owner. Pages, lists, the
directory's index, the sentences beside the form and the page "who can see what" are all made from this module.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_member, is_signed_in, is_staff_member


class Audience(StrEnum):
    """Who sees a field, from fewest to most."""

    ME = "me"
    STAFF = "staff"
    GROUPS = "groups"
    MEMBERS = "members"
    PUBLIC = "public"


ORDER = tuple(Audience)
# The channels whose seats are working groups: "my groups" are those.
GROUP = "group"


@dataclass(frozen=True)
class FieldRule:
    """Who sees a field when its owner chose nothing, and the widest audience its owner may choose.

    `contact`: an address or a number. Programme staff always see it, because they may have to reach a member;
    providers see it only where the owner let them. `with_name`: has no audience of its own, shown with the name.
    """

    label: Any
    default: Audience = Audience.MEMBERS
    widest: Audience = Audience.PUBLIC
    contact: bool = False
    with_name: bool = False


FIELDS: dict[str, FieldRule] = {
    "name": FieldRule(_("Name")),
    "kind": FieldRule(_("Practitioner, researcher or provider"), with_name=True),
    "pronouns": FieldRule(_("Pronouns and how the name is said")),
    "photo": FieldRule(_("Photo")),
    "role": FieldRule(_("What you do")),
    "organisation": FieldRule(_("Organisation")),
    "level": FieldRule(_("Jurisdiction level")),
    "country": FieldRule(_("Country and place")),
    "ask_about": FieldRule(_("Ask me about")),
    "looking_for": FieldRule(_("I am looking for")),
    "willing_to": FieldRule(_("Willing to")),
    "bio": FieldRule(_("About you")),
    "links": FieldRule(_("Links")),
    "stage": FieldRule(_("Stage")),
    "service_lines": FieldRule(_("Service lines")),
    "languages": FieldRule(_("Languages")),
    "time_zone": FieldRule(_("Time zone")),
    "contributions": FieldRule(_("Contributions")),
    "email": FieldRule(_("Work e-mail"), Audience.ME, Audience.GROUPS, contact=True),
    "phone": FieldRule(_("Phone"), Audience.ME, Audience.GROUPS, contact=True),
    "member_since": FieldRule(_("Member since"), with_name=True),
    "confirmed": FieldRule(_("When it was last confirmed"), with_name=True),
}
CHOOSABLE = tuple(field for field, rule in FIELDS.items() if not rule.with_name)


@dataclass(frozen=True, kw_only=True)
class Eyes:
    """Whoever reads a profile, as far as the rules ask. Nothing of it is true for who waits for approval."""

    owner: bool = False
    visitor: bool = False
    member: bool = False
    staff: bool = False
    sells: bool = False
    shares_group: bool = False
    leads_group: bool = False


# Somebody of each sort, for "view my profile as": the name is part of an address.
SORTS_OF_READER: dict[str, Eyes] = {
    "public": Eyes(visitor=True),
    "member": Eyes(member=True),
    "group": Eyes(member=True, shares_group=True),
    "lead": Eyes(member=True, shares_group=True, leads_group=True),
    "provider": Eyes(member=True, sells=True),
    "staff": Eyes(member=True, staff=True),
}


# --- audiences --------------------------------------------------------------------------------------------------


def capped(audience: str, field: str) -> Audience:
    """The audience, or the field's widest where somebody asks for more; its default for a word that is none."""
    rule = FIELDS[field]
    if audience not in ORDER:
        return rule.default
    return min(Audience(audience), rule.widest, key=ORDER.index)


def audience_of(field: str, profile: Any) -> Audience:
    """Who sees a field of this profile, as its owner chose. The name stands in front of all others: see `may_see`."""
    if field == "name" or FIELDS[field].with_name:
        return capped(profile.shown_to, "name")
    return capped(profile.audiences.get(field, FIELDS[field].default), field)


def staff_always_see(field: str) -> bool:
    """Whether no choice hides the field from programme staff: they must find and reach every member."""
    rule = FIELDS[field]
    return field == "name" or rule.with_name or rule.contact


def choices_for(field: str) -> list[Audience]:
    """The audiences an owner may choose, fewest first; "staff" is left out where "only me" includes them."""
    allowed = ORDER[: ORDER.index(FIELDS[field].widest) + 1]
    return [each for each in allowed if each is not Audience.STAFF or not staff_always_see(field)]


def chosen(audiences: dict[str, str]) -> dict[str, str]:
    """What is kept of these choices: within the cap of each field, and only where they differ from the default."""
    kept = {field: capped(audiences[field], field) for field in CHOOSABLE if field in audiences and field != "name"}
    return {field: str(audience) for field, audience in kept.items() if audience is not FIELDS[field].default}


def opened_to(audience: str) -> dict[str, str]:
    """The choices of somebody who shows everything to one audience, but for e-mail and phone."""
    return chosen({field: audience for field in CHOOSABLE if not FIELDS[field].contact})


# --- seeing -----------------------------------------------------------------------------------------------------


def is_listed(user: Any) -> bool:
    """Whether this person is one of the community: approved, and neither suspended nor switched off."""
    return is_member(user)


def may_see(field: str, *, profile: Any, eyes: Eyes) -> bool:
    """Whether these eyes see this field of this profile.

    Owners see all of their own. Who waits for approval sees nobody else: less than a visitor, because what a
    person chose to be public is for readers of the site, and a request is not decided by browsing. Nothing is seen
    of somebody whose name is not.
    """
    if eyes.owner:
        return True
    if not is_listed(profile.user) or not _reaches("name", profile, eyes):
        return False
    return _reaches(field, profile, eyes)


def _reaches(field: str, profile: Any, eyes: Eyes) -> bool:
    audience, rule = audience_of(field, profile), FIELDS[field]
    if eyes.staff:
        return audience is not Audience.ME or staff_always_see(field)
    if rule.contact and eyes.sells and not profile.providers_may_contact:
        return False
    if audience is Audience.PUBLIC:
        return eyes.member or eyes.visitor
    if audience is Audience.MEMBERS:
        return eyes.member
    # What the members of one's groups see, their leads see; beyond that, name and address of who agreed.
    if audience is Audience.GROUPS and eyes.shares_group:
        return True
    by_consent = field in {"name", "email"} or rule.with_name
    return by_consent and eyes.leads_group and profile.leads_may_contact


# --- doing ------------------------------------------------------------------------------------------------------


def may_sign_in(user: Any) -> bool:
    """Active and not suspended; who waits for approval may sign in and sees how the request stands."""
    return bool(user.is_active) and user.standing != "suspended"


def may_edit(profile: Any, user: Any) -> bool:
    """Members edit their own profile; programme staff edit anybody's, and the owner is told."""
    return is_staff_member(user) or (is_member(user) and user.pk == profile.user_id)


def may_suspend(person: Any, user: Any) -> bool:
    """Staff suspend and reinstate any member but themselves; superusers only by superusers.

    A request that waits is refused, not suspended: reinstating would make a member of who never was one.
    """
    if not is_staff_member(user) or person.pk == user.pk or person.standing == "pending":
        return False
    return not person.is_superuser or bool(user.is_superuser)


def is_signed_in_as(user: Any, profile: Any) -> bool:
    """Whether the profile is this reader's own."""
    return is_signed_in(user) and user.pk == profile.user_id


def needs_second_factor(user: Any) -> bool:
    """Whether this person may do nothing before a second factor is set up: staff, superusers, and who leads.

    Whoever hosts a channel (leads a group) reads what members wrote in confidence and may take them out.
    """
    return bool(user.is_staff or user.is_superuser or user.is_lead)


def may_reset_factor(person: Any, user: Any) -> bool:
    """Staff reset anybody's second factor but their own; a superuser's only superusers."""
    if not is_staff_member(user) or person.pk == user.pk:
        return False
    return not person.is_superuser or bool(user.is_superuser)


def takes_two_to_reset(person: Any) -> bool:
    """Whether a second colleague must confirm: who could act as staff afterwards is worth the deceit."""
    return bool(person.is_staff or person.is_superuser)


def may_confirm_reset(reset: Any, user: Any) -> bool:
    """A second member of staff, who is neither the one who asked nor the one it is about."""
    return may_reset_factor(reset.person, user) and reset.asked_by_id != user.pk
