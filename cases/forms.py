"""What people type into the library and what staff decide about a case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import CaseStanding
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm


class StandingForm(SafeForm):
    """Archive, withdraw or hide a published case, or lift that; always with a reason."""

    ORDINARY = "ordinary"

    state = forms.ChoiceField(
        label=_("The case is"),
        choices=[(ORDINARY, _("Published as usual")), *CaseStanding.State.choices],
        widget=forms.RadioSelect,
    )
    reason = SafeFormCharField(
        label=_("Reason"),
        help_text=_("The author reads it."),
        max_length=1000,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, str]:
        """Whoever takes something off the site says why."""
        said = super().clean() or {}
        if said.get("state") not in {None, self.ORDINARY} and not said.get("reason"):
            self.add_error("reason", _("Say why."))
        return said


class ReviewForm(SafeForm):
    """The second person's answer to a draft: publish it, or send it back with a comment."""

    PUBLISH, QUIETLY, BACK = "publish", "quietly", "back"

    verdict = forms.ChoiceField(
        choices=[(PUBLISH, _("Publish")), (QUIETLY, _("Publish quietly")), (BACK, _("Send back"))]
    )
    comment = SafeFormCharField(
        label=_("What has to change"),
        help_text=_("Needed only when you send it back. Whoever handed it in reads it."),
        max_length=2000,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, str]:
        """Whoever sends a text back says what to change."""
        said = super().clean() or {}
        if said.get("verdict") == self.BACK and not said.get("comment"):
            self.add_error("comment", _("Say what has to change."))
        return said
