"""What somebody types into a discussion, checked."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.discussions.mentions import MOST, handles_in
from portal.discussions.models import BODY_LENGTH, TITLE_LENGTH

HOW = gettext_lazy(
    "A blank line begins a paragraph, a hyphen an item of a list. Write @ and a handle to name somebody."
)
# Letters, digits, punctuation and symbols: what leaves something to see. The filler letters of Hangul leave nothing.
_INK = frozenset("LNPS")
_INKLESS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def leaves_ink(text: str) -> bool:
    """Whether there is anything to see in the text: a title of zero-width characters could not be clicked."""
    return any(unicodedata.category(each)[0] in _INK and each not in _INKLESS for each in text)


class PostForm(SafeForm):
    """One post. `key` names the form, `to` the number of the post it answers."""

    body = SafeFormCharField(
        label=gettext_lazy("Your reply"),
        max_length=BODY_LENGTH,
        lines=True,
        help_text=HOW,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    key = forms.RegexField(regex=r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)
    to = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not leaves_ink(body):
            raise forms.ValidationError(_("Write something first."))
        named = len(handles_in(body))
        if named > MOST:
            raise forms.ValidationError(
                _("Name at most %(most)d people in one post; this names %(n)d."), params={"most": MOST, "n": named}
            )
        return body


class EditForm(PostForm):
    """A post that is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("Your post")
        del self.fields["key"], self.fields["to"]


class ThreadForm(PostForm):
    """A new discussion: what it is about, and its first post."""

    title = SafeFormCharField(
        label=gettext_lazy("What is it about?"),
        max_length=TITLE_LENGTH,
        help_text=gettext_lazy("As a question or in a few words; it stays in the address."),
        error_messages={"required": gettext_lazy("Say in a few words what it is about.")},
    )
    field_order = ("title", "body")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("Your post")
        del self.fields["to"]

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if not leaves_ink(title):
            raise forms.ValidationError(_("Say in a few words what it is about."))
        return title
