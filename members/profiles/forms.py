"""The form of a profile: its owner's, with who can see each field, and the one programme staff mend it with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import F
from django.db.models.functions import Coalesce
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from members import privacy, rules
from members.choices import Offer, languages, zone_choices
from members.models import Profile, User
from members.organisations.fields import OrganisationNameField
from members.profiles.fields import LinksField, PhoneField, SubjectsField
from members.profiles.operations import ProfileChanges, Workplace
from members.profiles.photos import EXTENSIONS, made_of
from members.profiles.words import FIELD_OF
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import ServiceLine, Stage


@dataclass(frozen=True)
class Who:
    """The choice beside a field: who can see it. `says` is the sentence of what is chosen now."""

    bound: BoundField
    label: Any
    says: str
    wording: str


class WorkForm(SafeForm):
    """What a profile says; the part that programme staff may mend."""

    name = SafeFormCharField(label=_("Full name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    pronouns = SafeFormCharField(label=_("Pronouns"), max_length=40, required=False, help_text=_("Such as she/her."))
    pronunciation = SafeFormCharField(
        label=_("How your name is said"), max_length=80, required=False, help_text=_("Such as shi-VAUN treh-GARTH.")
    )
    role = SafeFormCharField(
        label=_("What you do there"), max_length=160, help_text=_("In your own words. Peers search this.")
    )
    organisation = OrganisationNameField(
        label=_("Organisation"),
        help_text=_("Begin to type its name; a short or former name will do."),
        error_messages={
            "required": _("Say which organisation you work for."),
            "unknown": _(
                "No organisation in the list has this name. Write it into the next field, and staff add it to the list."
            ),
        },
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
    links = LinksField(
        label=_("Links"),
        required=False,
        help_text=_("Pages of your work: a team, a price list, a talk. Only addresses that begin with http or https."),
    )
    bio = SafeFormCharField(
        label=_("About you"),
        required=False,
        max_length=2000,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you did, what it cost, what you would do in another order."),
    )
    # When the profile was saved before this form was filled in; what came between is not overwritten unseen.
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "service_lines" in self.fields:
            # Each line is followed by its parts.
            lines = ServiceLine.objects.order_by(
                Coalesce("parent__position", "position"), F("parent_id").asc(nulls_first=True), "position"
            )
            field: Any = self.fields["service_lines"]
            field.queryset = lines
            field.choices = list(iter(field.choices))  # asked once, for the boxes and for the words above them

    def clean(self) -> dict[str, Any]:
        """One of the two organisation fields is enough."""
        cleaned = super().clean() or {}
        proposed = cleaned.get("organisation_proposed") or "organisation_proposed" in self.errors
        if proposed and not self.data.get(self.add_prefix("organisation")):
            self.errors.pop("organisation", None)
            cleaned["organisation"] = None
        return cleaned

    def clean_read(self) -> datetime | None:
        """A time that is none counts as "nothing was read": the form of a profile that is new."""
        try:
            return datetime.fromisoformat(self.cleaned_data["read"])
        except ValueError:
            return None

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

    def _said(self) -> dict[str, Any]:
        """What the operation takes, but for how it is shown."""
        said = {name: value for name, value in self.cleaned_data.items() if name in _SAID}
        if "organisation" in self.fields:
            said["workplace"] = Workplace(
                self.cleaned_data.get("organisation"), self.cleaned_data.get("organisation_proposed", "")
            )
        return said

    @staticmethod
    def initial_of(profile: Profile) -> dict[str, Any]:
        """The profile as it is; comes `with_everything()`."""
        return {
            "name": profile.user.name,
            "pronouns": profile.pronouns,
            "pronunciation": profile.pronunciation,
            "role": profile.role,
            "organisation": profile.organisation,
            "organisation_proposed": profile.organisation_proposed,
            "service_lines": [line.pk for line in profile.service_lines.all()],
            "stage": profile.stage_id,
            "ask_about": ", ".join(each.tag.name for each in profile.expertise.all()),
            "looking_for": profile.looking_for,
            "willing_to": [each.what for each in profile.offers.all()],
            "languages": profile.languages,
            "links": profile.links,
            "bio": profile.bio,
            "kind": profile.kind,
            "read": profile.updated_at.isoformat(),
        }


_SAID = frozenset(
    [
        "name",
        "pronouns",
        "pronunciation",
        "role",
        "service_lines",
        "stage",
        "ask_about",
        "looking_for",
        "willing_to",
        "languages",
        "links",
        "bio",
        "kind",
    ]
)


class ProfileForm(WorkForm):
    """What members say about themselves, and who can see it; kind and standing are for staff."""

    PRESETS = (
        ("", _("As chosen beside each field")),
        ("members", _("Members see all of it, but for e-mail and phone")),
        ("public", _("Anyone sees all of it, but for e-mail and phone")),
    )

    contact_email = forms.EmailField(
        label=_("Work e-mail"),
        required=False,
        help_text=_("Shown instead of the address of your account. Stays empty if that one is meant."),
    )
    phone = PhoneField(label=_("Phone"), required=False, max_length=40)
    providers_may_contact = forms.BooleanField(
        label=_("Providers may contact me"),
        required=False,
        help_text=_("Without this, no provider sees your e-mail and phone, whoever else does."),
    )
    leads_may_contact = forms.BooleanField(
        label=_("Leads of my groups see my name and e-mail"),
        required=False,
        help_text=_("They may then write to you about the group, whatever you chose above."),
    )
    preset = forms.ChoiceField(
        label=_("Who can see your profile"), choices=PRESETS, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rules.CHOOSABLE:
            self.fields[f"who_{name}"] = forms.ChoiceField(
                label=_("Who can see this"), choices=privacy.options(name), required=False
            )

    @property
    def who(self) -> dict[str, Who]:
        """The choice beside each field."""
        return dict(self._whos())

    def _whos(self) -> Iterator[tuple[str, Who]]:
        for name in rules.CHOOSABLE:
            bound = self[f"who_{name}"]
            audience = rules.capped(bound.value() or "", name)
            wording = "contact" if rules.FIELDS[name].contact else "name" if name == "name" else "plain"
            yield name, Who(bound, rules.FIELDS[name].label, privacy.sentence(audience, name), wording)

    def changes(self) -> ProfileChanges:
        """What `operations.edit_profile` takes. A preset stands for all fields but e-mail and phone."""
        # A choice that was not sent stays as it is: nothing becomes visible by leaving something out.
        chosen = {name: self.cleaned_data.get(f"who_{name}") or self._now(name) for name in rules.CHOOSABLE}
        if preset := self.cleaned_data.get("preset"):
            chosen |= {name: preset for name in chosen if not rules.FIELDS[name].contact}
        data = self.cleaned_data
        own = ("contact_email", "phone", "providers_may_contact", "leads_may_contact")
        return ProfileChanges(
            **self._said(),
            **{name: data[name] for name in own},
            shown_to=str(rules.capped(chosen["name"], "name")),
            audiences=chosen,
        )

    def _now(self, name: str) -> str:
        return str(self.initial.get(f"who_{name}", ""))

    @classmethod
    def of_owner(cls, user: User, profile: Profile | None, data: Any = None) -> "ProfileForm":
        """The owner's form; for a member without a profile with the little that is known."""
        known = {"name": user.name, "preset": ""}
        if profile is None:
            audiences = {f"who_{name}": rules.FIELDS[name].default for name in rules.CHOOSABLE}
            return cls(data, initial=known | audiences | {"languages": ["en"]})
        audiences = {f"who_{name}": rules.audience_of(name, profile) for name in rules.CHOOSABLE}
        own = ("contact_email", "phone", "providers_may_contact", "leads_may_contact")
        shown = {name: getattr(profile, name) for name in own}
        return cls(data, initial=cls.initial_of(profile) | known | shown | audiences)


class StaffProfileForm(WorkForm):
    """What programme staff mend in somebody's profile: only what the owner lets them see."""

    kind = forms.ChoiceField(label=_("Member kind"), choices=MemberKind.choices)

    def __init__(self, profile: Profile, data: Any = None) -> None:
        super().__init__(data, initial=self.initial_of(profile))
        eyes = rules.SORTS_OF_READER["staff"]
        for name in list(self.fields):
            if not rules.may_see(FIELD_OF.get(name, "name"), profile=profile, eyes=eyes):
                del self.fields[name]

    def changes(self) -> ProfileChanges:
        """What `operations.edit_profile` takes: the fields of this form, and no other."""
        return ProfileChanges(**self._said())


class DisplayForm(SafeForm):
    """In which zone times are told, and how light or dark pages are."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Times are told in this zone, beside that of the meeting."),
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=User.Theme.choices, required=False, widget=forms.RadioSelect
    )


class PhotoForm(SafeForm):
    """A photo; what is handed on is made anew from it."""

    photo = forms.FileField(
        label=_("Photo"),
        allow_empty_file=True,
        help_text=_(
            "JPEG, PNG or WebP, at most 10 MB. It is cut to a square; place and time of the camera are removed."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{each}" for each in sorted(EXTENSIONS))}),
        error_messages={"required": _("Choose a photo from your device.")},
    )

    def clean_photo(self) -> Any:
        """Everything is looked at and drawn here, before the database is asked for anything."""
        return made_of(self.cleaned_data["photo"])
