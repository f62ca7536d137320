"""What staff write and to whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.forms import SafeModelForm
from portal.notifications.announcing.circles import options
from portal.notifications.announcing.models import Announcement


class AnnouncementForm(SafeModelForm):
    """Title, text and circle; nothing is sent by saving it."""

    circle = forms.ChoiceField(label=_("To whom"), help_text=_("You see how many people that is before it is sent."))

    class Meta:
        model = Announcement
        fields = ["circle", "title", "text"]
        labels = {"title": _("Title"), "text": _("Text")}
        help_texts = {
            "title": _("It is the subject of the mail. Say what is new, not that something is."),
            "text": _("Markdown. One thing to read, and one thing to do if there is one."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circle"].choices = options()
