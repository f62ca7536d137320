"""Foundations of forms: every text passes the gate, and what was typed stays beside its error."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeFormCharField

QUERY_LENGTH = 200
QUERY_TERMS = 12


class SafeForm(forms.Form):
    """A form whose first field with an error is named in a summary; templates render it with components."""

    required_css_class = "is-required"
    error_css_class = "field--error"


class SafeModelForm(forms.ModelForm):
    """The same for a model; fields are always listed one by one."""

    required_css_class = "is-required"
    error_css_class = "field--error"


class SearchForm(SafeForm):
    """What somebody searches for: at most 200 characters and 12 terms, or the databases' parsers give up."""

    q = SafeFormCharField(label=_("Search"), required=False)

    def clean_q(self) -> str:
        value: Any = self.cleaned_data.get("q") or ""
        if len(value) > QUERY_LENGTH or len(value.split()) > QUERY_TERMS:
            raise forms.ValidationError(
                _("Search with at most %(terms)d words and %(length)d characters."),
                params={"terms": QUERY_TERMS, "length": QUERY_LENGTH},
            )
        return value
