"""Whose password or code opens a session, and whose session stays open."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from members.rules import may_sign_in


class AccountBackend(AuthenticationBackend):
    """By e-mail address; asked again with every request, so that a suspension ends sessions at once."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)
