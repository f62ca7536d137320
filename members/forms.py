"""Input of people about themselves, and of staff about people."""

import re
from typing import Any

from django import forms
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from members.accounts.forms import KINDS
from members.choices import Offer, languages, zone_choices
from members.models import Departure, JoinRequest, Organisation, Profile, User
from members.operations import ProfileChanges
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import ServiceLine, Stage

MOST_SUBJECTS = 12
LONGEST_SUBJECT = 60


class SubjectsField(SafeFormCharField):
    """Subjects separated by commas or lines, as a list of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lines=True, max_length=1000, **kwargs)

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().clean(value) or ""
        parts = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
        names = list(dict.fromkeys(part for part in parts if part))
        if len(names) > MOST_SUBJECTS:
            raise forms.ValidationError(
                _("Name at most %(limit)d subjects; these are %(number)d."),
                params={"limit": MOST_SUBJECTS, "number": len(names)},
            )
        for name in names:
            if len(name) > LONGEST_SUBJECT:
                raise forms.ValidationError(
                    _("Keep each subject under %(limit)d characters: “%(start)s…” is longer."),
                    params={"limit": LONGEST_SUBJECT, "start": name[:20]},
                )
        return names


class OrganisationField(forms.ModelChoiceField):
    """Organisations by country."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Organisation.objects.order_by("country", "name")
        super().__init__(rows, **{"label": _("Organisation"), "required": False, **kwargs})
        self.iterator = _ByCountry
        self.widget.choices = self.choices


class _ByCountry(forms.models.ModelChoiceIterator):
    """Groups of options, one for each country."""

    def __iter__(self) -> Any:
        yield ("", self.field.empty_label)
        groups: dict[str, list[Any]] = {}
        for row in self.queryset:
            groups.setdefault(row.country.code, []).append(self.choice(row))
        yield from sorted((str(countries.name(code) or code), options) for code, options in groups.items())


class ProfileForm(SafeForm):
    """What members say about themselves; kind and standing are for staff."""

    name = SafeFormCharField(label=_("Full name"), max_length=120)
    role = SafeFormCharField(
        label=_("What you do there"), max_length=160, help_text=_("In your own words. Peers search this.")
    )
    organisation = OrganisationField(
        required=True,
        empty_label=_("Not in this list"),
        error_messages={"required": _("Say which organisation you work for.")},
    )
    organisation_proposed = SafeFormCharField(
        label=_("If it is not in the list"),
        max_length=160,
        required=False,
        help_text=_("Its full name. Staff add it to the list."),
    )
    service_lines = forms.ModelMultipleChoiceField(
        ServiceLine.objects.none(), label=_("Service lines"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stage = forms.ModelChoiceField(
        Stage.objects.order_by("position"),
        label=_("Stage"),
        required=False,
        empty_label=_("Not sharing yet"),
        help_text=_("How far the sharing that you work on has come."),
    )
    ask_about = SubjectsField(
        label=_("Ask me about"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Subjects that you can be asked about, separated by commas: SLA wording, exit clauses."),
    )
    looking_for = SafeFormCharField(
        label=_("I am looking for"),
        required=False,
        max_length=600,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One thing a line."),
    )
    willing_to = forms.MultipleChoiceField(
        label=_("Willing to"), choices=Offer.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=lambda: languages().items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    bio = SafeFormCharField(
        label=_("About you"),
        required=False,
        max_length=2000,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you did, what it cost, what you would do in another order."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("Meetings are told in this zone too.")
    )
    visibility = forms.ChoiceField(
        label=_("Who can see your profile"), choices=Profile.Visibility.choices, widget=forms.RadioSelect
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=User.Theme.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each line is followed by its parts.
        lines = ServiceLine.objects.order_by(
            Coalesce("parent__position", "position"), F("parent_id").asc(nulls_first=True), "position"
        )
        field: Any = self.fields["service_lines"]
        field.queryset = lines
        field.choices = list(iter(field.choices))  # asked once, and not counted, for the boxes and for the words above

    def clean(self) -> dict[str, Any]:
        """One of the two organisation fields is enough."""
        cleaned = super().clean() or {}
        if cleaned.get("organisation_proposed") and not self.data.get(self.add_prefix("organisation")):
            self.errors.pop("organisation", None)
            cleaned["organisation"] = None
        return cleaned

    @property
    def picked_lines(self) -> str:
        """The ticked service lines in words."""
        return self._picked("service_lines")

    @property
    def picked_languages(self) -> str:
        """The ticked languages in words."""
        return self._picked("languages")

    def _picked(self, name: str) -> str:
        values = {str(value) for value in self[name].value() or ()}
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        return ", ".join(str(label) for value, label in choices if str(value) in values)

    def changes(self) -> ProfileChanges:
        """What `operations.edit_profile` takes."""
        return ProfileChanges(**self.cleaned_data)

    @staticmethod
    def initial_of(user: User, profile: Profile | None) -> dict[str, Any]:
        """What the form shows first: the profile as it is, or the little that a new member has."""
        known = {"name": user.name, "time_zone": user.time_zone, "theme": user.theme}
        if profile is None:
            return known | {"visibility": Profile.Visibility.MEMBERS, "languages": ["en"]}
        return known | {
            "role": profile.role,
            "organisation": profile.organisation_id,
            "organisation_proposed": profile.organisation_proposed,
            "service_lines": [line.pk for line in profile.service_lines.all()],
            "stage": profile.stage_id,
            "ask_about": ", ".join(each.tag.name for each in profile.expertise.all()),
            "looking_for": profile.looking_for,
            "willing_to": [each.what for each in profile.offers.all()],
            "languages": [each.code for each in profile.languages.all()],
            "bio": profile.bio,
            "visibility": profile.visibility,
        }


class AskAgainForm(SafeForm):
    """A new request after a refusal, or the first one of an account that was made without."""

    organisation = SafeFormCharField(label=_("Organisation"), max_length=160)
    kind = forms.ChoiceField(label=_("What you are to shared services"), choices=KINDS, widget=forms.RadioSelect)
    reason = SafeFormCharField(
        label=_("Why you want to join"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )

    @classmethod
    def after(cls, asked: JoinRequest | None) -> "AskAgainForm":
        """The form with what the person wrote the last time."""
        names = ("organisation", "kind", "reason")
        return cls(initial={name: getattr(asked, name) for name in names} if asked else None)


class ApproveForm(SafeForm):
    """How somebody becomes a member."""

    organisation = OrganisationField(empty_label=_("As they wrote it, not in the list yet"))
    kind = forms.ChoiceField(label=_("Member kind"), choices=MemberKind.choices)


class ReasonForm(SafeForm):
    """A reason that somebody reads: why a request is refused, why a member is suspended."""

    reason = SafeFormCharField(label=_("Reason"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 3}))


class LeaveForm(SafeForm):
    """How somebody goes: under which name their published work stays, and that they mean it."""

    credit = forms.ChoiceField(
        label=_("What you published stays"),
        choices=Departure.Credit.choices,
        initial=Departure.Credit.NOBODY,
        widget=forms.RadioSelect,
        help_text=_("Cases that credit you, and agendas you stood on. Everything else of yours is erased."),
    )
    sure = forms.BooleanField(
        label=_("I want to leave, and everything about me to be erased"),
        error_messages={"required": _("Tick this if you want to leave.")},
    )

    def clean(self) -> dict[str, Any]:
        """What the operation takes: the tick is no argument."""
        cleaned = super().clean() or {}
        cleaned.pop("sure", None)
        return cleaned
