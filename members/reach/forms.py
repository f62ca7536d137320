"""Input about how somebody can be reached, and the name of a form that must not count twice."""

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import ContactChoices
from portal.core.forms import SafeModelForm

_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """Names a form, so that what is sent twice is one thing."""
    return secrets.token_hex(16)


class KeyField(forms.CharField):
    """The name of the form, hidden in it; one that we did not make is replaced."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, initial=new_key, **kwargs)

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) and _KEY.fullmatch(value) else new_key()


class ContactForm(SafeModelForm):
    """What a member allows; each box says what follows from it."""

    class Meta:
        model = ContactChoices
        fields = ["suggested", "introductions", "letters"]
        widgets = dict.fromkeys(fields, forms.CheckboxInput)
        help_texts = {
            "suggested": _("Your card stands among “Peers like you”, with what you let members see."),
            "introductions": _("They say why, you accept or decline. Your address is shown only if you accept."),
            "letters": _("Their message reaches you by mail. They do not see your address, nor you theirs."),
        }
