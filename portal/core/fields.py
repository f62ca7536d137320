"""Text fields that give the same verdict on every database, in forms and on every write."""

from typing import Any

from django import forms
from django.db import models

from portal.core.text import clean_text


class SafeFormCharField(forms.CharField):
    """A form field whose text passes the gate; `lines=True` keeps line breaks."""

    def __init__(self, *args: Any, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str | None:
        value = super().to_python(value)
        return clean_text(value, lines=self.lines) if value else value


class _Gated:
    """Passes every written value through the gate: save, bulk_create and update alike; look-ups are not touched."""

    lines: bool

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = clean_text(value, max_length=self.max_length, lines=self.lines)  # type: ignore[attr-defined]
        return super().get_db_prep_save(value, connection)  # type: ignore[misc]

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, str):
            value = clean_text(value, max_length=self.max_length, lines=self.lines)  # type: ignore[attr-defined]
        return super().clean(value, model_instance)  # type: ignore[misc]

    def formfield(self, **kwargs: Any) -> forms.Field:
        if kwargs.get("choices_form_class") is None and not getattr(self, "choices", None):
            kwargs = {"form_class": SafeFormCharField, "lines": self.lines, **kwargs}
        return super().formfield(**kwargs)  # type: ignore[misc]


class SafeCharField(_Gated, models.CharField):
    """One line of text: a name, a title."""

    lines = False


class SafeTextField(_Gated, models.TextField):
    """Text of several lines with an optional `max_length`, kept on PostgreSQL and SQLite alike."""

    lines = True
