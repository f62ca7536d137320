"""People for the kernel: whose names stand on a page, as cards, without knowing where profiles are kept."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from portal.core.cards import PersonCard


def cards_for(user_ids: Iterable[int | None], viewer: Any) -> dict[int, PersonCard]:
    """A card for each account that `viewer` may see, in one query; the others are left out.

    Asked of the function that settings.PERSON_CARDS names, as accounts are asked of AUTH_USER_MODEL.
    """
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return import_string(settings.PERSON_CARDS)(wanted, viewer) if wanted else {}


def named(handles: Iterable[str], viewer: Any) -> dict[str, int]:
    """Whose handles these are, as far as `viewer` may see the people: account by handle, in one query.

    Asked of the function that settings.PEOPLE_BY_HANDLE names.
    """
    wanted = set(handles)
    return import_string(settings.PEOPLE_BY_HANDLE)(wanted, viewer) if wanted else {}
