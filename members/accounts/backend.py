"""Whose password or code opens a session, and whose session stays open."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User
from members.rules import may_sign_in
from portal.incoming.queries import is_paused


class AccountBackend(AuthenticationBackend):
    """By e-mail address; asked again with every request, so that a suspension ends sessions at once."""

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is signed in, loaded with what every request asks of them: no query beside this one."""
        user = User.objects.with_sign_in().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> Any:
        """With the one thing that every page says of an account, in the same query: whether it takes no mail."""
        user = User.objects.annotate(address_is_paused=is_paused("email")).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
