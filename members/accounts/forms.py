"""allauth's forms in the portal's words: labels instead of placeholders, one kind of error, limits on length."""

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.accounts.passwords import LONGEST, SHORTEST_ALONE, is_short, shortest_for

NEW_PASSWORD = _("At least 15 characters. Several words are easy to remember and hard to guess.")
NEW_PASSWORD_WITH_FACTOR = _(
    "At least 8 characters, since you also use a second factor. Longer is better: several words are easy to remember."
)


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
