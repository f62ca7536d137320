"""Input of people about themselves."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeFormCharField


class SignupForm(forms.Form):
    """What allauth's sign-up asks beside address and password."""

    name = SafeFormCharField(label=_("Full name"), max_length=120)

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Called by allauth with the unsaved choices."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
