"""Input of people about themselves, and of staff about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from members.accounts.forms import KINDS
from members.models import Departure, JoinRequest, Organisation
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.taxonomy.choices import MemberKind


class OrganisationField(forms.ModelChoiceField):
    """Organisations by country."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Organisation.objects.order_by("country", "name")
        super().__init__(rows, **{"label": _("Organisation"), "required": False, **kwargs})
        self.iterator = _ByCountry
        self.widget.choices = self.choices


class _ByCountry(forms.models.ModelChoiceIterator):
    """Groups of options, one for each country."""

    def __iter__(self) -> Any:
        yield ("", self.field.empty_label)
        groups: dict[str, list[Any]] = {}
        for row in self.queryset:
            groups.setdefault(row.country.code, []).append(self.choice(row))
        yield from sorted((str(countries.name(code) or code), options) for code, options in groups.items())


class AskAgainForm(SafeForm):
    """A new request after a refusal, or the first one of an account that was made without."""

    organisation = SafeFormCharField(label=_("Organisation"), max_length=160)
    kind = forms.ChoiceField(label=_("What you are to shared services"), choices=KINDS, widget=forms.RadioSelect)
    reason = SafeFormCharField(
        label=_("Why you want to join"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )

    @classmethod
    def after(cls, asked: JoinRequest | None) -> "AskAgainForm":
        """The form with what the person wrote the last time."""
        names = ("organisation", "kind", "reason")
        return cls(initial={name: getattr(asked, name) for name in names} if asked else None)


class ApproveForm(SafeForm):
    """How somebody becomes a member."""

    organisation = OrganisationField(empty_label=_("As they wrote it, not in the list yet"))
    kind = forms.ChoiceField(label=_("Member kind"), choices=MemberKind.choices)


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
