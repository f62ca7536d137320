"""Input about office hours."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.office_hours import rules
from members.office_hours.operations import Offer
from members.reach.forms import KeyField
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class LinkField(SafeFormCharField):
    """An address on the web; one without https could be read on the way."""

    default_validators = [URLValidator(schemes=["https"], message=_("Enter an address that begins with https://."))]


def _minutes() -> list[tuple[int, Any]]:
    return [(n, ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}) for n in (15, 20, 30, 45, 60, 90, 120)]


class ChangeForm(SafeForm):
    """What can change while people have booked: words, link, places."""

    topics = SafeFormCharField(
        label=_("What you can be asked"), max_length=200, help_text=_("For example: charge-back, exit clauses.")
    )
    places = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=rules.MOST_PLACES,
        initial=1,
        help_text=_("How many people can come to one hour."),
    )
    link = LinkField(
        label=_("Link to the video call"),
        max_length=300,
        help_text=_("Shown only to who has a place. It is in no mail and no calendar file."),
    )


class OfferForm(ChangeForm):
    """An hour a week, by the clock of whoever offers it."""

    key = KeyField()
    weekday = forms.TypedChoiceField(label=_("Day"), choices=rules.WEEKDAYS, coerce=int)
    clock = forms.TimeField(
        label=_("Begins"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="15:00"
    )
    minutes = forms.TypedChoiceField(label=_("Length"), choices=_minutes, coerce=int, initial=30)
    field_order = ["topics", "weekday", "clock", "minutes", "places", "link", "key"]

    def offer(self, zone: str) -> Offer:
        """What `operations.offer` takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return Offer(zone=zone, **data | {"clock": data["clock"].replace(second=0, microsecond=0)})


class BookForm(SafeForm):
    """A place on one of the coming days."""

    day = forms.DateField(error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")})
    question = SafeFormCharField(
        label=_("What you would like to ask"), max_length=300, required=False, help_text=_("So that they can prepare.")
    )


class DayForm(SafeForm):
    """One day of one's own hours, taken off or worked after all."""

    day = forms.DateField()
    off = forms.BooleanField(required=False)
