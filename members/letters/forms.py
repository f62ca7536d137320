"""Input about letters: the text, and what somebody says against one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.letters.rules import TEXT_LENGTH
from members.reach.forms import KeyField
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class LetterForm(SafeForm):
    """What somebody writes."""

    key = KeyField()
    text = SafeFormCharField(
        label=_("Your message"), max_length=TEXT_LENGTH, lines=True, widget=forms.Textarea(attrs={"rows": 8})
    )


class ReportForm(SafeForm):
    """What is wrong with what somebody wrote."""

    note = SafeFormCharField(
        label=_("What is wrong with it"),
        help_text=_("Staff read this together with what was written. Up to 600 characters."),
        max_length=600,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    block = forms.BooleanField(label=_("Also hear no more from this member"), required=False)
