"""What the portal holds about people, and what becomes of it when somebody leaves.

Each app says in its `personal.py` what it holds, one line for every key to an account:

    holds("follows.Follow.user", ERASED, _("What you follow"), {"title": "channel__title", "since": "since"})

A key that nobody declared, and a declaration that the database does not keep, stop the portal at start
(`portal.core.checks`). From the same lines come the export of one's own data, its schema, and the page that says
what is kept: there is no second list to forget.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

FORMER_MEMBER = _("Former member")


class Rule(StrEnum):
    """What happens to a row when the account it points at is erased."""

    ERASED = "erased"  # the row goes with the person: on_delete=CASCADE
    NAMELESS = "nameless"  # the row stays and points at nobody: on_delete=SET_NULL


ERASED, NAMELESS = Rule.ERASED, Rule.NAMELESS


@dataclass(frozen=True)
class Holding:
    """One key to an account: `app.Model.field`, the rule, and what its person takes along.

    `columns` maps names of the export to lookups of the row. Without any, `kept_back` says why.
    """

    key: str
    rule: Rule
    what: Any
    columns: Mapping[str, str] = field(default_factory=dict)
    kept_back: Any = ""

    @property
    def name(self) -> str:
        """Its name in an export: "follows-follow-user"."""
        return self.key.lower().replace(".", "-")

    def rows_of(self, person: Any) -> Iterator[dict[str, Any]]:
        """The person's rows as the export has them, in the order in which they were written."""
        label, _dot, field_name = self.key.rpartition(".")
        rows = apps.get_model(label)._default_manager.filter(**{field_name: person}).order_by("pk")
        names = list(self.columns)
        for values in rows.values_list(*self.columns.values()).iterator(chunk_size=500):
            yield dict(zip(names, values, strict=True))


@dataclass(frozen=True)
class Extract:
    """What an app tells a person of themselves beyond the columns of its keys."""

    name: str
    what: Any
    columns: tuple[str, ...]
    rows_of: Callable[[Any], Iterable[Mapping[str, Any]]]


Forget = Callable[[Any, str], None]
Files = Callable[[Any], Iterable[tuple[str, Any]]]

_holdings: dict[str, Holding] = {}
_extracts: dict[str, Extract] = {}
_forgets: list[Forget] = []
_files: dict[str, Files] = {}
_private_files: list[Files] = []


def holds(
    key: str,
    rule: Rule,
    what: Any,
    columns: Mapping[str, str] | None = None,
    *,
    kept_back: Any = "",
) -> None:
    """Declare a key to an account. Raises ValueError for half a declaration, and for a second one."""
    if key in _holdings:
        msg = f"{key} is declared twice."
        raise ValueError(msg)
    if bool(columns) == bool(kept_back):
        msg = f"{key}: name the columns of the export, or say why there are none."
        raise ValueError(msg)
    _holdings[key] = Holding(key, rule, what, columns or {}, kept_back)


def extracts(name: str, what: Any, *columns: str) -> Callable[[Any], Any]:
    """Add rows to the export that no single key has: the decorated function yields them for a person."""

    def register(rows_of: Any) -> Any:
        _extracts[name] = Extract(name, what, columns, rows_of)
        return rows_of

    return register


def on_erasure(forget: Forget) -> Forget:
    """Call `forget(person, shown_as)` before the account's row goes, in the same transaction.

    For what no key reaches: names inside texts, revisions and logs. `shown_as` is the name that published work
    keeps, as the person chose.
    """
    _forgets.append(forget)
    return forget


def files_of_person(name: str, *, exported: bool = True) -> Callable[[Files], Files]:
    """Declare files that belong to a person: the function yields (name, FieldFile).

    They are part of the export unless `exported` is False, and deleted once the erasure is committed.
    """

    def register(files: Files) -> Files:
        if exported:
            _files[name] = files
        else:
            _private_files.append(files)
        return files

    return register


def all_holdings() -> list[Holding]:
    """Every declared key, by its name."""
    return [_holdings[key] for key in sorted(_holdings)]


def all_extracts() -> list[Extract]:
    """Every further part of the export, by its name."""
    return [_extracts[name] for name in sorted(_extracts)]


def files_to_export(person: Any) -> Iterator[tuple[str, Any]]:
    """The person's files under the names they have in the export."""
    for name in sorted(_files):
        for file_name, file in _files[name](person):
            yield f"{name}/{file_name}", file


def files_to_delete(person: Any) -> list[Any]:
    """Every file that belongs to the person."""
    return [file for files in [*_files.values(), *_private_files] for _name, file in files(person)]


def forget(person: Any, shown_as: str) -> None:
    """Let every app forget what no key reaches. Inside the transaction that erases the account."""
    for each in _forgets:
        each(person, shown_as)


# --- what the declarations are held against ----------------------------------------------------------------------


def keys_to_accounts() -> dict[str, Any]:
    """Every key to an account in every installed model, with what the database does when the account goes."""
    person = get_user_model()
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for each in model._meta.get_fields(include_hidden=True):
            if each.concrete and each.is_relation and each.model is model and _leads_to(each, person):
                found[f"{model._meta.label}.{each.name}"] = each.remote_field.on_delete
    return found


def _leads_to(each: Any, person: type) -> bool:
    return isinstance(each, models.ForeignKey) and each.related_model is person


# How each rule is kept by the database; what it does not keep by itself is a declaration's `on_erasure`.
KEPT_BY = {Rule.ERASED: {models.CASCADE}, Rule.NAMELESS: {models.SET_NULL, models.DO_NOTHING}}


def faults() -> list[str]:
    """What is wrong with the declarations, as sentences; empty when every key has its rule."""
    keys = keys_to_accounts()
    found = [
        f"{key} points at an account: say in its app's personal.py what becomes of it."
        for key in keys.keys() - _holdings
    ]
    found += [f"{key} is declared in a personal.py, but there is no such key." for key in _holdings.keys() - keys]
    for key in keys.keys() & _holdings.keys():
        if keys[key] not in KEPT_BY[_holdings[key].rule]:
            found.append(f"{key} is declared {_holdings[key].rule}, but its on_delete is {keys[key].__name__}.")
    return sorted(found)
