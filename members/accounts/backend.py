"""Whose password or code opens a session, and whose session stays open."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User
from members.rules import may_sign_in
from portal.incoming.queries import is_paused


class AccountBackend(AuthenticationBackend):
    """By e-mail address; asked again with every request, so that a suspension ends sessions at once."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is signed in, loaded with what every page asks of them: no query beside this one.

        Their card for the masthead, their second factors, and whether their address takes no mail.
        """
        users = User.objects.with_sign_in().annotate(address_is_paused=is_paused("email"))
        user = users.select_related("profile__organisation__level", "profile__picture").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
