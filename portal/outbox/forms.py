"""What staff post to try given-up work again."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.core.forms import SafeForm
from portal.outbox.models import Errand, Mail


class TryAgainForm(SafeForm):
    """One errand or one mail; neither means all of them."""

    errand = forms.ModelChoiceField(Errand.objects.none(), required=False)
    mail = forms.ModelChoiceField(Mail.objects.none(), required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["errand"].queryset = Errand.objects.visible_to(by).given_up()
        self.fields["mail"].queryset = Mail.objects.visible_to(by).given_up()

    def chosen(self) -> dict[str, QuerySet[Any]]:
        """The rows for `operations.try_again`."""
        errand, mail = self.cleaned_data["errand"], self.cleaned_data["mail"]
        errands, mails = self.fields["errand"].queryset, self.fields["mail"].queryset
        if errand or mail:
            errands = errands.filter(pk=errand.pk) if errand else errands.none()
            mails = mails.filter(pk=mail.pk) if mail else mails.none()
        return {"errands": errands, "mails": mails}
