"""Input about invitations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.invitations.queries import groups_to_name
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.follows.models import Channel


class InviteForm(SafeForm):
    """Whom, with which words, and into which group."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput)
    line = SafeFormCharField(
        label=_("A line from you"),
        max_length=400,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They read it under your name: why you thought of them."),
    )
    group = forms.ModelChoiceField(
        Channel.objects.none(),
        label=_("Point them to a group"),
        required=False,
        empty_label=_("No group"),
        help_text=_("Once they are a member they follow it, and find it on their first visit."),
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["group"]
        group.queryset = groups_to_name(by)
