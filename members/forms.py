"""Input of people about themselves, and of staff about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Departure
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


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
