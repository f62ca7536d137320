"""Forms of the settings."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from portal.core.forms import SafeForm
from portal.notifications.models import Wishes
from portal.notifications.ways import Preset

LONGEST_PAUSE = timedelta(days=366)
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class WishesForm(SafeForm):
    """Preset, when the summaries come, and a pause; days are those of the person's own clock."""

    preset = forms.ChoiceField(label=_("How much"), choices=Preset.choices, widget=forms.RadioSelect)
    hour = forms.TypedChoiceField(label=_("Summaries come at"), choices=HOURS, coerce=int)
    weekday = forms.TypedChoiceField(label=_("The weekly one on"), choices=list(WEEKDAYS.items()), coerce=int)
    paused_until = forms.DateField(
        label=_("Pause until"),
        required=False,
        help_text=_("No mail and no summary before this day. The list in the portal goes on."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, wishes: Wishes, today: date, **kwargs: Any) -> None:
        self._today = today
        super().__init__(*args, initial=_initial(wishes, today), **kwargs)

    def clean_paused_until(self) -> date | None:
        until = self.cleaned_data["paused_until"]
        if until is not None and until <= self._today:
            raise forms.ValidationError(_("Choose a day after today, or leave it empty for no pause."))
        if until is not None and until > self._today + LONGEST_PAUSE:
            raise forms.ValidationError(_("A pause lasts a year at most."))
        return until


def _initial(wishes: Wishes, today: date) -> dict[str, Any]:
    until = None
    if wishes.paused_until is not None:
        until = timezone.localdate(wishes.paused_until, wishes.person.zone)
    return {
        "preset": wishes.preset,
        "hour": wishes.hour,
        "weekday": wishes.weekday,
        "paused_until": until if until and until > today else None,
    }
