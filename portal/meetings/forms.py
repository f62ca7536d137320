"""What a host types about a meeting, checked; and the rows of its agenda, which move without any script."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.core.templatetags.when import zone_short
from portal.meetings.models import AGENDA_LENGTH, LONGEST, SHORTEST, AgendaItem, Meeting, Reply
from portal.meetings.operations import Details, Row
from portal.meetings.walltime import HappensTwice, NoSuchTime, moment
from portal.meetings.zones import city_of, zone_choices

FIRST_YEAR, LAST_YEAR = 2000, 2100


class MeetingForm(SafeForm):
    """Details of a meeting. `which` is asked only when the clocks show the time twice that night."""

    title = SafeFormCharField(label=gettext_lazy("Title"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Meeting.Kind.choices)
    local_date = forms.DateField(
        label=gettext_lazy("Date"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the date as year, month, day: 2027-03-14.")},
    )
    local_time = forms.TimeField(
        label=gettext_lazy("Starts at"),
        input_formats=["%H:%M", "%H:%M:%S", "%H.%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Write the time as hours and minutes: 17:30.")},
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), help_text=gettext_lazy("Everybody also reads the time in their own.")
    )
    which = forms.ChoiceField(label=gettext_lazy("Which of the two?"), required=False, widget=forms.RadioSelect)
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"),
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-length": ""}),
    )
    purpose = SafeFormCharField(
        label=gettext_lazy("What it is for"),
        max_length=600,
        required=False,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
    )
    location_note = SafeFormCharField(
        label=gettext_lazy("How to take part"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Everybody who sees the meeting reads this. No links or codes here."),
    )
    join_url = forms.URLField(
        label=gettext_lazy("Joining link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "Opened by those who belong, from 24 hours before until the end. It is in no mail and no calendar."
        ),
    )
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zones: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zone_choices(*zones)
        self.fields["which"].choices = [("0", gettext_lazy("The first")), ("1", gettext_lazy("The second"))]
        self.asks_which = bool(self.initial.get("which"))

    def clean_local_date(self) -> date:
        day: date = self.cleaned_data["local_date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("Check the year."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if all(said.get(name) for name in ("local_date", "zone")) and said.get("local_time") is not None:
            self._check_wall_time(said)
        return said

    def _check_wall_time(self, said: dict[str, Any]) -> None:
        day, clock, zone = said["local_date"], said["local_time"], ZoneInfo(said["zone"])
        try:
            moment(day, clock, zone)
        except NoSuchTime as jump:
            self.add_error("local_time", _no_such_time(jump, day, clock, said["zone"]))
        except HappensTwice as twice:
            self.asks_which = True
            self.fields["which"].choices = [
                (str(fold), _first_or_second(fold, at)) for fold, at in enumerate((twice.first, twice.second))
            ]
            if not said.get("which"):
                self.add_error("which", _happens_twice(twice, said["zone"]))
        else:
            said["which"] = ""

    def details(self) -> Details:
        """What was typed, as the operations take it."""
        said = self.cleaned_data
        names = ("title", "kind", "local_date", "local_time", "zone", "minutes", "purpose", "location_note", "join_url")
        return Details(fold=int(said.get("which") or 0), **{name: said[name] for name in names})


def _no_such_time(jump: NoSuchTime, day: date, clock: Any, zone: str) -> str:
    return _(
        "On %(day)s the clocks in %(city)s go from %(before)s to %(after)s, so there is no %(clock)s. "
        "Choose another time."
    ) % {
        "day": date_format(day, "DATE_FORMAT"),
        "city": city_of(zone),
        "before": date_format(jump.before, "TIME_FORMAT"),
        "after": date_format(jump.after, "TIME_FORMAT"),
        "clock": date_format(datetime.combine(day, clock), "TIME_FORMAT"),
    }


def _happens_twice(twice: HappensTwice, zone: str) -> str:
    return _("On %(day)s the clocks in %(city)s are set back, so %(clock)s comes twice. Say which you mean.") % {
        "day": date_format(twice.first, "DATE_FORMAT"),
        "city": city_of(zone),
        "clock": date_format(twice.first, "TIME_FORMAT"),
    }


def _first_or_second(fold: int, at: datetime) -> str:
    words = _("The second, %(zone)s") if fold else _("The first, %(zone)s")
    return words % {"zone": zone_short(at.tzinfo, at)}


class AgendaRowForm(SafeForm):
    """One line of an agenda. A line in which nothing was typed is not there."""

    title = SafeFormCharField(
        label=gettext_lazy("Point"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=0,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-minutes": ""}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("For"), choices=AgendaItem.Kind.choices)
    owner = SafeFormCharField(
        label=gettext_lazy("Who"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "owners", "autocomplete": "off"}),
    )
    notes = SafeFormCharField(
        label=gettext_lazy("Notes"),
        max_length=2000,
        required=False,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
    )
    paper_url = forms.URLField(
        label=gettext_lazy("Link to a paper"), max_length=500, required=False, assume_scheme="https"
    )
    item = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    TYPED = ("title", "minutes", "owner", "notes", "paper_url")

    def has_changed(self) -> bool:
        """Whether anything was typed; the choice of a kind alone is nothing."""
        return any(str(self[name].value() or "").strip() for name in self.TYPED)

    @property
    def has_more(self) -> bool:
        """Whether notes or paper hold something, or something wrong: then they are shown opened."""
        wrong = self.is_bound and ("notes" in self.errors or "paper_url" in self.errors)
        return wrong or any(str(self[name].value() or "") for name in ("notes", "paper_url"))

    def row(self, owners: Mapping[str, int]) -> Row:
        """What was typed, as the operations take it; a name that `owners` knows becomes that person."""
        said = self.cleaned_data
        name = (said.get("owner") or "").strip()
        owner_id = owners.get(name)
        return Row(
            title=said["title"],
            minutes=said["minutes"],
            kind=said["kind"],
            owner_id=owner_id,
            owner_name="" if owner_id else name,
            notes=said["notes"],
            paper_url=said["paper_url"],
            item_id=said.get("item"),
        )


AgendaFormSet = forms.formset_factory(
    AgendaRowForm, extra=0, max_num=AGENDA_LENGTH, absolute_max=AGENDA_LENGTH, validate_max=True
)


class ReplyForm(SafeForm):
    """Whether one comes."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Will you join?"), choices=Reply.Answer.choices, widget=forms.RadioSelect
    )


class CancelForm(SafeForm):
    """Why a meeting is called off."""

    reason = SafeFormCharField(
        label=gettext_lazy("Why is it cancelled?"),
        max_length=600,
        lines=True,
        help_text=gettext_lazy("This stands on its page and in the mail."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "short"}),
        error_messages={"required": gettext_lazy("Say why it is cancelled: people planned for it.")},
    )


class SummaryForm(SafeForm):
    """What came out of a meeting."""

    summary = SafeFormCharField(
        label=gettext_lazy("What came out"),
        max_length=20_000,
        lines=True,
        required=False,
        help_text=gettext_lazy(
            "What was decided, what is open, who does what. Everybody who sees the meeting reads it. "
            "A blank line begins a paragraph, a hyphen an item of a list."
        ),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
