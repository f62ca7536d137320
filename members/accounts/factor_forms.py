"""The forms of second factors in the portal's words."""

import struct
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes import forms as codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.utils.translation import gettext_lazy as _

from members.accounts.forms import Plain
from portal.core.fields import SafeFormCharField

NAME_LENGTH = 60
LONGEST_ANSWER = 20_000
# What the libraries raise for bytes that are not what they should be.
UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error, UnsupportedAlgorithm)


class TypedCode(Plain):
    """A code of digits, typed from another device; spaces between them do no harm."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code: Any = self.fields["code"]  # type: ignore[attr-defined]
        code.max_length = 40
        code.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "40"}


class FactorForm(TypedCode, base.AuthenticateForm):
    """The second step of signing in."""

    hints: ClassVar[dict[str, Any]] = {
        "code": _("Six digits from your authenticator app. A recovery code of eight digits works as well, once.")
    }


class FactorAgainForm(TypedCode, base.ReauthenticateForm):
    """The second factor once more, before something that only its owner should do."""

    hints = FactorForm.hints


class AppForm(TypedCode, totp.ActivateTOTPForm):
    """The first code of a new authenticator app shows that it was set up right."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code from the app")}
    hints: ClassVar[dict[str, Any]] = {"code": _("The six digits that the app shows now.")}

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except forms.ValidationError as error:
            if error.code == "rate_limited":
                raise get_account_adapter().validation_error("too_many_login_attempts") from error  # noqa: EM101
            raise


class NewCodesForm(codes.GenerateRecoveryCodesForm):
    """Asks for nothing but the press of a button."""


class AnswerField(forms.JSONField):
    """What a browser answers for a passkey; its shape is checked before any library reads it."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise _refused()
        try:
            answer = super().to_python(value)
        except RecursionError as error:
            raise _refused() from error
        if answer not in self.empty_values and not _has_shape_of_answer(answer):
            raise _refused()
        return answer

    def bound_data(self, data: Any, initial: Any) -> str:
        """An answer is good once: nothing of it goes back into the page."""
        return ""

    def prepare_value(self, value: Any) -> str:
        return ""


def _refused() -> forms.ValidationError:
    return get_adapter().validation_error("incorrect_code")


def _has_shape_of_answer(answer: Any) -> bool:
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        return False
    texts = [answer.get(name) for name in ("id", "rawId", "type")]
    return all(isinstance(text, str) for text in [*texts, answer["response"].get("clientDataJSON")])


class Answered:
    """Mixed into forms that take an answer: whatever a library cannot read was no passkey's."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE as error:
            raise _refused() from error


class PasskeySignInForm(Answered, webauthn.LoginWebAuthnForm):
    """At the sign-in page."""

    credential = AnswerField()


class PasskeySecondForm(Answered, webauthn.AuthenticateWebAuthnForm):
    """As the second step of signing in."""

    credential = AnswerField()


class PasskeyAgainForm(Answered, webauthn.ReauthenticateWebAuthnForm):
    """Before something that only the owner of the account should do."""

    credential = AnswerField()


class PasskeyName(Plain):
    """What somebody calls a passkey."""

    labels: ClassVar[dict[str, Any]] = {"name": _("Name of this passkey")}
    hints: ClassVar[dict[str, Any]] = {"name": _("So that you recognise it later: “Work laptop”, “My phone”.")}


class AddPasskeyForm(PasskeyName, webauthn.AddWebAuthnForm):
    """A new passkey. All of them open the door alone, so all must prove who holds them."""

    name = SafeFormCharField(max_length=NAME_LENGTH, required=False)
    credential = AnswerField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)

    def clean(self) -> dict[str, Any]:
        # What allauth asks by a tick in a box.
        self.cleaned_data["passwordless"] = True
        try:
            return super().clean()
        except UNREADABLE as error:
            raise _refused() from error


class RenamePasskeyForm(PasskeyName, webauthn.EditWebAuthnForm):
    """Another name."""

    name = SafeFormCharField(max_length=NAME_LENGTH)
