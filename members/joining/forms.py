"""Input about joining: who asks, who answers, who decides."""

from copy import deepcopy
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.socialaccount.forms import SignupForm
from django import forms
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.accounts.forms import NEW_PASSWORD, Plain
from members.models import Invitation, JoinRequest
from members.organisations.fields import OrganisationNameField, suggesting
from members.organisations.queries import suggested
from portal.core.fields import SafeFormCharField
from portal.core.forms import SafeForm
from portal.taxonomy.choices import MemberKind

KINDS = [
    (MemberKind.PRACTITIONER, _("Practitioner: I run, plan or use shared services in government")),
    (MemberKind.RESEARCHER, _("Researcher: I study them, or audit them")),
    (MemberKind.PROVIDER, _("Provider: I sell services or advice to government")),
]


class JoinForm(Plain, allauth_forms.SignupForm):
    """An account and the request to join, in one form.

    `looked_up`: what stood in the field when somebody asked which organisations it could be; they are then offered.
    """

    name = SafeFormCharField(label=_("Full name"), max_length=120)
    organisation = SafeFormCharField(label=_("Organisation"), max_length=160, widget=suggesting())
    kind = forms.ChoiceField(label=_("What you are to shared services"), choices=KINDS, widget=forms.RadioSelect)
    reason = SafeFormCharField(
        label=_("Why you want to join"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order: ClassVar[list[str]] = ["name", "organisation", "known", "kind", "reason", "email", "password1"]
    labels: ClassVar[dict[str, Any]] = {"password1": _("Password")}
    hints: ClassVar[dict[str, Any]] = {
        "name": _("As your colleagues write it."),
        "organisation": _("The agency, council, university or company that you work for, by its name or a short one."),
        "kind": _("Always shown beside a researcher’s or a provider’s name."),
        "reason": _("In a sentence or two: what you work on, and what you would like to ask or offer."),
        "email": _("Your address at work, if you have one. Other members never see it."),
        "password1": NEW_PASSWORD,
    }
    completion: ClassVar[dict[str, str]] = {"name": "name", "organisation": "organization", "email": "email"}
    # Set by the view for somebody who came with one.
    invitation: Invitation | None = None

    def __init__(self, *args: Any, looked_up: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = looked_up if looked_up is not None else self.data.get("organisation", "")
        self.looked_up = looked_up is not None
        self.names = suggested(typed) if self.looked_up or "known" in self.data else []
        if self.names:
            known = forms.ChoiceField(
                label=_("Is it one of these?"),
                required=False,
                choices=[*((name, name) for name in self.names), ("", _("None of them: keep what I wrote"))],
                widget=forms.RadioSelect,
            )
            self.fields["known"] = known
            self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """A name that was picked takes the place of what was typed."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("known"):
            cleaned["organisation"] = cleaned["known"]
        return cleaned

    def request(self) -> dict[str, Any]:
        """What `joining.operations.request_to_join` takes from this form."""
        said = {name: self.cleaned_data[name] for name in ("organisation", "kind", "reason")}
        return {**said, "invitation": self.invitation}

    def try_save(self, request: HttpRequest) -> Any:
        """The same answer, after the same work, whether or not the address has an account."""
        if self.account_already_exists:
            get_user_model()().set_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # The form was sent twice at once, and the other one was first.
            self.account_already_exists = True
            return super().try_save(request)


class JoinWithProviderForm(Plain, SignupForm):
    """The request to join of somebody who came by an OpenID provider, which vouches for the address."""

    labels = JoinForm.labels
    hints: ClassVar[dict[str, Any]] = {
        **JoinForm.hints,
        "email": _("Confirmed by the organisation that you came from."),
    }
    completion = JoinForm.completion
    request = JoinForm.request
    invitation = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = set(JoinForm.declared_fields) - set(SignupForm.declared_fields)
        self.fields |= {name: deepcopy(JoinForm.declared_fields[name]) for name in ours}
        self.initial["name"] = self.sociallogin.user.name
        # What the provider vouches for; whatever a browser sends instead is not looked at.
        self.fields["email"].disabled = True
        self.dress()
        self.order_fields([*JoinForm.field_order, "email"])

    def try_save(self, request: HttpRequest) -> Any:
        """Sent twice at once, the second finds the account that the first made, and asks to sign in."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            return None, HttpResponseRedirect(reverse("account_login"))


class AskAgainForm(SafeForm):
    """A new request after a refusal, or the first one of an account that was made without."""

    organisation = SafeFormCharField(label=_("Organisation"), max_length=160, widget=suggesting())
    kind = forms.ChoiceField(label=_("What you are to shared services"), choices=KINDS, widget=forms.RadioSelect)
    reason = SafeFormCharField(
        label=_("Why you want to join"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )

    @classmethod
    def after(cls, asked: JoinRequest | None) -> "AskAgainForm":
        """The form with what the person wrote the last time."""
        names = ("organisation", "kind", "reason")
        return cls(initial={name: getattr(asked, name) for name in names} if asked else None)


class AnswerForm(SafeForm):
    """What somebody answers to the programme office."""

    text = SafeFormCharField(
        label=_("Your answer"), max_length=2000, lines=True, widget=forms.Textarea(attrs={"rows": 5})
    )


class ApproveForm(SafeForm):
    """How somebody becomes a member."""

    organisation = OrganisationNameField(
        label=_("Organisation in the list"),
        required=False,
        help_text=_("Empty: it stands as they wrote it, and waits among the organisations that members propose."),
    )
    kind = forms.ChoiceField(label=_("Member kind"), choices=MemberKind.choices)


class AskBackForm(SafeForm):
    """What staff would like to know first."""

    question = SafeFormCharField(
        label=_("Your question"), max_length=2000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )


class RefuseForm(SafeForm):
    """Why not; the person reads it word for word."""

    reason = SafeFormCharField(label=_("Reason"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4}))
