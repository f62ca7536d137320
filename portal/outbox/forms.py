"""What staff post to see to given-up work, and the filter of its list."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.core.forms import SafeForm
from portal.outbox.models import Errand, Mail
from portal.outbox.queries import ERRANDS, MAILS, given_up_rows


class FilterForm(SafeForm):
    """Mails or errands, and one cause; what it does not know it leaves out."""

    what = forms.ChoiceField(choices=[("", ""), (MAILS, _("Mails")), (ERRANDS, _("Errands"))], required=False)
    cause = forms.RegexField(r"^\w{1,80}$", required=False)

    def chosen(self) -> dict[str, str]:
        """The filter, for `queries.given_up`."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("what", "cause")}


class SeeToForm(FilterForm):
    """One errand or one mail; neither means all that the filter lets through."""

    errand = forms.ModelChoiceField(Errand.objects.none(), required=False)
    mail = forms.ModelChoiceField(Mail.objects.none(), required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by
        rows = given_up_rows(by)
        self.fields["errand"].queryset, self.fields["mail"].queryset = rows["errands"], rows["mails"]

    def rows(self) -> dict[str, QuerySet[Any]]:
        """What to act on, for `given_up.try_again` and `given_up.leave_undone`."""
        errand, mail = self.cleaned_data["errand"], self.cleaned_data["mail"]
        chosen = given_up_rows(self._by, what=self.cleaned_data["what"], cause=self.cleaned_data["cause"])
        if errand or mail:
            chosen["errands"] = chosen["errands"].filter(pk=errand.pk) if errand else chosen["errands"].none()
            chosen["mails"] = chosen["mails"].filter(pk=mail.pk) if mail else chosen["mails"].none()
        return chosen
