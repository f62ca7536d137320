"""Whom staff may announce something to: circles of members, offered by the apps that know them.

An app says in its `circles.py` which circles it knows; the kernel knows one, all members:

    @offers("kind", label=_("Members of one kind"))
    class Kinds(Circles):
        def choices(self) -> list[tuple[str, Any]]: ...
        def people(self, value: str) -> QuerySet[Any]: ...

A circle is named `kind:provider`, or `everybody` where there is but one.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _

EVERYBODY = "everybody"


class Circles:
    """One sort of circles."""

    slug: ClassVar[str] = ""
    label: ClassVar[Any] = ""

    def choices(self) -> list[tuple[str, Any]]:
        """Each circle of this sort that somebody could choose: its value and its words."""
        raise NotImplementedError

    def people(self, value: str) -> QuerySet[Any]:
        """The accounts in it; who is no active member is left out later. Nobody for a value that there is not."""
        raise NotImplementedError


_sorts: dict[str, Circles] = {}


def offers(slug: str, *, label: Any) -> Callable[[type[Circles]], type[Circles]]:
    """Register a sort of circles."""

    def register(cls: type[Circles]) -> type[Circles]:
        if slug in _sorts or cls.choices is Circles.choices or cls.people is Circles.people:
            msg = f"Circles called {slug} are there already, or {cls.__name__} has no choices or people."
            raise TypeError(msg)
        cls.slug, cls.label = slug, label
        _sorts[slug] = cls()
        return cls

    return register


def options() -> list[tuple[Any, Any]]:
    """Every circle for a select: all members first, then a group of options for each sort."""
    sorts = [
        (sort.label, [(f"{sort.slug}:{value}", words) for value, words in sort.choices()]) for sort in _sorts.values()
    ]
    return [(EVERYBODY, _everybody()), *((label, found) for label, found in sorts if found)]


def label_of(name: str) -> str:
    """A circle in words; its name where nothing of it is known any more."""
    if name == EVERYBODY:
        return _everybody()
    slug, _colon, value = name.partition(":")
    choices = dict(_sorts[slug].choices()) if slug in _sorts else {}
    return f"{_sorts[slug].label}: {choices[value]}" if value in choices else name


def people_of(name: str) -> QuerySet[Any]:
    """The accounts in a circle; nobody where it is not known any more."""
    accounts = get_user_model()._default_manager
    if name == EVERYBODY:
        return accounts.members()
    slug, _colon, value = name.partition(":")
    return _sorts[slug].people(value) if slug in _sorts else accounts.none()


def _everybody() -> str:
    return _("All members")
