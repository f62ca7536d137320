"""Fields in which somebody types the name of an organisation."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from members.organisations.queries import meant_by, names_apart, organisations_called
from portal.core.fields import SafeFormCharField

LIST = "organisations"
SHOWN = 5


def suggesting(**attrs: Any) -> forms.TextInput:
    """An input that organisations.js fills a list for; without it, a plain input."""
    return forms.TextInput(attrs={"list": LIST, "data-suggest": reverse_lazy("members:suggest-organisations"), **attrs})


class OrganisationNameField(SafeFormCharField):
    """An organisation of the list, by its name or another name it is known by."""

    default_error_messages = {
        "unknown": _("No organisation in the list has this name. Choose one of the names suggested."),
        "several": _("Several have this name. Write the country behind it, as in one of these: %(names)s."),
        "near": _("No organisation in the list has this name. Did you mean one of these: %(names)s?"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, "widget": suggesting(autocomplete="off"), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Organisation) else value

    def clean(self, value: Any) -> Organisation | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        found = organisations_called(text)
        if len(found) == 1:
            return found[0]
        near = names_apart(found[:SHOWN]) if found else meant_by(text)[:SHOWN]
        if not near:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        which = "several" if found else "near"
        raise forms.ValidationError(self.error_messages[which], code=which, params={"names": "; ".join(near)})
