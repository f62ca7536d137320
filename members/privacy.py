"""Audiences in words: what stands in the selects of the editor, beside them, and on the page "who can see what".

Every sentence is made from `rules`; nothing here decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.rules import (
    CHOOSABLE,
    FIELDS,
    ORDER,
    SORTS_OF_READER,
    Audience,
    Eyes,
    choices_for,
    may_see,
    staff_always_see,
)

LABELS = {
    Audience.ME: gettext_lazy("Only me"),
    Audience.STAFF: gettext_lazy("Programme staff"),
    Audience.GROUPS: gettext_lazy("My groups"),
    Audience.MEMBERS: gettext_lazy("Members"),
    Audience.PUBLIC: gettext_lazy("Anyone"),
}
READERS = {
    "public": gettext_lazy("a visitor"),
    "member": gettext_lazy("a member"),
    "group": gettext_lazy("a member of your groups"),
    "lead": gettext_lazy("a lead of your groups"),
    "provider": gettext_lazy("a provider"),
    "staff": gettext_lazy("programme staff"),
}


_SENTENCES = {
    Audience.ME: gettext_lazy("You alone."),
    Audience.STAFF: gettext_lazy("You and programme staff."),
    Audience.GROUPS: gettext_lazy("Members who share a working group with you, and programme staff."),
    Audience.MEMBERS: gettext_lazy("Every member, providers and researchers among them. No visitor, no search engine."),
    Audience.PUBLIC: gettext_lazy("Everybody who opens this site, search engines too."),
}
_CONTACT = {
    Audience.ME: gettext_lazy("You, and programme staff, who may have to reach you."),
    Audience.GROUPS: gettext_lazy(
        "Members of your working groups, providers among them only if you let them; and programme staff."
    ),
}


def label(audience: Audience, field: str) -> Any:
    """An audience as a choice; where nothing is hidden from programme staff, the choice says so."""
    if audience is Audience.ME and staff_always_see(field):
        return gettext_lazy("Only me and programme staff")
    return LABELS[audience]


def options(field: str) -> list[tuple[str, Any]]:
    """The choices of one field, fewest readers first."""
    return [(str(audience), label(audience, field)) for audience in choices_for(field)]


def sentence(audience: Audience, field: str) -> str:
    """Who that is, as one sentence beside the field."""
    if FIELDS[field].contact:
        return str(_CONTACT[audience])
    if audience is Audience.ME and staff_always_see(field):
        return _("You, and programme staff, who look after the community.")
    return str(_SENTENCES[audience])


# --- the page "who can see what" --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One field: who sees it unless its owner chooses, how far it can be opened, who never misses it."""

    label: Any
    default: Any
    widest: Any
    choosable: bool
    contact: bool
    seen_by: Sequence[tuple[Any, bool]]


class _Untouched:
    """A profile whose owner chose nothing: what the rules ask of one, with the defaults."""

    class user:  # noqa: N801 -- an attribute that looks like the profile's account
        is_active, is_member = True, True

    shown_to = str(FIELDS["name"].default)
    audiences: dict[str, str] = {}
    providers_may_contact = leads_may_contact = False


def lines() -> list[Line]:
    """Every field with its default, and which sort of reader sees it at that default."""
    return [
        Line(
            label=rule.label,
            default=label(rule.default, field),
            widest=label(rule.widest, field),
            choosable=field in CHOOSABLE,
            contact=rule.contact,
            seen_by=[(READERS[sort], _by_default(field, eyes)) for sort, eyes in SORTS_OF_READER.items()],
        )
        for field, rule in FIELDS.items()
    ]


def _by_default(field: str, eyes: Eyes) -> bool:
    return may_see(field, profile=_Untouched, eyes=eyes)


def audiences() -> list[tuple[Any, str]]:
    """Each audience with its sentence, for the text beside the form."""
    return [(LABELS[each], sentence(each, "bio")) for each in reversed(ORDER)]


def wordings() -> list[tuple[str, str]]:
    """Each sentence that can stand beside a field under its key, for the script that changes it with the choice."""
    sorts = {"plain": "bio", "name": "name", "contact": "email"}
    return [(f"{sort}:{each}", sentence(each, field)) for sort, field in sorts.items() for each in choices_for(field)]
