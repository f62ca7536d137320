"""The steps of a first visit: what each asks, what it shows, what it writes.

Each has its template `members/welcome/<slug>.html`. A step is done or skipped; either way the next one follows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.choices import Offer
from members.models import Profile
from members.profiles.fields import SubjectsField
from members.profiles.operations import ProfileChanges, edit_profile
from members.welcome.queries import peers_to_meet
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.follows.operations import follow_challenges
from portal.follows.queries import followed_challenges
from portal.notifications.choosing import choose_preset, wishes_of
from portal.notifications.wanting import preset_cards
from portal.notifications.ways import Preset
from portal.taxonomy.models import Challenge


class ChallengeForm(SafeForm):
    """Which challenges somebody wants to hear of."""

    challenges = forms.ModelMultipleChoiceField(
        Challenge.objects.order_by("position", "pk"),
        label=_("Challenges"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one, or skip this step.")},
    )


class OfferForm(SafeForm):
    """What somebody can be asked, and what they would like to find."""

    ask_about = SubjectsField(
        label=_("Ask me about"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Separated by commas: SLA wording, exit clauses."),
    )
    willing_to = forms.MultipleChoiceField(
        label=_("Willing to"), choices=Offer.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    looking_for = SafeFormCharField(
        label=_("I am looking for"),
        required=False,
        max_length=600,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One thing a line."),
    )

    def clean(self) -> dict[str, Any]:
        """Nothing at all is what skipping is for."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Fill in one of these, or skip this step."))
        return cleaned


class NoticesForm(SafeForm):
    """How much somebody wants to hear."""

    preset = forms.ChoiceField(label=_("How much"), choices=Preset.choices, widget=forms.RadioSelect)


@dataclass(frozen=True)
class Step:
    """One step; `write` gets the cleaned form, `initial` and `shows` the person's profile."""

    slug: str
    label: Any
    form: type[forms.Form]
    write: Callable[..., None] = lambda **kwargs: None
    initial: Callable[[Profile], dict[str, Any]] = lambda profile: {}
    shows: Callable[[Profile], dict[str, Any]] = lambda profile: {}


def _write_challenges(*, by: Any, at: datetime, challenges: Any) -> None:
    follow_challenges(challenges=challenges, by=by, at=at)


def _write_offers(*, by: Any, at: datetime, **said: Any) -> None:
    edit_profile(person=by, changes=ProfileChanges(**said), by=by, at=at)


STEPS = {
    step.slug: step
    for step in (
        Step(
            "challenge",
            _("Follow a challenge"),
            ChallengeForm,
            write=_write_challenges,
            initial=lambda profile: {"challenges": [row.pk for row in followed_challenges(profile.user)]},
        ),
        Step(
            "offer",
            _("Offer and seek"),
            OfferForm,
            write=_write_offers,
            initial=lambda profile: {
                "ask_about": ", ".join(each.tag.name for each in profile.expertise.all()),
                "willing_to": [each.what for each in profile.offers.all()],
                "looking_for": profile.looking_for,
            },
        ),
        Step(
            "peers",
            _("Meet five peers"),
            SafeForm,
            shows=lambda profile: {"peers": peers_to_meet(profile)},
        ),
        Step(
            "notices",
            _("Choose what you hear"),
            NoticesForm,
            write=choose_preset,
            shows=lambda profile: {"cards": preset_cards(wishes_of(profile.user))},
        ),
    )
}
