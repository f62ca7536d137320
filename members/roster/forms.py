"""What staff and listed people type: a file and its source, a claim, a merge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Claim, Profile
from members.models.roster import SOURCE
from members.roster.reading import MOST_BYTES, Reading, Unreadable, read
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class ImportForm(SafeForm):
    """A file of people; `reading` is what it holds once it is valid."""

    source = SafeFormCharField(
        label=_("Source"),
        max_length=SOURCE,
        help_text=_(
            "Where the list comes from, as those who are listed will read it: “Roster of the spring workshop”."
        ),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with a line of headings: name (or first and last name), title, organisation, country, e-mail."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    reading: Reading

    def clean_file(self) -> Any:
        """The file is read here, so that what is wrong with it stands beside the field."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB. Split it."))
        try:
            self.reading = read(file.read())
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return file


class ClaimForm(SafeForm):
    """“This is me”, in a way that staff can check."""

    wish = forms.ChoiceField(label=_("What is to happen"), choices=Claim.Wish.choices, widget=forms.RadioSelect)
    note = SafeFormCharField(
        label=_("How we can know that it is you"),
        max_length=600,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your work address at that time, a colleague who is a member, a page that names you."),
    )


class MergeForm(SafeForm):
    """Which account goes into which, and why."""

    kept = SafeFormCharField(
        label=_("Profile that stays"), max_length=120, help_text=_("Its address, or the last part.")
    )
    gone = SafeFormCharField(
        label=_("Duplicate that goes"), max_length=120, help_text=_("Its address, or the last part.")
    )
    reason = SafeFormCharField(
        label=_("How you know that it is one person"),
        max_length=600,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_kept(self) -> Profile:
        """The profile behind an address."""
        return self._profile("kept")

    def clean_gone(self) -> Profile:
        """The profile behind an address."""
        return self._profile("gone")

    def clean(self) -> dict[str, Any]:
        """Two, not one."""
        cleaned = super().clean() or {}
        if cleaned.get("kept") and cleaned.get("kept") == cleaned.get("gone"):
            self.add_error("gone", _("That is the same profile. Name the other one."))
        return cleaned

    def _profile(self, name: str) -> Profile:
        handle = self.cleaned_data[name].rstrip("/").rpartition("/")[2]
        found = Profile.objects.listed().with_card_data().filter(handle=handle).first()
        if found is None:
            raise forms.ValidationError(_("No member has this address."))
        return found
