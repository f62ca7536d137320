"""What leads and staff type about a group."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Profile
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from workinggroups.models import Membership, WorkingGroup
from workinggroups.operations import Terms

# Addresses below /groups/ that are no group.
RESERVED = frozenset({"new"})


class CharterForm(SafeForm):
    """Purpose and charter: the lead's part."""

    purpose = SafeFormCharField(
        label=gettext_lazy("Purpose"),
        max_length=600,
        lines=True,
        help_text=gettext_lazy("One or two sentences that a newcomer understands."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
    )
    charter = SafeFormCharField(
        label=gettext_lazy("Charter"),
        max_length=20_000,
        lines=True,
        required=False,
        help_text=gettext_lazy(
            "Why the group exists, what it makes, what it leaves to others, how it works. "
            "### begins a heading, a hyphen an item of a list, a blank line a paragraph."
        ),
        widget=forms.Textarea(attrs={"rows": 18}),
    )
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class TermsForm(CharterForm):
    """The same with what staff decide."""

    title = SafeFormCharField(label=gettext_lazy("Title"), max_length=120)
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may see it"), choices=WorkingGroup.Audience.choices, widget=forms.RadioSelect
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=WorkingGroup.State.choices)
    takes_providers = forms.BooleanField(label=gettext_lazy("Providers may join by themselves"), required=False)

    field_order = ("title", "purpose", "charter", "audience", "state", "takes_providers")

    def terms(self) -> Terms:
        """What was typed, as the operations take it."""
        names = ("title", "audience", "state", "takes_providers")
        return Terms(**{name: self.cleaned_data[name] for name in names})


class _PersonField(SafeFormCharField):
    """A member, named by the last part of the address of their profile."""

    def clean(self, value: Any) -> Any:
        handle = str(super().clean(value) or "").rstrip("/").rsplit("/", 1)[-1]
        profile = Profile.objects.select_related("user").filter(handle=handle).first()
        if profile is None or not profile.user.is_member:
            raise forms.ValidationError(_("There is no member with this address."))
        return profile.user


def _person_field(label: Any) -> _PersonField:
    return _PersonField(
        label=label,
        max_length=200,
        help_text=gettext_lazy("The address of their profile, or its last part."),
    )


class NewGroupForm(TermsForm):
    """A new group: the terms, its address and its first lead."""

    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=80,
        help_text=gettext_lazy("Behind /groups/. It stays the same for ever: people bookmark it."),
    )
    lead = _person_field(gettext_lazy("First lead"))

    field_order = ("title", "slug", "lead", "purpose", "charter", "audience", "state", "takes_providers")

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        if slug in RESERVED or WorkingGroup.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("This address is taken."))
        return slug


class AppointForm(SafeForm):
    """Staff give somebody a role."""

    person = _person_field(gettext_lazy("Who"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role.choices)
