"""The form by which staff take somebody's second factor away."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import FactorReset, User
from members.rules import may_reset_factor
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class ResetFactorForm(SafeForm):
    """Whose, and how staff know that it is they who ask."""

    email = forms.EmailField(
        label=_("E-mail address of the account"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    reason = SafeFormCharField(
        label=_("How you know who asked"),
        max_length=1000,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "For example: you called back on the number that the organisation publishes, and saw the person. "
            "An e-mail is not enough: whoever reads their mail could have written it."
        ),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        address = cleaned.pop("email", None)
        if address is not None:
            person = User.objects.filter(email=address.lower()).first()
            refusal = self._refusal(person)
            if refusal:
                self.add_error("email", refusal)
            cleaned["person"] = person
        return cleaned

    def _refusal(self, person: User | None) -> Any:
        if person is None:
            return _("Nobody has an account with this address.")
        if not may_reset_factor(person, self.by):
            return _("You cannot reset this one. Ask a colleague, or whoever runs the portal.")
        if FactorReset.objects.open().filter(person=person).exists():
            return _("This was asked for already; a second colleague must confirm it.")
        return "" if person.has_second_factor else _("This account has no second factor.")
