"""Input about introductions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.introductions.rules import PURPOSE_LENGTH
from members.models import Introduction
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class PurposeForm(SafeForm):
    """Why somebody wants to be introduced: the other decides by this alone."""

    purpose = SafeFormCharField(
        label=_("What you would like to talk about"),
        help_text=_("Say what you work on and what you would like to ask. Up to 600 characters."),
        max_length=PURPOSE_LENGTH,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class HelpedForm(SafeForm):
    """Whether an introduction helped."""

    answer = forms.ChoiceField(choices=[pair for pair in Introduction.Helped.choices if pair[0]])
