"""Input of spokespeople: what they agree to."""

from typing import Any

from django import forms
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.choices import languages
from members.models import Spokesperson, User
from members.spokespeople.operations import Terms, is_open_to_visitors
from members.spokespeople.queries import FORMAT_WORDS
from members.spokespeople.rules import FORMATS, NOTICES
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.taxonomy.models import Challenge, ServiceLine


def _notices() -> list[tuple[int, Any]]:
    return [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in NOTICES]


class ConsentForm(SafeForm):
    """Terms of a consent, and the consent itself."""

    subject = SafeFormCharField(
        label=_("What you can tell, in a sentence"),
        max_length=200,
        help_text=_("For example: how nine districts agreed on one price list, and what it cost."),
    )
    service_lines = forms.ModelMultipleChoiceField(
        ServiceLine.objects.none(), label=_("Service lines"), widget=forms.CheckboxSelectMultiple, required=False
    )
    challenges = forms.ModelMultipleChoiceField(
        Challenge.objects.none(), label=_("Challenges"), widget=forms.CheckboxSelectMultiple, required=False
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak in public"),
        choices=lambda: languages().items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )
    formats = forms.MultipleChoiceField(
        label=_("What you would do"),
        choices=lambda: list(FORMAT_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    travel = forms.ChoiceField(label=_("How far you would travel"), choices=Spokesperson.Travel.choices)
    notice_days = forms.TypedChoiceField(label=_("Notice you need"), choices=_notices, coerce=int, initial=14)
    scope = forms.ChoiceField(
        label=_("Who finds you in the register"),
        choices=Spokesperson.Scope.choices,
        widget=forms.RadioSelect,
        initial=Spokesperson.Scope.COMMUNITY,
    )
    agree = forms.BooleanField(
        label=_("I agree to be listed and asked, for twelve months. I can take this back at any time."),
        error_messages={"required": _("Tick the box to agree; without it you are not listed.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        lines = ServiceLine.objects.order_by(
            Coalesce("parent__position", "position"), F("parent_id").asc(nulls_first=True), "position"
        )
        for name, rows in (("service_lines", lines), ("challenges", Challenge.objects.order_by("position"))):
            field: Any = self.fields[name]
            field.queryset = rows
            field.choices = list(iter(field.choices))  # asked once, for the boxes and for the words above

    def clean(self) -> dict[str, Any]:
        """At least one subject that others look for; the public register needs a profile that visitors see."""
        cleaned = super().clean() or {}
        if not cleaned.get("service_lines") and not cleaned.get("challenges"):
            self.add_error("service_lines", _("Choose at least one service line or challenge: you are found by it."))
        if cleaned.get("scope") == Spokesperson.Scope.PUBLIC and not is_open_to_visitors(self.person):
            self.add_error("scope", _("Visitors cannot see your profile. Open it to anyone first, or choose members."))
        return cleaned

    @property
    def picked_lines(self) -> str:
        """The ticked service lines in words."""
        return self._picked("service_lines")

    @property
    def picked_languages(self) -> str:
        """The ticked languages in words."""
        return self._picked("languages")

    def _picked(self, name: str) -> str:
        values = {str(value) for value in self[name].value() or ()}
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        return ", ".join(str(label) for value, label in choices if str(value) in values)

    def terms(self) -> Terms:
        """What `operations.agree` takes."""
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "agree"})

    @staticmethod
    def initial_of(row: Spokesperson | None) -> dict[str, Any]:
        """What the form shows first: the terms agreed before, or nothing."""
        if row is None:
            return {}
        return {
            "subject": row.subject,
            "service_lines": [line.pk for line in row.service_lines.all()],
            "challenges": [challenge.pk for challenge in row.challenges.all()],
            "languages": [each.code for each in row.languages.all()],
            "formats": [name for name in FORMATS if getattr(row, name)],
            "travel": row.travel,
            "notice_days": row.notice_days,
            "scope": row.scope,
        }
