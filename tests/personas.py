"""The cast of the tests: who somebody is to the thing under test."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from members.models import User
from tests.factories.members import ProfileFactory


def _person(name: str, **fields: Any) -> User:
    profile_fields = {key: fields.pop(key) for key in ("kind", "visibility") if key in fields}
    user_fields = {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@agency.example", **fields}
    return ProfileFactory(
        user__standing=user_fields.pop("standing", User.Standing.MEMBER),
        **{f"user__{key}": value for key, value in user_fields.items()},
        **profile_fields,
    ).user


@pytest.fixture
def member(db: None) -> User:
    """An approved practitioner: the owner of what a test makes."""
    return _person("Olena Owner")


@pytest.fixture
def co_member(db: None) -> User:
    """An approved practitioner who belongs to the same things as `member`."""
    return _person("Carlo Comember")


@pytest.fixture
def outsider(db: None) -> User:
    """An approved practitioner who belongs to nothing."""
    return _person("Otto Outsider")


@pytest.fixture
def lead(db: None) -> User:
    """An approved practitioner who leads a group (the test makes the group)."""
    return _person("Lena Lead")


@pytest.fixture
def provider(db: None) -> User:
    """An approved member who sells services."""
    return _person("Piet Provider", kind="provider")


@pytest.fixture
def pending(db: None) -> User:
    """Verified address, not yet approved."""
    return _person("Petra Pending", standing=User.Standing.PENDING)


@pytest.fixture
def suspended(db: None) -> User:
    """Once a member."""
    return _person("Sven Suspended", standing=User.Standing.SUSPENDED, is_active=False)


@pytest.fixture
def staff(db: None) -> User:
    """Programme staff."""
    return _person("Stella Staff", is_staff=True)


@pytest.fixture
def second_staff(db: None) -> User:
    """Another member of programme staff: the second pair of eyes."""
    return _person("Selma Second", is_staff=True)


@pytest.fixture
def superuser(db: None) -> User:
    """Who runs the machine."""
    return _person("Rita Root", is_staff=True, is_superuser=True)


@pytest.fixture
def visitor() -> AnonymousUser:
    """Nobody in particular."""
    return AnonymousUser()


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A client signed in as somebody; a visitor's when given the visitor (or somebody suspended).

    `second_factor=False` leaves out what leads and staff need before anything else.
    """

    def make(user: Any, *, second_factor: bool = True) -> Client:
        client = Client()
        if getattr(user, "pk", None):
            client.force_login(user, second_factor=second_factor)
        return client

    return make
