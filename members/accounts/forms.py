"""allauth's forms in the portal's words: labels instead of placeholders, one kind of error, limits on length."""

from copy import deepcopy
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from allauth.socialaccount.forms import SignupForm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.accounts.passwords import LONGEST, SHORTEST_ALONE, is_short, shortest_for
from portal.core.fields import SafeFormCharField
from portal.taxonomy.choices import MemberKind

NEW_PASSWORD = _("At least 15 characters. Several words are easy to remember and hard to guess.")
NEW_PASSWORD_WITH_FACTOR = _(
    "At least 8 characters, since you also use a second factor. Longer is better: several words are easy to remember."
)
KINDS = [
    (MemberKind.PRACTITIONER, _("Practitioner: I run, plan or use shared services in government")),
    (MemberKind.RESEARCHER, _("Researcher: I study them, or audit them")),
    (MemberKind.PROVIDER, _("Provider: I sell services or advice to government")),
]


class Plain:
    """Mixed into allauth's forms: labels and hints of ours, nothing typed above the fields."""

    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}
    completion: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def dress(self) -> None:
        """Put the words on; called again by a form that adds fields of its own."""
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, _LABELS.get(name, field.label))
            field.help_text = self.hints.get(name, "")
            if name in self.completion:
                field.widget.attrs["autocomplete"] = self.completion[name]
            if isinstance(field.widget, forms.PasswordInput):
                field.max_length = LONGEST  # type: ignore[attr-defined]
                field.widget.attrs["maxlength"] = str(LONGEST)
                field.widget.attrs["data-reveal"] = _("Show the password")
                field.widget.attrs["data-conceal"] = _("Hide the password")
            if field.help_text is NEW_PASSWORD and shortest_for(getattr(self, "user", None)) < SHORTEST_ALONE:
                field.help_text = NEW_PASSWORD_WITH_FACTOR


_LABELS = {
    "email": _("E-mail address"),
    "login": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
}


class LoginForm(Plain, allauth_forms.LoginForm):
    """Address and password."""

    labels: ClassVar[dict[str, Any]] = {"remember": _("Keep me signed in on this device")}
    completion: ClassVar[dict[str, str]] = {"login": "username"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.user is not None:
            # Asked for by AccountAdapter.is_login_by_code_required, in this request.
            self.user.gave_short_password = is_short(self.cleaned_data["password"])
        return cleaned


class JoinForm(Plain, allauth_forms.SignupForm):
    """An account and the request to join, in one form."""

    name = SafeFormCharField(label=_("Full name"), max_length=120)
    organisation = SafeFormCharField(label=_("Organisation"), max_length=160)
    kind = forms.ChoiceField(label=_("What you are to shared services"), choices=KINDS, widget=forms.RadioSelect)
    reason = SafeFormCharField(
        label=_("Why you want to join"), max_length=1000, lines=True, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order: ClassVar[list[str]] = ["name", "organisation", "kind", "reason", "email", "password1"]
    labels: ClassVar[dict[str, Any]] = {"password1": _("Password")}
    hints: ClassVar[dict[str, Any]] = {
        "name": _("As your colleagues write it."),
        "organisation": _("The agency, council, university or company that you work for."),
        "kind": _("Always shown beside a researcher’s or a provider’s name."),
        "reason": _("In a sentence or two: what you work on, and what you would like to ask or offer."),
        "email": _("Your address at work, if you have one. Other members never see it."),
        "password1": NEW_PASSWORD,
    }
    completion: ClassVar[dict[str, str]] = {"name": "name", "organisation": "organization", "email": "email"}

    def request(self) -> dict[str, str]:
        """What `operations.request_to_join` takes from this form."""
        return {name: self.cleaned_data[name] for name in ("organisation", "kind", "reason")}

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


class CodeForm(Plain):
    """A code from a mail: typed with or without its dash, in either case."""

    hints: ClassVar[dict[str, Any]] = {"code": _("Eight letters from the mail, with or without the dash.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code: Any = self.fields["code"]  # type: ignore[attr-defined]
        code.max_length = 40
        code.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false", "maxlength": "40"}


class RequestLoginCodeForm(Plain, allauth_forms.RequestLoginCodeForm):
    """Where to send a sign-in code; the button on the sign-in page sends the address as that form names it."""

    completion: ClassVar[dict[str, str]] = {"email": "username"}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and "email" not in data and "login" in data:
            data = data.copy()
            data["email"] = data["login"]
        super().__init__(data, *args, **kwargs)


class ConfirmLoginCodeForm(CodeForm, allauth_forms.ConfirmLoginCodeForm):
    """The sign-in code."""


class ConfirmEmailForm(CodeForm, allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code that shows that an address is one's own."""


class ChangeEmailForm(Plain, allauth_forms.ChangeEmailForm):
    """Another address while a code is awaited."""

    labels: ClassVar[dict[str, Any]] = {"email": _("New e-mail address")}


class AddEmailForm(Plain, allauth_forms.AddEmailForm):
    """The address that takes the place of the present one, once confirmed."""

    labels: ClassVar[dict[str, Any]] = {"email": _("New e-mail address")}
    hints: ClassVar[dict[str, Any]] = {
        "email": _("We send a code there. Until you enter it, everything stays as it is.")
    }


class ResetPasswordForm(Plain, allauth_forms.ResetPasswordForm):
    """Where to send the link."""

    completion: ClassVar[dict[str, str]] = {"email": "username"}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """For an unknown address too a token is made and the tables are asked, so that both take the same time."""
        if not self.users:
            stranger = get_user_model()(pk=0, email=self.cleaned_data["email"])
            PasswordResetTokenGenerator().make_token(stranger)
            for _ in range(2):
                EmailAddress.objects.filter(user_id=0).exists()
        return super().save(request, **kwargs)


class ResetPasswordKeyForm(Plain, allauth_forms.ResetPasswordKeyForm):
    """A new password, after the link from the mail."""

    hints: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}


class ChangePasswordForm(Plain, allauth_forms.ChangePasswordForm):
    """A new password in place of the present one."""

    hints: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}


class SetPasswordForm(Plain, allauth_forms.SetPasswordForm):
    """The first password of an account that had none."""

    hints: ClassVar[dict[str, Any]] = {"password1": NEW_PASSWORD}


class ReauthenticateForm(Plain, allauth_forms.ReauthenticateForm):
    """The password once more, before something that only the owner should do."""
