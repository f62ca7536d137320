"""A row of any model that points at somebody, filled with whatever its fields ask for."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR_OFF = dt.datetime(2050, 1, 1, tzinfo=dt.UTC)
_numbers = itertools.count(2)
# What no field says of itself: constraints over several columns.
PECULIAR: dict[str, dict[str, Any]] = {
    "outbox.Mail": {"due_at": FAR_OFF},
    "members.OfficeHours": {"minutes": 30, "zone": "UTC"},
    "members.Spokesperson": {"panel": True, "expires_at": FAR_OFF},
    "members.Departure": {"due_at": FAR_OFF},
    "members.JoinRequest": {"decision": "refused", "refusal": "Because.", "decided_at": LONG_AGO},
    "wagtailcore.ModelLogEntry": {"action": "wagtail.edit"},
    "wagtailcore.PageLogEntry": {"action": "wagtail.edit"},
    "meetings.Meeting": {"minutes": 30, "zone": "UTC", "ends_at": FAR_OFF},
}
# What may be empty, and a row needs all the same.
NEEDED = {"members.Letter.text", "members.Report.letter"}


def row_of(
    model: type[models.Model], *, text: str, optional: bool = False, depth: int = 0, **given: Any
) -> models.Model:
    """Save a row of `model` with the fields `given`; texts hold `text`, keys get rows of their own.

    What a row need not have is left out, or filled as well where it is `optional` text.
    """
    values = PECULIAR.get(model._meta.label, {}) | given
    for field in model._meta.concrete_fields:
        if field.name in values or field.attname in values or not _is_filled(field, optional=optional):
            continue
        values[field.name] = _value(field, text, depth, values)
    row = model(**values)
    row.save()
    return row


def _is_filled(field: Any, *, optional: bool) -> bool:
    if str(field) in NEEDED:
        return True
    if field.primary_key and not isinstance(field, models.OneToOneField):
        return isinstance(field, models.CharField | models.UUIDField) and not field.has_default()
    if getattr(field.remote_field, "parent_link", False):
        return False
    text = optional and isinstance(field, models.CharField | models.TextField) and not field.choices
    return not field.null and not field.has_default() and (text or not field.blank)


VALUES: list[tuple[type[models.Field], Any]] = [
    (models.UUIDField, uuid.uuid4),
    (models.GenericIPAddressField, lambda: "192.0.2.7"),
    (models.DateTimeField, timezone.now),  # before DateField, of which it is one
    (models.DateField, lambda: dt.date(2026, 5, 4)),
    (models.TimeField, lambda: dt.time(9, 0)),
    (models.BooleanField, lambda: False),
    (models.DecimalField, lambda: Decimal(1)),
    (models.IntegerField, lambda: 1),
    (models.JSONField, dict),
]


def _value(field: Any, text: str, depth: int, values: dict[str, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        return _target(field, depth, values)
    if field.choices:
        return next(iter(dict(field.flatchoices)))
    if isinstance(field, models.IntegerField) and _told_apart(field):
        return next(_numbers)
    made = next((make for kind, make in VALUES if isinstance(field, kind)), None)
    return made() if made else _text(field, text)


def _text(field: Any, text: str) -> str:
    if isinstance(field, models.EmailField):
        return f"{uuid.uuid4().hex[:8]}@elsewhere.example"
    return (uuid.uuid4().hex if _told_apart(field) else text)[: field.max_length]


def _told_apart(field: Any) -> bool:
    """Whether two rows may not have the same value here, alone or together with other fields."""
    together = {name for each in field.model._meta.constraints for name in getattr(each, "fields", ())}
    return field.unique or field.name in together or isinstance(field, models.SlugField)


def _target(field: Any, depth: int, values: dict[str, Any]) -> Any:
    """A row to point at: one that is there already and not one of `values`, or a new one."""
    model = field.related_model
    others = model._default_manager.exclude(pk__in=[row.pk for row in values.values() if isinstance(row, model)])
    alone = field.unique or any(getattr(each, "fields", ()) == (field.name,) for each in field.model._meta.constraints)
    found = None if alone else others.order_by("pk").first()
    if found is not None or depth > 4:
        return found
    return row_of(model, text="elsewhere", depth=depth + 1)
